package filemanagers

import (
	"context"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Messages = messages{}

// messages is the collection of messages, which are a history.
type messages struct {
	dao.Appends
	reader
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
