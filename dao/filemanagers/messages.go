package filemanagers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Messages = messages{}

type messages struct {
	*state
	feed   *feed
	commit func(context.Context, func(*step) error) (dao.Receipt, error)
}

// Append stores a message.
func (m messages) Append(ctx context.Context, message models.Message) (models.Message, dao.Receipt, error) {
	message.Normalize()
	if err := message.Check(); err != nil {
		return models.Message{}, dao.Receipt{}, err
	}
	now := time.Now()
	if message.ID.IsZero() {
		message.ID = models.NewID(now)
	}
	message.CreatedAt = models.TimeOf(now)
	doc := models.JSON(message) // here and not in the committer, of which there is only one
	var stored models.Message
	receipt, err := m.commit(ctx, func(s *step) error {
		there, known, err := m.find(s, message.ID)
		switch {
		case err != nil:
			return err
		case !known:
			s.appendMessage(&message, doc)
			stored = message
			return nil
		case !there.Same(message):
			return dao.Conflict{Field: "_id", Value: message.ID.String()}
		}
		stored = there
		return nil
	})
	if err != nil {
		return models.Message{}, receipt, fmt.Errorf("append message: %w", err)
	}
	return stored, receipt, nil
}

// find returns a message as the batch sees it, if there is one. Mostly there is none, so no error is made of that.
func (m messages) find(s *step, id models.ID) (message models.Message, known bool, err error) {
	if fresh := s.newMessages[id]; fresh != nil {
		return *fresh, true, nil
	}
	i, known := s.messages.index[id]
	if !known {
		return message, false, nil
	}
	found, err := m.read(int(i), int(i)+1)
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
		var i int32
		i, known = m.messages.index[before]
		end = int(i)
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
		var message models.Message
		if err := json.Unmarshal(one, &message); err != nil {
			return nil, fmt.Errorf("%w: read %s: %w", dao.ErrUnavailable, messagesFile, err)
		}
		list = append(list, message)
	}
	docs, err := m.documents(fresh)
	if err != nil {
		return nil, err
	}
	for i, doc := range docs {
		var message models.Message
		if err := json.Unmarshal(doc, &message); err != nil {
			return nil, fmt.Errorf("%w: read change %d: %w", dao.ErrUnavailable, fresh[i], err)
		}
		list = append(list, message)
	}
	return list, nil
}

// documents returns the JSON forms of messages that stand only in the journal, by their offsets.
func (m messages) documents(fresh []int64) ([][]byte, error) {
	docs := make([][]byte, 0, len(fresh))
	for len(fresh) > 0 {
		some, err := m.feed.documents(fresh[0]-1, run(fresh))
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			return nil, fmt.Errorf("%w: change %d is not in the journal", dao.ErrUnavailable, fresh[0])
		}
		docs, fresh = append(docs, some...), fresh[len(some):]
	}
	return docs, nil
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
	size  int64               // of the file, as far as it counts
	ids   []models.ID         // of all messages, in the order of the feed
	index map[models.ID]int32 // where in ids
	at    []int64             // for the first of them, where they begin in the file
	fresh []int64             // for the others, their offsets: they stand only in the journal until the next fold
}

func (l *chatLog) append(id models.ID, offset int64) {
	l.index[id] = int32(len(l.ids))
	l.ids = append(l.ids, id)
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
