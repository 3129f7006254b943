package dose

import (
	"flag"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	times  = Flag("times", 2, 20, "how often")
	length = Flag("length", time.Second, time.Minute, "how long")
)

// A test does a little or the usual, and what its flag says when it says something.
func TestDose(t *testing.T) {
	t.Setenv("DOSE", "")
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
	t.Setenv("DOSE", "small")
	if times.Get() != 2 {
		t.Errorf("a check: %d", times.Get())
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

// The small dose takes some cases, the usual one all.
func TestSome(t *testing.T) {
	cases := []int{1, 2, 3, 4, 5}
	want := map[bool]int{true: 2, false: 5}[Small()]
	some := Some(cases, 2)
	slices.Sort(some)
	if len(slices.Compact(some)) != want || some[0] < 1 || some[len(some)-1] > 5 || !slices.Equal(cases, []int{1, 2, 3, 4, 5}) {
		t.Errorf("%v of %v, want %d", some, cases, want)
	}
	if few := Some(cases, 9); !slices.Equal(few, cases) {
		t.Errorf("up to 9 of %v are %v", cases, few)
	}
}

// A test that takes long is in every dose but the small one.
func TestSkipSmall(t *testing.T) {
	var skipped bool
	t.Run("long", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		SkipSmall(t, "it takes long")
	})
	if skipped != testing.Short() {
		t.Errorf("short %v, skipped %v", testing.Short(), skipped)
	}
}

// A property is checked as often as the test says, and after it as before.
func TestChecks(t *testing.T) {
	count := func(t *testing.T) (times int) {
		rapid.Check(t, func(*rapid.T) { times++ })
		return times
	}
	before := count(t)
	t.Run("fewer", func(t *testing.T) {
		Checks(t, 15)
		want := 15
		if Small() {
			want = 3
		}
		if got := count(t); got != want {
			t.Errorf("%d times, want %d", got, want)
		}
	})
	if after := count(t); after != before {
		t.Errorf("afterwards %d times, want %d", after, before)
	}
	flag.Set("rapid.checks", "9")
	t.Run("given", func(t *testing.T) {
		Checks(t, 15)
		if got := count(t); got != 9 && !testing.Short() {
			t.Errorf("given 9: %d times", got)
		}
	})
}
