package shop

import (
	"context"
	"errors"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Person is one of the staff as the API shows him: without hashes.
type Person struct {
	ID        models.ID   `json:"_id"`
	Rev       int64       `json:"rev"`
	CreatedAt models.Time `json:"createdAt"`
	UpdatedAt models.Time `json:"updatedAt"`
	Email     string      `json:"email"`
	Name      string      `json:"name"`
	Role      models.Role `json:"role"`
	Joined    bool        `json:"joined"` // false of who was invited and has no password yet
}

// NewPerson is somebody to be. Without a password a link is made, by which he gives himself one.
type NewPerson struct {
	Email, Name string
	Role        models.Role // of the first owner it is RoleOwner, whatever stands here
	Password    string
}

func personOf(p models.Person) Person {
	return Person{p.ID, p.Rev, p.CreatedAt, p.UpdatedAt, p.Email, p.Name, p.Role, p.Joined()}
}

// People returns the staff, by their addresses: people.read.
func (s *Shop) People(ctx context.Context, who Who) ([]Person, error) {
	if err := who.Must(PeopleRead); err != nil {
		return nil, err
	}
	people, err := all(ctx, s, dao.Person, "email")
	list := make([]Person, len(people))
	for i, person := range people {
		list[i] = personOf(person)
	}
	return list, err
}

// FindPerson returns one by his address, or Missing: people.read.
func (s *Shop) FindPerson(ctx context.Context, who Who, email string) (Person, error) {
	if err := who.Must(PeopleRead); err != nil {
		return Person{}, err
	}
	person, err := s.personBy(ctx, models.NormalEmail(email))
	if err == nil && person.ID.IsZero() {
		err = Missing{Kind: "person"}
	}
	return personOf(person), err
}

// personToBe checks what somebody is to be, all of it, and hashes his password.
func (s *Shop) personToBe(
	ctx context.Context, given NewPerson, needsPassword bool,
) (models.Person, error) {
	person := models.Person{Email: given.Email, Name: given.Name, Role: given.Role}
	person.ID = models.NewID(time.Now()) // once: the step asks for his link, too, and may run again
	person.Normalize()
	problems, _ := errors.AsType[models.Invalid](person.Check())
	if given.Password != "" || needsPassword {
		bad, _ := errors.AsType[models.Invalid](CheckPassword("password", given.Password, person.Email))
		problems = slices.Concat(problems, bad)
	}
	if err := problems.Err(); err != nil || given.Password == "" {
		return person, err
	}
	var err error
	person.PasswordHash, err = s.hash(ctx, given.Password)
	return person, err
}

// AddPerson makes somebody one of the staff: people.write. An address that is taken is
// dao.Conflict.
func (s *Shop) AddPerson(
	ctx context.Context, who Who, given NewPerson,
) (made Person, link OneTimeLink, err error) {
	if err := who.mayMake(PeopleWrite, given.Role); err != nil {
		return Person{}, OneTimeLink{}, err
	}
	person, err := s.personToBe(ctx, given, false)
	if err != nil {
		return Person{}, OneTimeLink{}, err
	}
	_, err = s.store.Update(who.With(ctx), func(tx dao.Tx) error {
		now, err := still(tx, who, PeopleWrite)
		if err == nil {
			err = now.MayGive(person.Role)
		}
		stored, err := createPerson(tx, person, err)
		if err != nil {
			return err
		}
		made, link = personOf(stored), OneTimeLink{}
		if !stored.Joined() {
			link, err = putLink(tx, stored.ID, JoinLinkLasts)
			return err
		}
		return firstOwner(tx, stored)
	})
	if err != nil {
		return Person{}, OneTimeLink{}, err
	}
	return made, link, nil
}

// firstOwner ends the links for the first owner once somebody is one.
func firstOwner(tx dao.Tx, person models.Person) error {
	if !isOwner(person) {
		return nil
	}
	return dropLink(tx, models.OwnerLink)
}

// ChangePerson changes somebody's address, name or role: people.write. change may run more than
// once; what it does to other fields is ignored. Who loses his role loses it at once.
func (s *Shop) ChangePerson(
	ctx context.Context, who Who, id models.ID, change func(*Person) error, checks ...Check[Person],
) (changed Person, err error) {
	if err := who.Must(PeopleWrite); err != nil {
		return Person{}, err
	}
	err = s.whileOwned(who.With(ctx), id, func(tx dao.Tx, keep func() error) error {
		now, err := still(tx, who, PeopleWrite)
		if err != nil {
			return err
		}
		var was models.Person
		stored, err := dao.Person.Within(tx).Update(id, func(p *models.Person) error {
			is := personOf(*p)
			was = *p
			refused := change(&is)
			p.Email, p.Name, p.Role = is.Email, is.Name, is.Role
			if err := pass(checks, personOf(was), personOf(*p)); err != nil {
				return err
			}
			if refused != nil {
				return refused
			}
			for _, role := range []models.Role{was.Role, p.Role} {
				if err := now.MayGive(role); err != nil {
					return err
				}
			}
			if isOwner(was) && !isOwner(*p) {
				return keep()
			}
			return nil
		})
		if err != nil {
			return err
		}
		changed = personOf(stored)
		if stored.Email != was.Email || stored.Role != was.Role { // a link was sent to whom he was, for what he might
			if err := dropLink(tx, id); err != nil {
				return err
			}
		}
		return firstOwner(tx, stored)
	})
	return changed, missing("person", id, err)
}

// RemovePerson takes somebody's access, and returns who he was: people.write. His sessions and
// links are none from then on; keys that he has made stay (they name him).
func (s *Shop) RemovePerson(
	ctx context.Context, who Who, id models.ID, checks ...Check[Person],
) (was Person, err error) {
	if err := who.Must(PeopleWrite); err != nil {
		return Person{}, err
	}
	err = s.whileOwned(who.With(ctx), id, func(tx dao.Tx, keep func() error) error {
		now, err := still(tx, who, PeopleWrite)
		if err != nil {
			return err
		}
		gone, err := dao.Person.Within(tx).Delete(id, func(p models.Person) error {
			if err := pass(checks, personOf(p), Person{}); err != nil {
				return err
			}
			if err := now.MayGive(p.Role); err != nil || !isOwner(p) {
				return err
			}
			return keep()
		})
		was = personOf(gone)
		if err != nil {
			return err
		}
		return dropLink(tx, id)
	})
	return was, missing("person", id, err)
}

// LinkPerson makes a link by which somebody gives himself another password, in the place of any
// that he had: people.write. Until he does, what he had is good.
func (s *Shop) LinkPerson(
	ctx context.Context, who Who, id models.ID,
) (link OneTimeLink, err error) {
	if err := who.Must(PeopleWrite); err != nil {
		return OneTimeLink{}, err
	}
	_, err = s.store.Update(who.With(ctx), func(tx dao.Tx) error {
		now, err := still(tx, who, PeopleWrite)
		if err != nil {
			return err
		}
		person, err := dao.Person.Within(tx).Get(id)
		if err != nil {
			return err
		}
		if err := now.MayGive(person.Role); err != nil {
			return err
		}
		link, err = putLink(tx, id, JoinLinkLasts)
		return err
	})
	if err != nil {
		return OneTimeLink{}, missing("person", id, err)
	}
	return link, nil
}

// Invited returns whom a link of AddPerson or LinkPerson is for, without spending it, or
// ErrUnauthorized.
func (s *Shop) Invited(ctx context.Context, token string) (Person, error) {
	id, secret, err := linkOf(token)
	if err != nil || id == models.OwnerLink {
		return Person{}, ErrUnauthorized
	}
	if err := s.seeLink(ctx, id, secret); err != nil {
		return Person{}, err
	}
	person, err := dao.Person.In(s.store.Values).Get(ctx, id)
	return personOf(person), unauthorizedIfMissing(err)
}

// Join spends such a link: he has that password, all his sessions end, and he is signed in.
func (s *Shop) Join(ctx context.Context, token, password string, from From) (Signed, error) {
	person, err := s.Invited(ctx, token)
	if err != nil {
		return Signed{}, err
	}
	if err := CheckPassword("password", password, person.Email); err != nil {
		return Signed{}, err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return Signed{}, err
	}
	id, secret, err := linkOf(token)
	if err != nil {
		return Signed{}, err
	}
	ctx = dao.WithBy(ctx, byPerson(id))
	return s.enter(ctx, from, func(tx dao.Tx) (models.Person, error) {
		if err := spendLink(tx, id, secret); err != nil {
			return models.Person{}, err
		}
		stored, err := s.putPassword(tx, id, hash, func(models.Person) error { return nil })
		if err != nil {
			return stored, err
		}
		return stored, firstOwner(tx, stored)
	})
}
