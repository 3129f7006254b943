package dose

import (
	"flag"
	"testing"
	"time"
)

var (
	times  = Flag("times", 2, 20, "how often")
	length = Flag("length", time.Second, time.Minute, "how long")
)

// A test does a little or the usual, and what its flag says when it says something.
func TestDose(t *testing.T) {
	short, _ := flag.Lookup("test.short").Value.(flag.Getter).Get().(bool)
	for _, is := range []bool{true, false} {
		flag.Set("test.short", map[bool]string{true: "true", false: "false"}[is])
		want := map[bool]struct {
			n int
			d time.Duration
		}{true: {2, time.Second}, false: {20, time.Minute}}[is]
		if times.Get() != want.n || length.Get() != want.d {
			t.Errorf("short %v: %d, %v", is, times.Get(), length.Get())
		}
	}
	flag.Set("test.short", map[bool]string{true: "true", false: "false"}[short])

	if err := flag.Set("times", "7"); err != nil || times.Get() != 7 {
		t.Errorf("given 7: %d, %v", times.Get(), err)
	}
	if err := flag.Set("length", "3s"); err != nil || length.Get() != 3*time.Second {
		t.Errorf("given 3s: %v, %v", length.Get(), err)
	}
	if flag.Set("length", "long") == nil {
		t.Error("a length of long is taken")
	}
}
