package shop

import (
	"context"
	"time"

	"pulperia/dao/models"
)

// How long one-time links last.
const (
	OwnerLinkLasts = 30 * time.Minute
	JoinLinkLasts  = 3 * 24 * time.Hour
)

// OneTimeLink is a token that is good once. It is shown once, and only its hash is kept.
type OneTimeLink struct {
	Token   string      // [A-Za-z0-9]
	Expires models.Time // zero where there is no link
}

// HasOwner says whether an owner can sign in.
func (s *Shop) HasOwner(ctx context.Context) (bool, error) { panic("not built") }

// NewOwnerLink makes a link by which the first owner is made, beside those that are still good:
// each process prints its own. In a shop that has an owner it is dao.ErrConflict.
func (s *Shop) NewOwnerLink(ctx context.Context) (OneTimeLink, error) { panic("not built") }

// CheckOwnerLink says whether a first owner's token is good, without spending it: nil or
// ErrUnauthorized.
func (s *Shop) CheckOwnerLink(ctx context.Context, token string) error { panic("not built") }

// SetUpOwner spends a token of NewOwnerLink and makes the first owner, in one step: the first
// wins, and all other links are none from then on. He is signed in.
func (s *Shop) SetUpOwner(
	ctx context.Context, token string, owner NewPerson, from From,
) (Signed, error) {
	panic("not built")
}
