package dao_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pulperia/dao"
)

func TestParsePosition(t *testing.T) {
	want := dao.Position{Epoch: "9f2c61ab", Offset: 18234}
	if got, err := dao.ParsePosition("9f2c61ab.18234"); err != nil || got != want {
		t.Errorf("got %v, %v", got, err)
	}
	for _, text := range []string{
		"", ".", "9f2c61ab", "9f2c61ab.", ".1", "9f2c61a.1", "9f2c61abc.1", "9F2C61AB.1", "9f2c61ag.1", "9f2c61ab.-1", "9f2c61ab.+1", "9f2c61ab.01",
		"9f2c61ab.-0", "9f2c61ab.1.2", "9f2c61ab.1 ", " 9f2c61ab.1", "9f2c61ab.9223372036854775808", "9f2c61ab.1e3", "9f2c61ab.0x1", "9f2c61éb.1", "9f2c61ab.٣",
	} {
		if got, err := dao.ParsePosition(text); err == nil || got != (dao.Position{}) {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
	if _, err := dao.ParsePosition(strings.Repeat("x", 5000)); len(err.Error()) > 200 {
		t.Errorf("an error repeats all that was given, %d bytes", len(err.Error()))
	}
}

func TestPositionRoundTrip(t *testing.T) {
	offset := rapid.OneOf(rapid.Int64Range(0, math.MaxInt64), rapid.Int64Range(0, 100), rapid.Just(int64(math.MaxInt64)))
	rapid.Check(t, func(t *rapid.T) {
		want := dao.Position{Epoch: fmt.Sprintf("%08x", rapid.Uint32().Draw(t, "epoch")), Offset: offset.Draw(t, "offset")}
		if got, err := dao.ParsePosition(want.String()); err != nil || got != want {
			t.Errorf("%s is read as %v, %v", want, got, err)
		}
	})
}

// A position has one text: a client's X-Position is compared as it is.
func FuzzParsePosition(f *testing.F) {
	f.Add("9f2c61ab.18234")
	f.Add("9f2c61ab.+1")
	f.Fuzz(func(t *testing.T, text string) {
		position, err := dao.ParsePosition(text)
		if err == nil && (position.String() != text || position.Offset < 0) {
			t.Fatalf("%q is read as %v", text, position)
		}
	})
}
