package filemanagers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"pulperia/dao"
)

var _ dao.Feed = (*feed)(nil)

// feed is the journal as a list of changes. It keeps in memory only where each of them stands.
type feed struct {
	epoch string

	mu       sync.RWMutex
	segments []*segment    // never empty; the last one is live
	moved    chan struct{} // closed when the head moves
}

// Head returns the position of the last durable change.
func (f *feed) Head(ctx context.Context) (dao.Position, error) {
	return dao.Position{Epoch: f.epoch, Offset: f.head()}, ctx.Err()
}

// Fresh is Head: there is no other process.
func (f *feed) Fresh(ctx context.Context) (dao.Position, error) { return f.Head(ctx) }

func (f *feed) position(offset int64) dao.Position {
	return dao.Position{Epoch: f.epoch, Offset: offset}
}

func (f *feed) head() int64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.live().last()
}

func (f *feed) live() *segment { return f.segments[len(f.segments)-1] }

func (f *feed) liveSegment() *segment {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.live()
}

// Since reads the changes after a position from the journal.
func (f *feed) Since(ctx context.Context, after dao.Position, limit int) ([]dao.Change, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if after.Epoch != f.epoch {
		return nil, fmt.Errorf("changes since %s: %w: the epoch is %s now", after, dao.ErrGone, f.epoch)
	}
	var changes []dao.Change
	for limit > len(changes) {
		at := after.Offset + int64(len(changes))
		more, err := f.read(at, limit-len(changes))
		whole := wholeSteps(more)
		if err == nil && whole == 0 && len(more) > 0 && len(changes) == 0 { // the first step is larger
			more, err = f.read(at, int(more[0].End-at))
			whole = len(more)
		}
		if err != nil {
			return nil, fmt.Errorf("changes since %s: %w", after, err)
		}
		changes = append(changes, more[:whole]...)
		if whole == 0 || whole < len(more) {
			break
		}
	}
	return changes, nil
}

// wholeSteps returns how many of the changes, which follow one another, are of steps that end among
// them.
func wholeSteps(changes []dao.Change) int {
	n := len(changes)
	for n > 0 && changes[n-1].End > changes[n-1].Offset {
		n--
	}
	return n
}

// read returns changes after an offset from the one file that holds the first of them.
func (f *feed) read(after int64, limit int) ([]dao.Change, error) {
	s, text, at, err := f.lines(nil, after, limit)
	if err != nil {
		return nil, err
	}
	changes := make([]dao.Change, len(at))
	for i := range at {
		if changes[i], err = changeOf(lineOf(text, at, i)); err != nil {
			return nil, damaged(s, at[i], err)
		}
	}
	return changes, nil
}

// lineOf returns one of the lines that make up a text; at says where each begins in its file.
func lineOf(text []byte, at []int64, i int) []byte {
	if i+1 < len(at) {
		text = text[:at[i+1]-at[0]]
	}
	return text[at[i]-at[0]:]
}

// documents is read for who knows all of the changes but their documents. They stand in space, or
// in what is made when that is too small.
func (f *feed) documents(space []byte, after int64, limit int) (docs [][]byte, used []byte, err error) {
	s, text, at, err := f.lines(space, after, limit)
	if err != nil {
		return nil, nil, err
	}
	docs = make([][]byte, len(at))
	for i := range at {
		if docs[i], err = docOf(lineOf(text, at, i)); err != nil {
			return nil, nil, damaged(s, at[i], err)
		}
	}
	return docs, text, nil
}

func damaged(s *segment, at int64, err error) error {
	return fmt.Errorf("%w: %w", dao.ErrUnavailable, &Damage{s.name, at, err.Error(), restore})
}

// lines returns the lines of changes after an offset, as far as they stand in one file, and where
// each begins in it. It reads them into space if they fit.
func (f *feed) lines(space []byte, after int64, limit int) (s *segment, text []byte, at []int64, err error) {
	f.mu.RLock()
	first, head := f.segments[0].first, f.live().last()
	i, found := slices.BinarySearchFunc(f.segments, after+1, func(s *segment, offset int64) int {
		return int(s.first - offset)
	})
	if !found {
		i--
	}
	if after < first-1 || after > head {
		f.mu.RUnlock()
		return nil, nil, nil, fmt.Errorf("%w: the changes from %d to %d are kept", dao.ErrGone, first, head)
	}
	s = f.segments[i]
	if after == s.last() {
		f.mu.RUnlock()
		return s, nil, nil, nil
	}
	last := min(after+int64(limit), s.last())
	at, end := s.at[after+1-s.first:last+1-s.first], s.end(last)
	f.mu.RUnlock()

	text = slices.Grow(space[:0], int(end-at[0]))[:end-at[0]]
	if _, err := s.file.ReadAt(text, at[0]); err != nil {
		if f.oldest() > after+1 {
			return nil, nil, nil, fmt.Errorf("%w: it was pruned just now", dao.ErrGone)
		}
		return nil, nil, nil, fmt.Errorf("%w: %w", dao.ErrUnavailable, err)
	}
	return s, text, at, nil
}

func (f *feed) oldest() int64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.segments[0].first
}

// Wait returns when the head is past the position.
func (f *feed) Wait(ctx context.Context, after dao.Position) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.mu.RLock()
		head, moved := f.live().last(), f.moved
		f.mu.RUnlock()
		if after.Epoch != f.epoch || head != after.Offset {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
		}
	}
}

// extend makes changes visible whose lines are durable in the live file. at says where each begins,
// added how long they are.
func (f *feed) extend(at []int64, added int64) {
	f.mu.Lock()
	live := f.live()
	live.at, live.size = append(live.at, at...), live.size+added
	moved := f.moved
	f.moved = make(chan struct{})
	f.mu.Unlock()
	close(moved)
}

// rotate makes a new file the live one.
func (f *feed) rotate(s *segment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.segments = append(f.segments, s)
}

// prune takes out the files whose last change is at most the given one, but never the live one, and
// returns them.
func (f *feed) prune(upTo int64) []*segment {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for n < len(f.segments)-1 && f.segments[n].last() <= upTo {
		n++
	}
	pruned := slices.Clone(f.segments[:n])
	f.segments = slices.Delete(f.segments, 0, n)
	return pruned
}

// bytes returns how much the journal takes on disk.
func (f *feed) bytes() (sum int64) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, s := range f.segments {
		sum += s.size
	}
	return sum
}

func (f *feed) close() (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.segments {
		err = errors.Join(err, s.file.Close())
	}
	return err
}
