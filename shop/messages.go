package shop

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// ErrRoomClosed refuses who wants to write or to read while the merchant has switched the room off.
var ErrRoomClosed = errors.New("the chat is closed")

// RoomOpen returns ErrRoomClosed while it is: then no door shows what was said, or takes more.
func (s *Shop) RoomOpen(ctx context.Context) error {
	settings, err := s.Settings(ctx)
	if err == nil && settings.RoomClosed {
		err = ErrRoomClosed
	}
	return err
}

// Sender is who says something, and where he is.
type Sender struct {
	Who     Who
	Network netip.Prefix // as limits count
}

// Saying is a message that the shop has heard: it breaks no rule and came not too fast. It is
// stored by [Saying.Keep], once or, when it is not known whether that was done, again.
type Saying struct {
	message models.Message
	by      string // as in steps
	from    Sender
	shop    *Shop
}

// Hear takes a message, which goes by its sender's limit, or refuses it. It is said under the name
// or the address that stands in it; by the staff, always under their own names.
func (s *Shop) Hear(ctx context.Context, from Sender, message models.Message) (Saying, error) {
	if err := s.RoomOpen(ctx); err != nil {
		return Saying{}, err
	}
	by, err := s.by(ctx, from)
	if err != nil {
		return Saying{}, err
	}
	if message.By = ""; models.IsBy(by) { // of the course nobody is told apart
		message.By = by
	}
	message.User = nameOf(from.Who, message.User)
	message.Normalize()
	refused, _ := errors.AsType[models.Invalid](message.Check())
	taken, err := s.taken(ctx, from.Who, message.User)
	if err != nil {
		return Saying{}, err
	}
	if taken && !refused.Has("user") {
		refused.Add("user", models.Taken, nil, "")
	}
	if err := refused.Err(); err != nil {
		return Saying{}, err
	}
	if retryAfter, ok := s.allow(from, message.User); !ok {
		return Saying{}, TooFast{"messages", retryAfter}
	}
	return Saying{message, by, from, s}, nil
}

// by names who says something, as steps do.
func (s *Shop) by(ctx context.Context, from Sender) (string, error) {
	if from.Who.By != "" {
		return from.Who.By, nil
	}
	who, err := s.ByNetwork(ctx, from.Network.String())
	return who.By, err
}

// A visit has a share of limits of its own when it is so old: whoever throws his cookies away, to
// have another one, waits as long as a share takes to fill. All visits of a network together have
// so many.
const (
	visitMatures  = time.Minute
	networkVisits = 10
)

// allow holds what is said against the share of its sender: of a person, a key or a visit; of the
// course, of each name; of whoever has none, that of his network.
func (s *Shop) allow(from Sender, user string) (retryAfter time.Duration, ok bool) {
	who := from.Who
	switch {
	case who.Role == course:
		return s.pace.Allow(strings.ToLower(user))
	case who.SignedIn():
		return s.pace.Allow(who.By)
	case !who.IsVisit() || time.Since(who.Since.Std()) < visitMatures:
		return s.pace.Allow(from.Network.String())
	}
	if retryAfter, ok = s.pace.Allow(who.By); !ok {
		return retryAfter, false
	}
	return s.crowd.Allow(from.Network)
}

// Say hears a message and keeps it.
func (s *Shop) Say(
	ctx context.Context, from Sender, message models.Message,
) (models.Message, dao.Receipt, error) {
	said, err := s.Hear(ctx, from, message)
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

// Keep stores the message. Ids and repetition are as in dao.Messages, by the same sender: that of
// anybody else is a conflict whatever it says, lest an answer tell whether a guess was right.
func (s Saying) Keep(ctx context.Context) (models.Message, dao.Receipt, error) {
	ctx = dao.WithBy(ctx, s.by)
	stored, receipt, err := s.shop.store.Messages.Append(ctx, s.message)
	if !errors.Is(err, dao.ErrConflict) || s.from.Who.SignedIn() || s.from.Who.IsVisit() {
		return stored, receipt, err
	}
	// A network has another name every day, and this may have been sent the first time before
	// midnight.
	before := s.message
	who, wrong := s.shop.byNetwork(ctx, s.from.Network.String(), time.Now().Add(-day))
	if before.By = who.By; wrong != nil {
		return models.Message{}, dao.Receipt{}, wrong
	}
	if stored, receipt, wrong := s.shop.store.Messages.Append(ctx, before); wrong == nil {
		return stored, receipt, nil
	}
	return models.Message{}, dao.Receipt{}, err
}
