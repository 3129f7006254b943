package dao_test

import (
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

const (
	day   = 24 * time.Hour
	month = 30 * day
)

// life is a shop that is open and closed for some time, under a clock that may be set.
type life struct {
	dao.Attendance
	now   models.Time
	since models.Time
}

func born() *life {
	return &life{now: models.TimeOf(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))}
}

func (l *life) pass(d time.Duration) { l.now += models.Time(d.Milliseconds()) }

// open has the shop be open, which it notes every hour; what is left of the last hour is not noted.
func (l *life) open(d time.Duration) *life {
	for ; d >= time.Hour; d -= time.Hour {
		l.pass(time.Hour)
		l.Attendance, l.since = l.Note("epoch", l.now, time.Hour, month)
	}
	l.pass(d)
	return l
}

func (l *life) closed(d time.Duration) *life { l.pass(d); return l }

// ago is how long ago the moment is before which carts expire; 0 when none do.
func (l *life) ago() time.Duration {
	if l.since == 0 {
		return 0
	}
	return time.Duration(l.now-l.since) * time.Millisecond
}

// Carts expire by the time in which the shop was open, as far as that is known.
func TestAttendance(t *testing.T) {
	daily := func(l *life, days int, open time.Duration) *life {
		for range days {
			l.open(open).closed(day - open)
		}
		return l
	}
	for name, test := range map[string]struct {
		life    *life
		atLeast time.Duration // after which carts expire; 0: none does
		atMost  time.Duration
	}{
		"in the first hour":                      {born().open(59 * time.Minute), 0, 0},
		"not open for long enough":               {born().open(month - time.Hour), 0, 0},
		"open for long enough":                   {born().open(month), month, month},
		"open for long":                          {born().open(10 * month), month, month},
		"restarted every day":                    {daily(born(), 40, day-20*time.Minute).open(2 * time.Hour), month, month + day},
		"open eight hours a day":                 {daily(born(), 100, 8*time.Hour).open(time.Hour), 3*month - 2*day, 3*month + 2*day},
		"killed every half hour":                 {daily(born(), 100, 30*time.Minute).open(time.Hour), 0, 0},
		"closed for three days":                  {born().open(2 * month).closed(3 * day).open(time.Hour), month + 3*day - time.Hour, month + 3*day},
		"closed for a month":                     {born().open(2 * month).closed(month).open(29 * day), 0, 0},
		"closed for a month, and open again":     {born().open(2 * month).closed(month).open(month), month, month},
		"the clock is set forward by a day":      {born().open(month).closed(day).open(time.Hour), month + day - time.Hour, month + day},
		"the clock is set forward by a year":     {born().open(month).closed(365 * day).open(time.Hour), 0, 0},
		"the clock is set back by an hour":       {born().open(2 * month).closed(-time.Hour).open(time.Hour), month, month},
		"the clock is set back by ten days":      {born().open(3 * month).closed(-10 * day).open(time.Hour), month, month},
		"the clock is set forward and back":      {born().open(2 * month).closed(365 * day).open(day).closed(-366 * day).open(time.Hour), 0, 0},
		"the clock has been behind at the start": {born().open(2 * month).closed(-365 * day).closed(365 * day).open(time.Hour), month, month + time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			if ago := test.life.ago(); ago < test.atLeast || ago > test.atMost {
				t.Errorf("carts expire after %v, want %v to %v; open %v", ago, test.atLeast, test.atMost, test.life.Spans)
			}
		})
	}
}

// What was known of another epoch is not known of this one.
func TestAttendanceOfAnotherEpoch(t *testing.T) {
	l := born().open(2 * month)
	if next, since := l.Note("another", l.now, time.Hour, month); since != 0 || len(next.Spans) != 1 {
		t.Errorf("since %v, %v", since, next)
	}
}

// However long a shop lives, what is kept is as long as what is asked for.
func TestAttendanceStaysShort(t *testing.T) {
	l := born()
	for range 1_000 {
		l.open(12 * time.Hour).closed(12 * time.Hour)
	}
	if len(l.Spans) > 61 {
		t.Errorf("%d spans are kept for 60 days", len(l.Spans))
	}
}
