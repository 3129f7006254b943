package steps

import (
	"errors"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// gathered is the writes of one batch of a [Line].
type gathered[F any] struct {
	*Line[F]
	batch   *Batch
	waiting []*write[F] // that have not run yet
	ran     []run[F]
	lack    []lacking[F]
}

// lacking is a write that has run for nothing.
type lacking[F any] struct {
	*write[F]
	wants []Want
}

// run is a write that has run, and what is to be told when all steps before and of it stand.
type run[F any] struct {
	*write[F]
	steps int  // how many steps of the batch must stand
	own   bool // the last of them is its own
	outcome
}

// gather runs what waits until the batch is full.
func (g *gathered[F]) gather() {
	for len(g.waiting) > 0 && !g.log.Full(g.batch) {
		w := g.waiting[0]
		g.waiting = g.waiting[1:]
		if out, tell := g.try(w); tell {
			own := out.err == nil && !out.receipt.Repeated
			g.ran = append(g.ran, run[F]{w, len(g.batch.steps), own, out})
		}
	}
	g.foresee()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range g.ran {
		r.sent = r.sent || r.own
	}
}

// foresee tells those who lack something what that is. Each runs for a trial on top of the batch and
// of the others who lack something, as it will when it comes again: so of many steps that each number
// what they make, all find out their numbers, and not one of them each time.
func (g *gathered[F]) foresee() {
	trial := newTrial(g.batch)
	for trial.head, trial.at = g.batch.head, g.batch.at; len(g.lack) > 0; {
		g.foreseeOne(trial)
	}
}

func (g *gathered[F]) foreseeOne(trial *Batch) {
	w := g.lack[0]
	g.lack = g.lack[1:]
	defer func() {
		recover() // a panic counts when nothing is lacking any more
		w.done <- outcome{err: Missing{w.wants}}
	}()
	g.batch.On(g.log.Base(nil, w.have))
	w.wants = append(w.wants, w.try(trial)...)
}

// try runs one write, and takes back what was added for it when it is not whole.
func (g *gathered[F]) try(w *write[F]) (out outcome, tell bool) {
	mark, whole := g.batch.Mark(), false
	defer func() {
		if whole {
			return
		}
		g.batch.Back(mark)
		if out.panics = recover(); out.panics == nil { // its do has ended the goroutine
			out.err = errors.New("the step has ended its goroutine")
		}
		w.done <- out
		tell = false
	}()
	g.batch.On(g.log.Base(g.batch, w.have))
	step, err := g.batch.Run(w.by, models.TimeOf(time.Now()), w.do)
	whole = true
	if missing, lacks := errors.AsType[Missing](err); lacks {
		g.batch.Back(mark)
		g.lack = append(g.lack, lacking[F]{w, missing.Wants})
		return outcome{}, false
	}
	if err != nil {
		return outcome{err: err}, true
	}
	receipt := dao.Receipt{Position: g.log.Position(step.Last()), Repeated: len(step.Changes) == 0}
	return outcome{receipt: receipt}, true
}

// settle answers those whose step stands, and those without one when all that they were based on
// does. The others run again; but for those whose step was sent and about which nobody knows.
func (g *gathered[F]) settle(stand int, err error) {
	for len(g.ran) > 0 && g.ran[0].steps <= stand {
		g.ran[0].done <- g.ran[0].outcome
		g.ran = g.ran[1:]
	}
	if err == nil {
		return
	}
	g.ran = slices.DeleteFunc(g.ran, func(r run[F]) bool {
		if r.own {
			r.done <- outcome{err: err}
		}
		return r.own
	})
}

// giveBack puts those who were not answered in front of the line.
func (g *gathered[F]) giveBack() {
	var list []*write[F]
	for _, r := range g.ran {
		list = append(list, r.write)
	}
	for _, w := range g.lack {
		list = append(list, w.write)
	}
	list = append(list, g.waiting...)
	g.mu.Lock()
	defer g.mu.Unlock()
	list = slices.DeleteFunc(list, func(w *write[F]) bool { return w.left })
	g.Line.waiting = append(list, g.Line.waiting...)
}
