package shop

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// How long a session lasts.
const (
	SessionIdle = 14 * 24 * time.Hour // without being used
	SessionMost = 90 * 24 * time.Hour // in all
)

// From is where somebody tries to sign in from.
type From struct {
	Network string // the address, or the part of it that one subscriber has
	Browser string // as it names itself; for the list of sessions
	Known   string // the token of a browser in which the account was signed in before; "" for none
	Session string // the token of the session that the browser has; it ends. "" for none
}

// Signed is a session that has begun. Token and Known are for the browser's cookies and nowhere
// else.
type Signed struct {
	Who     Who
	Token   string
	Known   string      // lets this browser count its attempts apart: kept a year, over signing out
	Expires models.Time // of the session
}

// Session is a session as its person sees it.
type Session struct {
	ID        models.ID   `json:"_id"`
	Browser   string      `json:"browser"`
	CreatedAt models.Time `json:"createdAt"`
	Seen      models.Time `json:"seen"`    // the day of its last use
	Present   bool        `json:"present"` // it is the one that asks
}

// SignIn begins a session. Whatever was wrong is ErrUnauthorized, and costs and takes the same; too
// many attempts are TooFast{"attempts"}.
func (s *Shop) SignIn(ctx context.Context, email, password string, from From) (Signed, error) {
	email = models.NormalEmail(email)
	person, err := s.personBy(ctx, email)
	if err != nil {
		return Signed{}, err
	}
	if err := s.prove(ctx, email, person, password, from); err != nil {
		return Signed{}, err
	}
	ctx = dao.WithBy(ctx, byPerson(person.ID))
	return s.enter(ctx, from, func(tx dao.Tx) (models.Person, error) {
		now, err := dao.Person.Within(tx).Get(person.ID)
		if err == nil && now.PasswordHash != person.PasswordHash || errors.Is(err, dao.ErrNotFound) {
			err = ErrUnauthorized // since it was looked at
		}
		return now, err
	})
}

// errLooked ends a step that was only to look: what a step is refused for is looked for once more
// where other processes have done something meanwhile, and what it returns may be half a second old.
var errLooked = errors.New("it was only to look")

// personBy returns who has an address; the zero person when nobody has. It asks the store the same
// either way. Who was let in, or has another password, by another process just now, is known.
func (s *Shop) personBy(ctx context.Context, email string) (person models.Person, err error) {
	_, err = s.store.Update(ctx, func(tx dao.Tx) error {
		person = models.Person{}
		people := dao.Person.Within(tx)
		id, err := people.Owner("email", email)
		if err == nil && !id.IsZero() {
			person, err = people.Get(id)
		}
		return cmp.Or(err, errLooked)
	})
	if errors.Is(err, errLooked) {
		err = nil
	}
	return person, err
}

// enter begins a session of the person that let returns, in the step in which it does, and ends the
// one that the browser had.
func (s *Shop) enter(
	ctx context.Context, from From, let func(dao.Tx) (models.Person, error),
) (signed Signed, err error) {
	token := rand.Text()
	_, err = s.store.Update(ctx, func(tx dao.Tx) error {
		person, err := let(tx)
		if err != nil {
			return err
		}
		if err := dropSession(tx, from.Session); err != nil {
			return err
		}
		session, err := dao.Session.Within(tx).Create(models.Session{
			Head: models.Head{ID: digestOf(token).session()}, TokenHash: hashOf(token), Person: person.ID,
			SignIns: person.SignIns, Seen: dayOf(tx.Now()), Browser: from.Browser,
		})
		signed = Signed{Who: whoIsIn(session, person), Token: token, Expires: expiryOf(session)}
		return err
	})
	if err != nil {
		return Signed{}, err
	}
	signed.Known = from.Known
	person := signed.Who.Person.ID
	if name, err := s.browserOf(ctx, person, from.Known); err != nil || name == "" {
		if signed.Known, err = s.known(ctx, person, rand.Text()); err != nil {
			signed.Known = "" // he is in; it only counts his attempts
		}
	}
	return signed, nil
}

