package shop

import (
	"context"
	"errors"

	"pulperia/dao"
	"pulperia/dao/models"
)

// ChangePassword gives who is signed in another password, ends all his sessions and begins one
// anew. An old password that is wrong is models.Invalid of "old", and counts as an attempt.
func (s *Shop) ChangePassword(
	ctx context.Context, who Who, old, new string, from From,
) (Signed, error) {
	if who.Session.IsZero() {
		return Signed{}, ErrUnauthorized
	}
	person, err := dao.Person.In(s.store.Values).Get(ctx, who.Person.ID)
	if err != nil {
		return Signed{}, unauthorizedIfMissing(err)
	}
	if err := CheckPassword("new", new, person.Email); err != nil {
		return Signed{}, err
	}
	err = s.prove(ctx, person.Email, person, old, from)
	if errors.Is(err, ErrUnauthorized) {
		err = models.Invalid{{Field: "old", Rule: models.Wrong}}
	}
	if err != nil {
		return Signed{}, err
	}
	hash, err := s.hash(ctx, new)
	if err != nil {
		return Signed{}, err
	}
	return s.enter(who.With(ctx), from, func(tx dao.Tx) (models.Person, error) {
		return s.putPassword(tx, person.ID, hash, func(now models.Person) error {
			if now.PasswordHash != person.PasswordHash {
				return ErrUnauthorized
			}
			return nil
		})
	})
}

// putPassword gives a person a password and ends his sessions.
func (s *Shop) putPassword(
	tx dao.Tx, id models.ID, hash string, check func(models.Person) error,
) (models.Person, error) {
	person, err := dao.Person.Within(tx).Update(id, func(p *models.Person) error {
		if err := check(*p); err != nil {
			return err
		}
		p.PasswordHash = hash
		p.SignIns++
		return nil
	})
	return person, unauthorizedIfMissing(err)
}

// prove tries a password: nil, ErrUnauthorized, or TooFast. person is zero for an address that
// nobody has.
func (s *Shop) prove(
	ctx context.Context, email string, person models.Person, password string, from From,
) error {
	browser, err := s.browserOf(ctx, person.ID, from.Known)
	if err != nil {
		return err
	}
	passes, err := s.passes(ctx)
	if err != nil {
		return err
	}
	try, err := s.attempts.begin(email, from.Network, browser)
	if err != nil {
		return err
	}
	if err := try.pause(ctx); err != nil {
		try.undo()
		return err
	}
	right, err := s.passwords.match(ctx, person.PasswordHash, password, passes)
	if err != nil || right {
		try.undo()
	}
	if err == nil && !right {
		err = ErrUnauthorized
	}
	return err
}

func (s *Shop) hash(ctx context.Context, password string) (string, error) {
	passes, err := s.passes(ctx)
	if err != nil {
		return "", err
	}
	return s.passwords.hash(ctx, password, passes)
}
