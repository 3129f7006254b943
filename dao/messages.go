package dao

import (
	"context"
	"fmt"

	"pulperia/dao/models"
)

// Messages is the chat: it grows and never changes, unless another program removes one. Its order
// is that of the feed.
type Messages interface {
	// Append stores a message. It keeps the id that is given and makes one when it is zero; the
	// time is the store's. The same id with the same content again adds nothing (Receipt.Repeated)
	// and returns what is stored; with other content it is ErrConflict.
	Append(context.Context, models.Message) (models.Message, Receipt, error)

	// Page returns the newest messages that stand before the message with the given id, or the
	// newest of all when the id is zero: at most limit, the oldest of them first. An id that no
	// message has is ErrNotFound.
	Page(ctx context.Context, before models.ID, limit int) ([]models.Message, error)
}

// Appends is the half of [Messages] that is the same in every engine that has no quicker one.
type Appends struct{ Updater }

// Append stores a message.
func (a Appends) Append(ctx context.Context, m models.Message) (models.Message, Receipt, error) {
	m.Normalize()
	if err := m.Check(); err != nil {
		return models.Message{}, Receipt{}, err
	}
	stored, receipt, err := Message.createIn(ctx, a.Updater, &m)
	if err != nil {
		return models.Message{}, Receipt{}, fmt.Errorf("append message: %w", err)
	}
	return *stored.(*models.Message), receipt, nil
}
