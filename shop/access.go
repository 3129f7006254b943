// # Who comes in
//
// A door makes of what a request brings a [Who], once, and asks it for the right that its route
// names ([Who.Can], rights.go):
//
//	a session's cookie   Shop.ByCookie    person:<id>    the rights of his role
//	Bearer plp_…         Shop.ByKey       key:<id>       the rights of its role
//	a visit's cookie     Shop.ByVisit     visitor:<8>    none
//	none of them         Shop.ByNetwork   network:<8>    none; Nobody where nothing is written
//	--open               Shop.ByCourse    course         those of the course
//	the command line     Machine          machine        all
//
// Who.With(ctx) is the context for what he does: his By stands in the steps. Verbs about people,
// keys, settings and stock take a Who and hold the rights themselves; those of the trade (products,
// carts, messages) leave that to the door's table.
//
// sessions.go signs in and out, people.go and keys.go keep who may, owner.go makes the first
// owner, open.go lets everybody in, settings.go is what the shop says of itself, stock.go counts, visits.go signs visits;
// passwords.go and attempts.go are what guessing costs, register.go is how every process knows at
// once that access has ended.
//
// Refusals are as everywhere, and: [ErrUnauthorized] (401: no credential, or one that is none),
// [Forbidden] (403), [TooFast] (429), [Missing] (404), [ErrLastOwner], [Stale] and dao.Conflict
// (all dao.ErrConflict: 409). A token, a key or a link that is none is ErrUnauthorized, whatever
// was wrong.
package shop

import (
	"context"
	"errors"

	"pulperia/dao"
	"pulperia/dao/models"
)

// ErrUnauthorized refuses who is nobody, and whoever brings a credential that is none: an unknown
// address and a wrong password, an unknown key and a revoked one alike.
var ErrUnauthorized = errors.New("not signed in")

// The refusals of what would leave a shop without an owner, or make a first one where there is one.
// They are dao.ErrConflict.
var (
	ErrLastOwner error = &conflict{"he is the last owner: make somebody else an owner first"}
	ErrHasOwner  error = &conflict{"the shop has an owner: he can add others"}
)

type conflict struct{ text string }

func (c *conflict) Error() string { return c.text }
func (c *conflict) Unwrap() error { return dao.ErrConflict }

// Who is who makes a request. Its zero value is nobody, who has no rights; only the functions of
// this package give any.
type Who struct {
	By      string      // stands in steps; "" for nobody
	Role    models.Role // "" for nobody and visitors
	Person  Person      // who is signed in, by a session; else zero
	Session models.ID   // the session; else zero
	Key     models.ID   // the key; else zero
	Since   models.Time // when a visit began; else zero

	rights []Right
	proven bool // his password, again, for this one act: see Shop.Prove
}

// Nobody is who brings no credential.
var Nobody = Who{}

// Course is everybody under --open.
var Course = Who{By: string(course), Role: course, rights: rightsOf(course)}

// Machine is who has the machine that the store lies on: the command line.
var Machine = Who{By: "machine", Role: models.RoleOwner, rights: rightsOf(models.RoleOwner)}

// SignedIn says whether it is somebody who was let in: a person, a key, the course, the machine.
func (w Who) SignedIn() bool { return w.Role != "" }

// Staff says whether it is a person of the shop.
func (w Who) Staff() bool { return !w.Person.ID.IsZero() }

// With returns the context for what he does.
func (w Who) With(ctx context.Context) context.Context { return dao.WithBy(ctx, w.By) }

func whoOf(by string, role models.Role) Who {
	return Who{By: by, Role: role, rights: rightsOf(role)}
}

// notMissing lets go of dao.ErrNotFound: what is to be gone is.
func notMissing(err error) error {
	if errors.Is(err, dao.ErrNotFound) {
		return nil
	}
	return err
}

func unauthorizedIfMissing(err error) error {
	if errors.Is(err, dao.ErrNotFound) {
		return ErrUnauthorized
	}
	return err
}

// all returns all values of a kind, in the order of a sort.
func all[T any](
	ctx context.Context, s *Shop, kind dao.KindOf[T], sort string,
) (list []T, err error) {
	for page := 1; ; page++ {
		some, total, err := kind.In(s.store.Values).Find(
			ctx, models.Query{Sort: sort, Page: page, Limit: models.MaxLimit})
		if list = append(list, some...); err != nil || len(some) == 0 || len(list) >= total {
			return list, err
		}
	}
}
