package app

import (
	"bytes"
	"strings"
	"testing"

	trade "pulperia/shop"
)

// Another process makes the hash that this one would, and says what it cannot make.
func TestHashApart(t *testing.T) {
	t.Parallel()
	password, salt := []byte("contraseña larga 🧉"), bytes.Repeat([]byte{7}, 16)
	sum, err := hashInProcess(password, salt, 2)
	if want := trade.Hash(password, salt, 2); err != nil || !bytes.Equal(sum, want) {
		t.Errorf("%x, %v; want %x", sum, err, want)
	}
	if sum, err := hashInProcess(password, salt, 4_000_000); err == nil {
		t.Errorf("4,000,000 passes: %x", sum)
	}
	for _, told := range []string{"", "{", `{"Passes":0}`} {
		cmd := command(t, "hash")
		cmd.Stdin = strings.NewReader(told)
		if out, err := cmd.Output(); err == nil || len(out) > 0 {
			t.Errorf("%q is hashed: %x", told, out)
		}
	}
}
