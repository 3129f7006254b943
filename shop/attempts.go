package shop

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// How often somebody may try a password within a while. A browser in which the account was signed
// in before counts apart, and no network is refused for what others did: so nobody can lock anybody
// out. From all networks together an account is only slowed.
const (
	attemptsWithin  = 15 * time.Minute
	attemptsOfPair  = 10  // account and network
	attemptsOfNet   = 100 // over all accounts
	attemptsUnslow  = 20  // of an account over all networks, that are not slowed
	attemptsPause   = 250 * time.Millisecond
	attemptsMostLag = 5 * time.Second
)

// attempts counts wrong passwords. They are those of this process since it was started.
type attempts struct {
	refused prometheus.Counter

	mu    sync.Mutex
	made  map[attempt][]time.Time // oldest first
	swept time.Time
}

// attempt is what is counted together: of an account from a network, of either alone, or of a
// browser.
type attempt struct{ account, network, browser string }

func newAttempts(metrics prometheus.Registerer) *attempts {
	refused := prometheus.NewCounter(limitedOpts("attempts"))
	a := &attempts{made: map[attempt][]time.Time{}, refused: refused}
	if metrics != nil {
		metrics.MustRegister(refused)
	}
	return a
}

// try is an attempt that was begun. One that was right, or never made, does not count.
type try struct {
	in   *attempts
	of   []attempt
	at   time.Time
	lags time.Duration
}

// begin counts an attempt before it is made, so that no more are made at once either, or refuses
// it. browser is "" for one that is not known to the account.
func (a *attempts) begin(account, network, browser string) (try, error) {
	now := time.Now()
	t := try{in: a, at: now}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sweep(now)
	limits := map[attempt]int{{browser: browser, account: account}: attemptsOfPair}
	if browser == "" {
		all := attempt{account: account}
		limits = map[attempt]int{
			{account: account, network: network}: attemptsOfPair, {network: network}: attemptsOfNet,
		}
		if n := len(a.recent(all, now)) - attemptsUnslow; n >= 0 {
			t.lags = min(time.Duration(n+1)*attemptsPause, attemptsMostLag)
		}
		t.of = append(t.of, all)
	}
	var wait time.Duration
	for of, most := range limits {
		if made := a.recent(of, now); len(made) >= most {
			wait = max(wait, made[len(made)-most].Add(attemptsWithin).Sub(now))
		}
		t.of = append(t.of, of)
	}
	if wait > 0 {
		a.refused.Inc()
		return try{}, TooFast{"attempts", wait}
	}
	for _, of := range t.of {
		a.made[of] = append(a.made[of], now)
	}
	return t, nil
}

// pause slows the attempt, while many guess at its account.
func (t try) pause(ctx context.Context) error {
	if t.lags == 0 {
		return nil
	}
	timer := time.NewTimer(t.lags)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// undo takes the attempt back.
func (t try) undo() {
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	for _, of := range t.of {
		made := t.in.made[of]
		if i := slices.Index(made, t.at); i >= 0 {
			t.in.made[of] = slices.Delete(made, i, i+1)
		}
	}
}

// recent drops what no longer counts.
func (a *attempts) recent(of attempt, now time.Time) []time.Time {
	made := a.made[of]
	old := 0
	for old < len(made) && now.Sub(made[old]) >= attemptsWithin {
		old++
	}
	if made = made[old:]; len(made) == 0 {
		delete(a.made, of)
	} else {
		a.made[of] = made
	}
	return made
}

// sweep forgets, once in a while, who tries no longer. How many there can be in between is bounded
// by how many passwords can be hashed.
func (a *attempts) sweep(now time.Time) {
	if now.Sub(a.swept) < attemptsWithin {
		return
	}
	a.swept = now
	for of := range a.made {
		a.recent(of, now)
	}
}
