package shop

import (
	"context"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Saying is a message that the shop has heard: it breaks no rule and came not too fast. It is
// stored by [Saying.Keep], once or, when it is not known whether that was done, again.
type Saying struct {
	message models.Message
	in      dao.Messages
}

// Hear takes a message, which goes by its user's limit, or refuses it.
func (s *Shop) Hear(message models.Message) (Saying, error) {
	message.Normalize()
	if err := message.Check(); err != nil {
		return Saying{}, err
	}
	if retryAfter, ok := s.pace.Allow(strings.ToLower(message.User)); !ok {
		return Saying{}, TooFast{"messages", retryAfter}
	}
	return Saying{message, s.store.Messages}, nil
}

// Say hears a message and keeps it.
func (s *Shop) Say(
	ctx context.Context, message models.Message,
) (models.Message, dao.Receipt, error) {
	said, err := s.Hear(message)
	if err != nil {
		return models.Message{}, dao.Receipt{}, err
	}
	return said.Keep(ctx)
}

// ID returns the message's id, zero when it has none yet.
func (s Saying) ID() models.ID { return s.message.ID }

// Anew is the same under an id that nobody has yet.
func (s Saying) Anew() Saying {
	s.message.ID = models.ID{}
	return s
}

// Keep stores the message. Ids and repetition are as in dao.Messages.
func (s Saying) Keep(ctx context.Context) (models.Message, dao.Receipt, error) {
	return s.in.Append(ctx, s.message)
}
