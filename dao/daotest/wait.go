package daotest

import (
	"context"
	"testing"
	"time"

	"pulperia/dao"
)

// patience is how long a wait that must end may take before it counts as hanging.
const patience = time.Minute

func waitTests() []test {
	return []test{
		{"wait returns at once when the head is past", waitBehind},
		{"wait returns at once for a position of another feed", waitElsewhere},
		{"wait wakes everyone at the next change", waitWakes},
		{"wait returns the error of a context that is done", waitContext},
		{"a follower sees each change once and in order", waitFollow},
	}
}

func waitBehind(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	head := s.head()
	for offset := range head.Offset {
		s.ok("wait", s.Feed.Wait(ctx, dao.Position{Epoch: head.Epoch, Offset: offset}))
	}
}

// Otherwise whoever comes with a position from before a restore would wait for ever, and see
// nothing.
func waitElsewhere(t *testing.T, h Harness) {
	s, other := open(t, h), open(t, h)
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	s.ok("wait", s.Feed.Wait(ctx, other.head()))
	s.ok("wait", s.Feed.Wait(ctx, dao.Position{Epoch: other.head().Epoch, Offset: 1000}))
	head := s.head()
	s.ok("wait past the head", s.Feed.Wait(ctx, dao.Position{Epoch: head.Epoch, Offset: head.Offset + 5}))
}

func waitWakes(t *testing.T, h Harness) {
	s := open(t, h)
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	for range 20 {
		head := s.head()
		atOnce(9, func(i int) {
			if i == 8 {
				if _, _, err := s.Messages.Append(s.ctx, message("hola")); err != nil {
					t.Errorf("append: %v", err)
				}
				return
			}
			if err := s.Feed.Wait(ctx, head); err != nil {
				t.Errorf("wait: %v", err)
			}
			if now, err := s.Feed.Head(s.ctx); err != nil || now.Offset <= head.Offset {
				t.Errorf("woken with the head at %v, %v: it must be past %v", now, err, head)
			}
		})
	}
}

func waitContext(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	done, cancel := context.WithCancel(s.ctx)
	cancel()
	s.fails("wait with a context that was done before", s.Feed.Wait(done, s.head()), context.Canceled)
	soon, cancel := context.WithTimeout(s.ctx, 20*time.Millisecond)
	defer cancel()
	s.fails("wait with a context that ends meanwhile", s.Feed.Wait(soon, s.head()), context.DeadlineExceeded)
}

func waitFollow(t *testing.T, h Harness) {
	s := open(t, h)
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	const writers, each = 4, 20
	at := s.head()
	atOnce(writers+1, func(w int) {
		if w < writers {
			for range each {
				if _, _, err := s.Messages.Append(s.ctx, message("hola")); err != nil {
					t.Errorf("append: %v", err)
				}
			}
			return
		}
		for at.Offset < writers*each {
			err := s.Feed.Wait(ctx, at)
			if err != nil {
				t.Errorf("wait at %v: %v", at, err)
				return
			}
			changes, err := s.Feed.Since(s.ctx, at, 7)
			if err != nil || len(changes) == 0 {
				t.Errorf("since %v, after waiting: %d changes, %v", at, len(changes), err)
				return
			}
			for _, change := range changes {
				if change.Offset != at.Offset+1 {
					t.Errorf("change %d follows on %v", change.Offset, at)
				}
				at.Offset = change.Offset
			}
		}
	})
}
