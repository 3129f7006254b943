package filemanagers

import (
	"context"
	"fmt"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dao/steps"
)

var _ dao.Messages = messages{}

// messages is the collection of messages, which are a history.
type messages struct {
	reader
	committer *committer
}

// Append stores a message: what [dao.Appends] does, but the message is encoded before its step
// begins, as steps wait for one another, and there is next to no garbage.
func (m messages) Append(ctx context.Context, message models.Message) (models.Message, dao.Receipt, error) {
	message.Normalize()
	if err := message.Check(); err != nil {
		return models.Message{}, dao.Receipt{}, err
	}
	now, by := m.now(), dao.ByOf(ctx)
	given := !message.ID.IsZero()
	if !given {
		message.ID = models.NewID(now)
	}
	message.CreatedAt = models.TimeOf(now)
	var space [256]byte // enough for most
	doc := message.AppendJSON(space[:0])
	stored := message
	receipt, err := m.committer.commit(ctx, func(b *batch) (dao.Receipt, error) {
		c := steps.Change{Schema: m.kind.Schema, Op: dao.OpPut, ID: message.ID, Rev: 1}
		if given {
			switch there, err := b.Find(c.Schema, c.ID); {
			case err != nil:
				return dao.Receipt{}, err
			case there != nil && !there.(*models.Message).Same(message):
				return dao.Receipt{}, dao.Conflict{Field: "_id", Value: c.ID.String()}
			case there != nil:
				stored = *there.(*models.Message)
				return dao.Receipt{Position: m.feed.position(b.Head()), Repeated: true}, nil
			}
		}
		if at := max(message.CreatedAt, b.At()); at != message.CreatedAt { // the step's time
			message.CreatedAt, stored.CreatedAt = at, at
			doc = message.AppendJSON(doc[:0])
		}
		if given { // else nobody asks for it: 64 bits of its id are random
			own := message
			c.After = &own
		}
		step := b.Add(by, message.CreatedAt, c)
		b.write(step, doc)
		return dao.Receipt{Position: m.feed.position(step.Last())}, nil
	})
	if err != nil {
		return models.Message{}, dao.Receipt{}, fmt.Errorf("append message: %w", err)
	}
	return stored, receipt, nil
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
