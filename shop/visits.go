package shop

import (
	"context"
)

// NewVisit makes the cookie of a visit, signed with the shop's key.
func (s *Shop) NewVisit(ctx context.Context) (cookie string, who Who, err error) {
	panic("not built")
}

// ByVisit returns who has the cookie of a visit, or ErrUnauthorized for one that the shop has not
// made.
func (s *Shop) ByVisit(ctx context.Context, cookie string) (Who, error) { panic("not built") }

// ByNetwork returns who has no cookie: his network, under a name that only this shop can make and
// that is another one every day.
func (s *Shop) ByNetwork(ctx context.Context, network string) (Who, error) { panic("not built") }

// Sign returns the code of a text for a purpose, 32 bytes that only this shop can make. The shop's
// key is made by the first step that needs it.
func (s *Shop) Sign(ctx context.Context, purpose, text string) ([]byte, error) {
	panic("not built")
}
