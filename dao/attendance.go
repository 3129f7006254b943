package dao

import (
	"slices"
	"time"

	"pulperia/dao/models"
)

// Attendance is when a store has been open. What nobody has touched for some time expires by the
// time in which somebody could have: no stop counts, nor a clock that was set forward, and nothing
// from before the store's past began. Engines keep it beside the values; one that is lost knows
// nothing, and begins anew.
type Attendance struct {
	Epoch string `json:"epoch" bson:"epoch"` // whose spans these are
	Spans []Span `json:"spans" bson:"spans"` // oldest first
}

// Span is a time in which a store was open all along.
type Span struct {
	From models.Time `json:"from" bson:"from"`
	To   models.Time `json:"to" bson:"to"`
}

const (
	shortStop = 2 * time.Hour      // up to which a stop counts as open: a restart costs up to an hour that is not noted
	longStop  = 7 * 24 * time.Hour // from which on everybody gets all the time again
)

// Note adds that the store of an epoch has been open for so long until now, by a clock that nobody
// sets. since is the moment from which on it has been open for age in all; zero when it has not
// been so long, as far as is known.
func (a Attendance) Note(epoch string, now models.Time, open, age time.Duration) (next Attendance, since models.Time) {
	next.Epoch = epoch
	if a.Epoch == epoch {
		next.Spans = slices.Clone(a.Spans)
	}
	span := Span{now - models.Time(open.Milliseconds()), now}
	for n := len(next.Spans); n > 0 && next.Spans[n-1].From >= now; n-- { // of a clock that was ahead
		next.Spans = next.Spans[:n-1]
	}
	if n := len(next.Spans); n > 0 {
		last := next.Spans[n-1]
		switch stop := time.Duration(span.From-last.To) * time.Millisecond; {
		case stop >= longStop:
			next.Spans = nil
		case stop <= shortStop:
			span.From, next.Spans = min(last.From, span.From), next.Spans[:n-1]
		}
	}
	next.Spans = append(next.Spans, span)
	rest := models.Time(age.Milliseconds())
	for i, span := range slices.Backward(next.Spans) {
		if length := span.To - span.From; length < rest {
			rest -= length
			continue
		}
		next.Spans = next.Spans[i:] // nobody asks for what was before
		return next, span.To - rest
	}
	return next, 0
}
