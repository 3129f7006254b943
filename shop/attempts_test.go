package shop

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// So many wrong passwords are heard within a while: of an account from one network, and from a
// network in all. Nobody's count is another's, and a browser that was signed in before counts alone.
func TestAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAttempts(nil)
		heard := func(n int, account, network, browser string) (count int) {
			for range n {
				if _, err := a.begin(account, network, browser); err == nil {
					count++
				} else if is, fast := errors.AsType[TooFast](err); !fast || is.RetryAfter <= 0 || is.RetryAfter > attemptsWithin {
					t.Fatalf("refused with %v", err)
				}
			}
			return count
		}
		wants := func(what string, got, want int) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %d are heard, want %d", what, got, want)
			}
		}
		wants("of one account", heard(15, "ana", "home", ""), attemptsOfPair)
		wants("from another network", heard(15, "ana", "work", ""), attemptsOfPair)
		wants("from her own browser", heard(15, "ana", "home", "hers"), attemptsOfPair)
		wants("of another account", heard(1, "eva", "home", ""), 1)
		wants("from another browser of hers", heard(1, "ana", "home", "other"), 1)
		for i := range 200 {
			heard(1, fmt.Sprint("guess", i), "home", "")
		}
		wants("from a network that tries many", heard(1, "leo", "home", ""), 0)
		wants("from her browser in that network", heard(1, "ana", "home", "third"), 1)
		wants("from elsewhere", heard(1, "leo", "work", ""), 1)
		time.Sleep(attemptsWithin - time.Nanosecond)
		wants("just before the while has passed", heard(1, "ana", "home", ""), 0)
		time.Sleep(time.Nanosecond)
		wants("after it", heard(15, "ana", "home", ""), attemptsOfPair)
		time.Sleep(attemptsWithin)
		if heard(1, "ana", "home", ""); len(a.made) != 3 {
			t.Errorf("%d counts are kept of who has gone", len(a.made))
		}
	})
}

// What was right does not count, and guesses at one account from everywhere slow it, for whoever is
// not known to it, but never stop it.
func TestAttemptsOnlySlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAttempts(nil)
		for range 50 {
			right, err := a.begin("ana", "home", "")
			if err != nil {
				t.Fatal(err)
			}
			right.undo()
		}
		lag := time.Duration(0)
		for i := range 1000 {
			guess, err := a.begin("ana", fmt.Sprint("net", i), "")
			if err != nil {
				t.Fatal(err)
			}
			if i < attemptsUnslow != (guess.lags == 0) || guess.lags < lag || guess.lags > attemptsMostLag {
				t.Fatalf("guess %d waits for %v, after %v", i, guess.lags, lag)
			}
			lag = guess.lags
		}
		if lag != attemptsMostLag {
			t.Errorf("a thousand guesses make one wait for %v", lag)
		}
		hers, err := a.begin("ana", "home", "hers")
		if err != nil || hers.lags > 0 {
			t.Errorf("in her browser she waits for %v: %v", hers.lags, err)
		}
		slow, err := a.begin("ana", "hotel", "")
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := slow.pause(t.Context()); err != nil || time.Since(began) != attemptsMostLag {
			t.Errorf("she waited for %v: %v", time.Since(began), err)
		}
	})
}