// dropSession deletes the session of a token, where there is one.
func dropSession(tx dao.Tx, token string) error {
	if token == "" {
		return nil
	}
	sessions := dao.Session.Within(tx)
	sum := digestOf(token)
	_, err := sessions.Delete(sum.session(), func(session models.Session) error {
		if !sum.is(session.TokenHash) {
			return dao.ErrNotFound
		}
		return nil
	})
	return notMissing(err)
}

// day is how exactly it is kept when somebody was here.
const day = 24 * time.Hour

func dayOf(at models.Time) models.Time { return models.TimeOf(at.Std().Truncate(day)) }

func expiryOf(session models.Session) models.Time {
	return session.CreatedAt + models.Time(SessionMost.Milliseconds())
}

// hasEnded says whether a session was not used for too long, or is too old.
func hasEnded(session *models.Session, now models.Time) bool {
	idle := dayOf(now) - session.Seen
	return now >= expiryOf(*session) || idle > models.Time(SessionIdle.Milliseconds())
}

func byPerson(id models.ID) string { return "person:" + id.String() }

func whoIsIn(session models.Session, person models.Person) Who {
	who := whoOf(byPerson(person.ID), person.Role)
	who.Person, who.Session = personOf(person), session.ID
	return who
}

// SignOut ends the session by which somebody came in.
func (s *Shop) SignOut(ctx context.Context, who Who) error {
	if who.Session.IsZero() {
		return ErrUnauthorized
	}
	_, err := s.store.Update(who.With(ctx), func(tx dao.Tx) error {
		return notMissing(tx.Delete(dao.Session.Schema, who.Session))
	})
	return notEnded(err)
}

// ErrNotEnded is the error of who signs out where that cannot be stored: his browser is to forget the
// session, which whoever has copied its cookie may go on with.
var ErrNotEnded = errors.New("the end of the session was not stored")

func notEnded(err error) error {
	if errors.Is(err, dao.ErrUnavailable) || errors.Is(err, dao.ErrUnknown) {
		return fmt.Errorf("%w: %w", ErrNotEnded, err)
	}
	return err
}

// SignOutEverywhere ends all sessions of who is signed in.
func (s *Shop) SignOutEverywhere(ctx context.Context, who Who) error {
	if who.Session.IsZero() {
		return ErrUnauthorized
	}
	_, err := s.store.Update(who.With(ctx), func(tx dao.Tx) error {
		_, err := dao.Person.Within(tx).Update(who.Person.ID, func(p *models.Person) error {
			p.SignIns++
			return nil
		})
		return err
	})
	return notEnded(unauthorizedIfMissing(err))
}

// Sessions returns those of who is signed in, the newest first.
func (s *Shop) Sessions(ctx context.Context, who Who) ([]Session, error) {
	if who.Session.IsZero() {
		return nil, ErrUnauthorized
	}
	all, err := all(ctx, s, dao.Session, "")
	if err != nil {
		return nil, err
	}
	person, err := dao.Person.In(s.store.Values).Get(ctx, who.Person.ID)
	if err != nil {
		return nil, unauthorizedIfMissing(err)
	}
	list, now := []Session{}, models.TimeOf(time.Now())
	for _, one := range slices.Backward(all) {
		if one.Person == person.ID && one.SignIns == person.SignIns && !hasEnded(&one, now) {
			list = append(list, Session{
				ID: one.ID, Browser: one.Browser, CreatedAt: one.CreatedAt, Seen: one.Seen,
				Present: one.ID == who.Session,
			})
		}
	}
	return list, nil
}

// EndSession ends one of them. Another person's is Missing, as one that there is not.
func (s *Shop) EndSession(ctx context.Context, who Who, id models.ID) error {
	if who.Session.IsZero() {
		return ErrUnauthorized
	}
	_, err := s.store.Update(who.With(ctx), func(tx dao.Tx) error {
		_, err := dao.Session.Within(tx).Delete(id, func(session models.Session) error {
			if session.Person != who.Person.ID {
				return dao.ErrNotFound
			}
			return nil
		})
		return err
	})
	return missing("session", id, err)
}
