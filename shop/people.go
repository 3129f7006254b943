package shop

import (
	"context"

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

// People returns the staff, by their addresses: people.read.
func (s *Shop) People(ctx context.Context, who Who) ([]Person, error) { panic("not built") }

// FindPerson returns one by his address, or Missing: people.read.
func (s *Shop) FindPerson(ctx context.Context, who Who, email string) (Person, error) {
	panic("not built")
}

// AddPerson makes somebody one of the staff: people.write. An address that is taken is
// dao.Conflict.
func (s *Shop) AddPerson(
	ctx context.Context, who Who, person NewPerson,
) (Person, OneTimeLink, error) {
	panic("not built")
}

// ChangePerson changes somebody's address, name or role: people.write. change may run more than
// once; what it does to other fields is ignored. Who loses his role loses it at once.
func (s *Shop) ChangePerson(
	ctx context.Context, who Who, id models.ID, change func(*Person) error, checks ...Check[Person],
) (Person, error) {
	panic("not built")
}

// RemovePerson takes somebody's access, and returns who he was: people.write. His sessions and
// links are none from then on; keys that he has made stay (they name him).
func (s *Shop) RemovePerson(
	ctx context.Context, who Who, id models.ID, checks ...Check[Person],
) (Person, error) {
	panic("not built")
}

// LinkPerson makes a link by which somebody gives himself another password, in the place of any
// that he had: people.write. Until he does, what he had is good.
func (s *Shop) LinkPerson(ctx context.Context, who Who, id models.ID) (OneTimeLink, error) {
	panic("not built")
}

// Invited returns whom a link of AddPerson or LinkPerson is for, without spending it, or
// ErrUnauthorized.
func (s *Shop) Invited(ctx context.Context, token string) (Person, error) { panic("not built") }

// Join spends such a link: he has that password, all his sessions end, and he is signed in.
func (s *Shop) Join(ctx context.Context, token, password string, from From) (Signed, error) {
	panic("not built")
}
