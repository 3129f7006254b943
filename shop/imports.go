package shop

import (
	"context"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

// TakeIn stores values of another shop, of a backup or of a file as they are, in one durable step
// (as in dao.Engine). What a cart of them holds came into it elsewhere: more than can be bought
// here stays in it, as does what becomes scarce in a cart of ours.
func (s *Shop) TakeIn(ctx context.Context, batch dao.Batch) (dao.Receipt, error) {
	return s.store.Load(ctx, batch)
}

// TakeImage keeps bytes that values of another shop or of a backup name.
func (s *Shop) TakeImage(ctx context.Context, bytes []byte) error {
	_, err := s.store.Images.Put(ctx, bytes)
	return err
}

// Become has the store go by the identity of the one whose backup is taken in (as in dao.Engine):
// what its visitors keep in their browsers is theirs again.
func (s *Shop) Become(ctx context.Context, identity string) error {
	return s.store.Become(ctx, identity)
}

// TakeMessage stores a message that was said elsewhere, and so goes by nobody's limit here. Ids and
// repetition are as in dao.Messages.
func (s *Shop) TakeMessage(
	ctx context.Context, message models.Message,
) (models.Message, dao.Receipt, error) {
	return s.store.Messages.Append(ctx, message)
}

// HasMessage says whether there is a message of an id, in a room that is closed, too.
func (s *Shop) HasMessage(ctx context.Context, id models.ID) (bool, error) {
	_, err := s.store.Messages.Page(ctx, id, 1)
	return err == nil, notMissing(err)
}

// Has says of which kinds there is anything in the store: of those that are named, or of all.
func (s *Shop) Has(ctx context.Context, kinds ...dao.Kind) (map[dao.Kind]bool, error) {
	has := map[dao.Kind]bool{}
	for _, kind := range dao.Kinds() {
		if len(kinds) > 0 && !slices.Contains(kinds, kind.Kind) {
			continue
		}
		some, err := s.hasSome(ctx, kind)
		if err != nil {
			return nil, err
		}
		has[kind.Kind] = some
	}
	return has, nil
}

func (s *Shop) hasSome(ctx context.Context, kind *dao.Schema) (bool, error) {
	if kind.History { // there is one: messages
		messages, err := s.store.Messages.Page(ctx, models.ID{}, 1)
		return len(messages) > 0, err
	}
	_, n, err := s.store.Values.List(ctx, kind, models.Query{Limit: 1})
	return n > 0, err
}

// Find returns a value of any kind that is no history, or dao.ErrNotFound.
func (s *Shop) Find(ctx context.Context, kind *dao.Schema, id models.ID) (models.Value, error) {
	value, err := s.store.Values.Get(ctx, kind, id)
	if err != nil {
		return nil, err
	}
	return kind.Clone(value), nil
}
