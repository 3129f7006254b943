package shop

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// How long one-time links last.
const (
	OwnerLinkLasts = 30 * time.Minute
	JoinLinkLasts  = 3 * day
)

// OneTimeLink is a token that is good once. It is shown once, and only its hash is kept.
type OneTimeLink struct {
	Token   string      // [A-Za-z0-9]
	Expires models.Time // zero where there is no link
}

// HasOwner says whether an owner can sign in.
func (s *Shop) HasOwner(ctx context.Context) (bool, error) {
	owners, err := s.owners(ctx)
	return len(owners) > 0, err
}

// owners returns the ids of the owners who can sign in.
func (s *Shop) owners(ctx context.Context) (ids []models.ID, err error) {
	people, err := all(ctx, s, dao.Person, "")
	for _, person := range people {
		if isOwner(person) {
			ids = append(ids, person.ID)
		}
	}
	return ids, err
}

func isOwner(person models.Person) bool {
	return person.Role == models.RoleOwner && person.Joined()
}

// whileOwned runs do as a step of its own that may take an owner away: keep, which do calls in
// front of that, refuses to leave the shop without one. So of two at once who take the last two
// away, one is refused. leaving is whom the step is about.
func (s *Shop) whileOwned(
	ctx context.Context, leaving models.ID, do func(tx dao.Tx, keep func() error) error,
) error {
	moved := errors.New("the owners are others by now")
	for {
		others, err := s.owners(ctx)
		if err != nil {
			return err
		}
		others = slices.DeleteFunc(others, func(id models.ID) bool { return id == leaving })
		_, err = s.store.Update(ctx, func(tx dao.Tx) error {
			return do(tx, func() error {
				for _, id := range others {
					person, err := dao.Person.Within(tx).Get(id)
					if err == nil && isOwner(person) {
						return nil
					}
					if err := notMissing(err); err != nil {
						return err
					}
				}
				if len(others) == 0 {
					return ErrLastOwner
				}
				return moved
			})
		})
		if err != moved {
			return err
		}
	}
}

// NewOwnerLink makes a link by which the first owner is made, beside those that are still good:
// each process prints its own. In a shop that has an owner it is ErrHasOwner.
func (s *Shop) NewOwnerLink(ctx context.Context) (link OneTimeLink, err error) {
	has, err := s.HasOwner(ctx)
	if err == nil && has {
		err = ErrHasOwner
	}
	if err != nil {
		return OneTimeLink{}, err
	}
	_, err = s.store.Update(ctx, func(tx dao.Tx) (err error) {
		link, err = putLink(tx, models.OwnerLink, OwnerLinkLasts)
		return err
	})
	return link, err
}

// putLink makes a one-time link. Those of the first owner that are still good stay good; one for a
// person takes the place of that before it.
func putLink(tx dao.Tx, id models.ID, lasts time.Duration) (OneTimeLink, error) {
	secret := rand.Text()
	made := OneTimeLink{secret, tx.Now() + models.Time(lasts.Milliseconds())}
	token := models.OneTime{TokenHash: hashOf(secret), Expires: made.Expires}
	links := dao.Link.Within(tx)
	if id != models.OwnerLink {
		made.Token = id.String() + secret
	}
	was, err := links.Get(id)
	if errors.Is(err, dao.ErrNotFound) {
		_, err = links.Create(models.Link{Head: models.Head{ID: id}, Tokens: []models.OneTime{token}})
		return made, err
	}
	if err != nil {
		return OneTimeLink{}, err
	}
	var good []models.OneTime
	if id == models.OwnerLink {
		good = slices.DeleteFunc(was.Tokens, func(t models.OneTime) bool { return t.Expires <= tx.Now() })
		good = good[max(0, len(good)-models.MaxLinks+1):]
	}
	_, err = links.Update(id, func(link *models.Link) error {
		link.Tokens = append(good, token)
		return nil
	})
	return made, err
}

// linkOf says whose link a token is of, and its secret.
func linkOf(token string) (id models.ID, secret string, err error) {
	const idText = 2 * len(id)
	if len(token) == tokenLength {
		return models.OwnerLink, token, nil
	}
	if len(token) != idText+tokenLength {
		return models.ID{}, "", ErrUnauthorized
	}
	id, err = models.ParseID(token[:idText])
	if err != nil || id == models.OwnerLink {
		return models.ID{}, "", ErrUnauthorized
	}
	return id, token[idText:], nil
}

// checkLink says whether a secret is one of a link's: nil or ErrUnauthorized.
func checkLink(link models.Link, secret string, now models.Time) error {
	for _, token := range link.Tokens {
		if sameHash(token.TokenHash, secret) && now < token.Expires {
			return nil
		}
	}
	return ErrUnauthorized
}

// seeLink is checkLink of what is stored.
func (s *Shop) seeLink(ctx context.Context, id models.ID, secret string) error {
	link, err := dao.Link.In(s.store.Values).Get(ctx, id)
	if err != nil {
		return unauthorizedIfMissing(err)
	}
	return checkLink(link, secret, models.TimeOf(time.Now()))
}

// spendLink is checkLink, and ends the link.
func spendLink(tx dao.Tx, id models.ID, secret string) error {
	_, err := dao.Link.Within(tx).Delete(id, func(link models.Link) error {
		return checkLink(link, secret, tx.Now())
	})
	return unauthorizedIfMissing(err)
}

// dropLink ends the link of an id, where there is one.
func dropLink(tx dao.Tx, id models.ID) error {
	return notMissing(tx.Delete(dao.Link.Schema, id))
}

// CheckOwnerLink says whether a first owner's token is good, without spending it: nil or
// ErrUnauthorized.
func (s *Shop) CheckOwnerLink(ctx context.Context, token string) error {
	id, secret, err := linkOf(token)
	if err != nil || id != models.OwnerLink {
		return ErrUnauthorized
	}
	if err := s.seeLink(ctx, id, secret); err != nil {
		return err
	}
	if has, err := s.HasOwner(ctx); err != nil || !has {
		return err
	}
	return ErrUnauthorized
}

// SetUpOwner spends a token of NewOwnerLink and makes the first owner, in one step: the first wins,
// and all other links are none from then on. He is signed in. Somebody of that address becomes the
// owner: who has the link has the machine.
func (s *Shop) SetUpOwner(
	ctx context.Context, token string, owner NewPerson, from From,
) (Signed, error) {
	if err := s.CheckOwnerLink(ctx, token); err != nil {
		return Signed{}, err
	}
	owner.Role = models.RoleOwner
	person, err := s.personToBe(ctx, owner, true)
	if err != nil {
		return Signed{}, err
	}
	return s.enter(ctx, from, func(tx dao.Tx) (models.Person, error) {
		if err := spendLink(tx, models.OwnerLink, token); err != nil {
			return models.Person{}, err
		}
		people := dao.Person.Within(tx)
		id, err := people.Owner("email", person.Email)
		if err != nil || id.IsZero() {
			return createPerson(tx, person, err)
		}
		if err := dropLink(tx, id); err != nil {
			return models.Person{}, err
		}
		return people.Update(id, func(p *models.Person) error {
			p.Name, p.Role, p.PasswordHash = person.Name, person.Role, person.PasswordHash
			p.SignIns++
			return nil
		})
	})
}

func createPerson(tx dao.Tx, person models.Person, err error) (models.Person, error) {
	if err != nil {
		return models.Person{}, err
	}
	return dao.Person.Within(tx).Create(person)
}
