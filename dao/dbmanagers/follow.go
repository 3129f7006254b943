package dbmanagers

import (
	"context"
	"slices"
	"time"

	"pulperia/dao"
)

// Wait returns when the head is past the position.
func (f *feed) Wait(ctx context.Context, after dao.Position) error {
	f.mu.Lock()
	ahead := after.Epoch == f.epoch && after.Offset > f.head
	f.waiting++
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.waiting--
		f.mu.Unlock()
	}()
	if ahead {
		if err := f.catchUp(ctx); err != nil {
			return f.readError(ctx, "wait", err)
		}
	}
	select {
	case f.hurry <- struct{}{}:
	default:
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.mu.Lock()
		there, moved := after.Epoch == f.epoch && after.Offset == f.head, f.moved
		f.mu.Unlock()
		if !there {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
		}
	}
}

// follow asks for what other processes changed until ctx is done.
func (f *feed) follow(ctx context.Context) {
	for ctx.Err() == nil {
		f.mu.Lock()
		pause := pollIdle
		if f.waiting > 0 {
			pause = pollBusy
		}
		f.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-f.hurry:
			// Whoever waits again after each change need not ask at once: its own process told it
			// of that one.
			sleep(ctx, min(pause, pollBusy))
		case <-time.After(pause):
		}
		sleep(ctx, f.note(ctx, "follow the feed", f.catchUp(ctx)))
	}
}

// catchUp goes forward over the changes that this process has not seen.
func (f *feed) catchUp(ctx context.Context) error {
	for {
		head := f.last()
		changes, err := f.read(ctx, head.Offset, pageSize)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(changes, func(c dao.Change) bool { return !f.announcer.knows(nameOf(c)) }) {
			f.announcer.turns.sign()
		}
		f.advance(head.Epoch, changes)
		if len(changes) < pageSize {
			return nil
		}
	}
}
