package dao

import (
	"context"

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
