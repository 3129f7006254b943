package main

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"pulperia/dao/dbmanagers"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// manyProcesses are how many write to one database, and leastTogether the least that they do
// together, as a share of what one does.
var (
	manyProcesses = [...]int{1, 2, 4}
	leastTogether = [...]float64{1, 0.6, 0.4}
)

// farAway is the longer way to the database, there and back.
const farAway = 50 * time.Millisecond

// togetherRow is what one, two and four processes do.
type togetherRow struct {
	what, calls string
	middle      [len(manyProcesses)]sample
	ratio       [len(manyProcesses)]float64 // of what one does
}

func (t togetherRow) met() bool {
	for i, least := range leastTogether {
		if t.ratio[i] < least {
			return false
		}
	}
	return true
}

// together measures several processes on one database, next door and far away: engines in this
// process, each with a client of its own, so that they know of one another by the database alone.
func (b *bench) together(ctx context.Context, r *report, server string) error {
	return b.withShelf(ctx, server, "", func(s *shelf) error {
		w, err := b.openWorkshop(ctx, s.Store)
		if err != nil {
			return err
		}
		line, err := mongotest.Lay(s.url, 0)
		if err != nil {
			return err
		}
		defer line.Close()
		shops := make([]*workshop, slices.Max(manyProcesses[:]))
		for i := range shops {
			store, err := dbmanagers.Open(ctx, line.URI, dbmanagers.Options{Log: slog.New(slog.DiscardHandler), Timeout: time.Minute})
			if err != nil {
				return err
			}
			defer store.Close()
			shops[i] = &workshop{store, w.products}
		}
		if err := b.togetherAt(ctx, r, shops, "next door"); err != nil {
			return err
		}
		line.Delay(farAway)
		return b.togetherAt(ctx, r, shops, number("%d ms", farAway.Milliseconds())+" away, there and back")
	})
}

func (b *bench) togetherAt(ctx context.Context, r *report, shops []*workshop, away string) error {
	message := b.message()
	for _, row := range []struct {
		calls string
		write writing
	}{
		{"steps", func(ctx context.Context, w *workshop, writer int) error { return w.step(ctx, writer, false) }},
		{"messages", func(ctx context.Context, w *workshop, _ int) error { return w.say(ctx, message) }},
	} {
		one := togetherRow{what: row.calls + ", " + away, calls: row.calls}
		if err := b.compareTogether(ctx, &one, shops, row.write); err != nil {
			return err
		}
		r.together = append(r.together, one)
		b.log.Info("steps: "+one.what, "one", one.say(0), "two", one.say(1), "four", one.say(2), "met", yesOrNo(one.met()))
	}
	return nil
}

// writing is what a writer does in a process.
type writing func(ctx context.Context, w *workshop, writer int) error

// say keeps a message.
func (w *workshop) say(ctx context.Context, message models.Message) error {
	_, _, err := w.store.Messages.Append(ctx, message)
	return err
}

// compareTogether has one, two and four processes write in turn, as many writers in all.
func (b *bench) compareTogether(ctx context.Context, row *togetherRow, shops []*workshop, write writing) error {
	long := *b
	long.length = b.scale.together
	var rounds [len(manyProcesses)][]round
	var ratios [len(manyProcesses)][]float64
	for turn := range max(2, (b.rounds+1)/2) {
		var one [len(manyProcesses)]round
		for i, n := range manyProcesses {
			var err error
			one[i], err = long.ownRound(ctx, stepWriters, func(ctx context.Context, writer int) func() error {
				return func() error { return write(ctx, shops[writer%n], writer) }
			})
			if err != nil {
				return err
			}
			if turn > 0 { // the first one warms up
				rounds[i] = append(rounds[i], one[i])
				ratios[i] = append(ratios[i], one[i].perSecond/one[0].perSecond)
			}
		}
	}
	for i := range manyProcesses {
		row.middle[i], _ = middle(rounds[i])
		row.ratio[i] = median(ratios[i])
	}
	return nil
}
