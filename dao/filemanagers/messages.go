package filemanagers

import (
	"context"
	"fmt"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Messages = messages{}

// messages is the collection of messages, which are a history.
type messages struct {
	reader
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
			own := message
			s.set(m.kind, message.ID, &own)
		}
		s.append(m.kind, message.ID, doc)
		return nil
	})
	if err != nil {
		return models.Message{}, receipt, fmt.Errorf("append message: %w", err)
	}
	return stored, receipt, nil
}

// find returns a message as the step sees it, if there is one.
func (m messages) find(s step, id models.ID) (message models.Message, known bool, err error) {
	if fresh, known := s.fresh(m.kind, id); known {
		return *fresh.(*models.Message), true, nil
	}
	i, known := s.place(m.kind, id)
	if !known {
		return message, false, nil
	}
	err = m.read(i, i+1, m.one(&message))
	return message, true, err
}

func (m messages) one(message *models.Message) func([]byte) error {
	return func(doc []byte) (err error) { *message, err = models.DecodeMessage(doc); return err }
}

// Page reads messages from the files; the index says where they stand.
func (m messages) Page(ctx context.Context, before models.ID, limit int) ([]models.Message, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	end, known := len(m.kind.history.ids), true
	if !before.IsZero() {
		end, known = m.kind.history.place(before)
	}
	m.mu.RUnlock()
	if !known {
		return nil, m.kind.Absent(before)
	}
	from := max(0, end-max(0, limit))
	list := make([]models.Message, 0, end-from)
	err := m.read(from, end, func(doc []byte) error {
		message, err := models.DecodeMessage(doc)
		list = append(list, message)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}
