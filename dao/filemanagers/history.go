package filemanagers

import (
	"bytes"
	"errors"
	"fmt"

	"pulperia/dao"
	"pulperia/dao/models"
)

// reader reads the values of a history from the files.
type reader struct {
	*state
	feed *feed
	kind *kind
}

// read visits the JSON forms of the values from ≤ i < to. A form is the visitor's until it returns;
// its error is one of reading.
func (r reader) read(from, to int, visit func(doc []byte) error) error {
	for read := from; ; {
		err := r.readOnce(read, to, func(doc []byte) error { read++; return visit(doc) })
		if !errors.Is(err, dao.ErrGone) {
			return err
		}
		// A compaction has moved some from the journal to the file meanwhile.
	}
}

func (r reader) readOnce(from, to int, visit func(doc []byte) error) error {
	r.mu.RLock()
	log := r.kind.history
	folded := log.folded
	start, skipped, end := log.stretch(min(from, folded), min(to, folded))
	fresh := log.fresh[max(0, from-folded):max(0, to-folded)]
	r.mu.RUnlock()

	text := make([]byte, end-start)
	if _, err := log.file.ReadAt(text, start); err != nil && len(text) > 0 {
		return fmt.Errorf("%w: read %s: %w", dao.ErrUnavailable, r.kind.File(), err)
	}
	i := min(from, folded) - skipped
	for one := range bytes.Lines(text) {
		if i++; i <= from {
			continue
		}
		if i > to {
			break
		}
		if err := visit(one); err != nil {
			return fmt.Errorf("%w: read %s: %w", dao.ErrUnavailable, r.kind.File(), err)
		}
	}
	return r.documents(fresh, func(offset int64, doc []byte) error {
		if err := visit(doc); err != nil {
			return fmt.Errorf("%w: read change %d: %w", dao.ErrUnavailable, offset, err)
		}
		return nil
	})
}

// documents visits the JSON forms of values that stand only in the journal, by their offsets. A
// form is the visitor's until it returns.
func (r reader) documents(fresh []int64, visit func(offset int64, doc []byte) error) error {
	const most = 1_000 // at once
	var space []byte
	for len(fresh) > 0 {
		docs, used, err := r.feed.documents(space, fresh[0]-1, run(fresh[:min(len(fresh), most)]))
		if err != nil {
			return err
		}
		if len(docs) == 0 {
			return fmt.Errorf("%w: change %d is not in the journal", dao.ErrUnavailable, fresh[0])
		}
		for i, doc := range docs {
			if err := visit(fresh[i], doc); err != nil {
				return err
			}
		}
		space, fresh = used, fresh[len(docs):]
	}
	return nil
}

// run returns how many of the offsets, from the first on, follow one another.
func run(offsets []int64) int {
	n := 1
	for n < len(offsets) && offsets[n] == offsets[0]+int64(n) {
		n++
	}
	return n
}

// history says where each value of a kind stands. The values themselves are not in memory.
type history struct {
	file   file
	size   int64       // of the file, as far as it counts
	ids    []models.ID // of all values, in the order of the feed
	index  *places     // where in ids
	folded int         // how many of them, the first ones, stand in the file
	marks  []int64     // where every so many-th of those begins there
	fresh  []int64     // for the others, their offsets: they stand only in the journal until the next compaction
}

// markEvery is how many values share a mark: a million marks would be as much memory as the ids,
// and some lines more are read as quickly.
const markEvery = 16

func (l *history) place(id models.ID) (i int, known bool) { return l.index.find(l.ids, id) }

func (l *history) append(id models.ID, offset int64) {
	l.ids = append(l.ids, id)
	l.index.put(l.ids)
	l.fresh = append(l.fresh, offset)
}

// stretch returns where in the file the folded values from ≤ i < to stand, with how many before
// them, and maybe some after them.
func (l *history) stretch(from, to int) (start int64, before int, end int64) {
	mark := func(i int) int64 {
		if i < len(l.marks) {
			return l.marks[i]
		}
		return l.size
	}
	if from == to {
		return 0, 0, 0
	}
	return mark(from / markEvery), from % markEvery, mark((to + markEvery - 1) / markEvery)
}

// mark notes that the next value begins there in the file.
func (l *history) mark(at int64) {
	if l.folded%markEvery == 0 {
		l.marks = append(l.marks, at)
	}
	l.folded++
}

// fold notes that the next values stand in the file now.
func (l *history) fold(at []int64, size int64) {
	for _, begin := range at {
		l.mark(begin)
	}
	l.size = size
	l.fresh = append([]int64(nil), l.fresh[len(at):]...) // readers may still hold the old list
}
