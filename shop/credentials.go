package shop

import (
	"context"
	"strings"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// ByCookie returns who has a session's token, or ErrUnauthorized. What has ended on another process
// is known 500 ms later at most.
func (s *Shop) ByCookie(ctx context.Context, token string) (Who, error) {
	if len(token) != tokenLength {
		return Nobody, ErrUnauthorized
	}
	sum := digestOf(token)
	return s.bySession(ctx, sum.session(), func(session *models.Session) bool {
		return sum.is(session.TokenHash)
	})
}

func (s *Shop) bySession(
	ctx context.Context, id models.ID, right func(*models.Session) bool,
) (Who, error) {
	v, err := s.register.get(ctx, dao.Session.Schema, id)
	if err != nil {
		return Nobody, unauthorizedIfMissing(err)
	}
	session, now := v.(*models.Session), models.TimeOf(time.Now())
	if !right(session) || hasEnded(session, now) {
		return Nobody, ErrUnauthorized
	}
	v, err = s.register.get(ctx, dao.Person.Schema, session.Person)
	if err != nil {
		return Nobody, unauthorizedIfMissing(err)
	}
	person := v.(*models.Person)
	if session.SignIns != person.SignIns {
		return Nobody, ErrUnauthorized
	}
	if today := dayOf(now); session.Seen < today {
		touch(ctx, s, dao.Session, id, func(session *models.Session) { session.Seen = today })
	}
	return whoIsIn(*session, *person), nil
}

// touch notes the day on which something is used. Nobody is refused because that cannot be written.
func touch[T any](ctx context.Context, s *Shop, kind dao.KindOf[T], id models.ID, note func(*T)) {
	ctx, cancel := context.WithTimeout(dao.WithBy(ctx, ""), time.Second)
	defer cancel()
	s.store.Update(ctx, func(tx dao.Tx) error {
		_, err := kind.Within(tx).Update(id, func(v *T) error { note(v); return nil })
		return err
	})
}

// keyPrefix lets people and programs that look for lost secrets know a key.
const keyPrefix = "plp_"

// ByKey returns who has a key, as `Authorization: Bearer` brings it, or ErrUnauthorized.
func (s *Shop) ByKey(ctx context.Context, key string) (Who, error) {
	text, is := strings.CutPrefix(key, keyPrefix)
	idText, secret, whole := strings.Cut(text, "_")
	id, err := models.ParseID(idText)
	if !is || !whole || err != nil || id.String() != idText || len(secret) != tokenLength {
		return Nobody, ErrUnauthorized
	}
	return s.byKey(ctx, id, func(k *models.Key) bool { return sameHash(k.SecretHash, secret) })
}

func (s *Shop) byKey(ctx context.Context, id models.ID, right func(*models.Key) bool) (Who, error) {
	v, err := s.register.get(ctx, dao.Key.Schema, id)
	if err != nil {
		return Nobody, unauthorizedIfMissing(err)
	}
	key, now := v.(*models.Key), models.TimeOf(time.Now())
	if !right(key) || hasExpired(key, now) {
		return Nobody, ErrUnauthorized
	}
	if today := dayOf(now); key.Seen < today {
		touch(ctx, s, dao.Key, id, func(key *models.Key) { key.Seen = today })
	}
	return whoHas(*key), nil
}

func hasExpired(key *models.Key, now models.Time) bool {
	return key.Expires != 0 && key.Expires <= now
}

func whoHas(key models.Key) Who {
	who := whoOf("key:"+key.ID.String(), key.Role)
	who.Key = key.ID
	return who
}

// Still returns who somebody is now, for a door that stays open: an error once his session, his key
// or he himself is gone. It costs what ByCookie costs.
func (s *Shop) Still(ctx context.Context, who Who) (Who, error) {
	switch {
	case !who.Session.IsZero():
		return s.bySession(ctx, who.Session, func(*models.Session) bool { return true })
	case !who.Key.IsZero():
		return s.byKey(ctx, who.Key, func(*models.Key) bool { return true })
	case who.Role == course:
		return s.ByCourse(ctx)
	}
	return who, nil
}

// still is Still within a step, of who needs a right: what he may do is what it is at the step's
// place.
func still(tx dao.Tx, who Who, right Right) (Who, error) {
	switch {
	case who.Staff():
		person, err := dao.Person.Within(tx).Get(who.Person.ID)
		if err != nil {
			return Nobody, unauthorizedIfMissing(err)
		}
		who = whoIsIn(models.Session{Head: models.Head{ID: who.Session}}, person)
	case !who.Key.IsZero():
		key, err := dao.Key.Within(tx).Get(who.Key)
		if err != nil {
			return Nobody, unauthorizedIfMissing(err)
		}
		who = whoHas(key)
	}
	return who, who.Must(right)
}

// ExpireAccess removes sessions that have ended, and one-time links that nobody can use any more.
func (s *Shop) ExpireAccess(ctx context.Context) error {
	now := time.Now()
	for kind, lasts := range map[*dao.Schema]time.Duration{
		dao.Session.Schema: SessionIdle + day, dao.Link.Schema: JoinLinkLasts,
	} {
		if _, err := kind.Expire(ctx, s.store.Values, models.TimeOf(now.Add(-lasts))); err != nil {
			return err
		}
	}
	return nil
}
