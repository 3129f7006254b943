package filemanagers

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Messages = messages{}

type messages struct {
	*state
	feed      *feed
	committer *committer
}

// Append stores a message.
func (m messages) Append(ctx context.Context, message models.Message) (models.Message, dao.Receipt, error) {
	message.Normalize()
	if err := message.Check(); err != nil {
		return models.Message{}, dao.Receipt{}, err
	}
	now := m.now()
	given := !message.ID.IsZero()
	if !given {
		message.ID = models.NewID(now)
	}
	message.CreatedAt = models.TimeOf(now)
	var space [256]byte                  // enough for most
	doc := message.AppendJSON(space[:0]) // here and not in the step: steps wait for one another
	stored := message
	receipt, err := m.committer.commit(ctx, func(s step) error {
		if given { // else the id is nobody's yet: 64 bits of it are random
			there, known, err := m.find(s, message.ID)
			switch {
			case err != nil:
				return err
			case known && !there.Same(message):
				return dao.Conflict{Field: "_id", Value: message.ID.String()}
			case known:
				stored = there
				return nil
			}
			s.newMessages[message.ID] = message
		}
		s.appendMessage(message.ID, doc)
		return nil
	})
	if err != nil {
		return models.Message{}, receipt, fmt.Errorf("append message: %w", err)
	}
	return stored, receipt, nil
}

// find returns a message as the step sees it, if there is one.
func (m messages) find(s step, id models.ID) (message models.Message, known bool, err error) {
	if fresh, known := s.newMessage(id); known {
		return fresh, true, nil
	}
	i, known := s.place(id)
	if !known {
		return message, false, nil
	}
	found, err := m.read(i, i+1)
	if err != nil {
		return message, true, err
	}
	return found[0], true, nil
}

// Page reads messages from the files; the index says where they stand.
func (m messages) Page(ctx context.Context, before models.ID, limit int) ([]models.Message, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	end, known := len(m.messages.ids), true
	if !before.IsZero() {
		end, known = m.messages.place(before)
	}
	m.mu.RUnlock()
	if !known {
		return nil, absent(dao.KindMessage, before)
	}
	return m.read(max(0, end-max(0, limit)), end)
}

// read returns the messages from ≤ i < to.
func (m messages) read(from, to int) ([]models.Message, error) {
	for {
		list, err := m.readOnce(from, to)
		if !errors.Is(err, dao.ErrGone) {
			return list, err
		}
		// A fold has moved some from the journal to the file meanwhile.
	}
}

func (m messages) readOnce(from, to int) ([]models.Message, error) {
	m.mu.RLock()
	log := m.messages
	folded := len(log.at)
	start, end := log.where(min(from, folded)), log.where(min(to, folded))
	fresh := log.fresh[max(0, from-folded):max(0, to-folded)]
	m.mu.RUnlock()

	list := make([]models.Message, 0, to-from)
	text := make([]byte, end-start)
	if _, err := log.file.ReadAt(text, start); err != nil && len(text) > 0 {
		return nil, fmt.Errorf("%w: read %s: %w", dao.ErrUnavailable, messagesFile, err)
	}
	for one := range bytes.Lines(text) {
		message, err := models.DecodeMessage(one)
		if err != nil {
			return nil, fmt.Errorf("%w: read %s: %w", dao.ErrUnavailable, messagesFile, err)
		}
		list = append(list, message)
	}
	err := m.documents(fresh, func(offset int64, doc []byte) error {
		message, err := models.DecodeMessage(doc)
		if err != nil {
			return fmt.Errorf("%w: read change %d: %w", dao.ErrUnavailable, offset, err)
		}
		list = append(list, message)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// documents visits the JSON forms of messages that stand only in the journal, by their offsets. A
// form is the visitor's until it returns.
func (m messages) documents(fresh []int64, visit func(offset int64, doc []byte) error) error {
	const most = 1_000 // at once
	var space []byte
	for len(fresh) > 0 {
		docs, used, err := m.feed.documents(space, fresh[0]-1, run(fresh[:min(len(fresh), most)]))
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

// chatLog says where each message stands. The messages themselves are not in memory.
type chatLog struct {
	file  file
	size  int64       // of the file, as far as it counts
	ids   []models.ID // of all messages, in the order of the feed
	index *places     // where in ids
	at    []int64     // for the first of them, where they begin in the file
	fresh []int64     // for the others, their offsets: they stand only in the journal until the next fold
}

func (l *chatLog) place(id models.ID) (i int, known bool) { return l.index.find(l.ids, id) }

func (l *chatLog) append(id models.ID, offset int64) {
	l.ids = append(l.ids, id)
	l.index.put(l.ids)
	l.fresh = append(l.fresh, offset)
}

// where returns where message i begins in the file, or the file's end for the one after the last.
func (l *chatLog) where(i int) int64 {
	if i < len(l.at) {
		return l.at[i]
	}
	return l.size
}

// fold notes that the next messages stand in the file now.
func (l *chatLog) fold(at []int64, size int64) {
	l.at, l.size = append(l.at, at...), size
	l.fresh = append([]int64(nil), l.fresh[len(at):]...) // readers may still hold the old list
}
