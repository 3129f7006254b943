package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"pulperia/dao/models"
	trade "pulperia/shop"
)

// Another process makes the hash that this one would, and says what it cannot make.
func TestHashApart(t *testing.T) {
	t.Parallel()
	password, salt := []byte("contraseña larga 🧉"), bytes.Repeat([]byte{7}, 16)
	for _, how := range []behind{behindAll, behindMost} {
		sum, err := hashInProcess(password, salt, 2, how, time.Minute)
		if want := trade.Hash(password, salt, 2); err != nil || !bytes.Equal(sum, want) {
			t.Errorf("%x, %v; want %x", sum, err, want)
		}
	}
	if sum, err := hashInProcess(password, salt, 4_000_000, behindMost, time.Minute); err == nil {
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

// Where a hash is not made of what nobody else wants, it is made all the same, and by another process.
func TestHashOnABusyMachine(t *testing.T) {
	t.Parallel()
	_, err := hashInProcess([]byte("contraseña larga"), bytes.Repeat([]byte{7}, 16), models.MaxPasses, behindAll, time.Millisecond)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("who is not patient gets %v", err)
	}
	var log bytes.Buffer
	sum, err := hashApart(slog.New(slog.NewTextHandler(&log, nil)), 0)([]byte("contraseña larga"), bytes.Repeat([]byte{7}, 16), 2)
	if want := trade.Hash([]byte("contraseña larga"), bytes.Repeat([]byte{7}, 16), 2); err != nil || !bytes.Equal(sum, want) || log.Len() > 0 {
		t.Errorf("%x, %v; want %x; the log says %s", sum, err, want, &log)
	}
}

// A hash takes no place away from the shop: its first thread, by which an operator sees it, is as it
// was, however many were made.
func TestHashesLeaveTheShopItsPlace(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		return // nobody is put behind there
	}
	place := func() string {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/stat", os.Getpid()))
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if err != nil || len(fields) < 39 {
			t.Fatalf("%s: %v", stat, err)
		}
		return fields[16] + " " + fields[38] // nice and policy, the fields 19 and 41 of proc_pid_stat(5)
	}
	before := place()
	for range 10 {
		go func() {}() // one may take the first thread
		if _, err := hashInProcess([]byte("contraseña larga"), bytes.Repeat([]byte{7}, 16), 1, behindAll, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if now := place(); now != before {
		t.Errorf("it was %s, and is %s", before, now)
	}
}
