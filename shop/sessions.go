package shop

import (
	"context"
	"time"

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
	panic("not built")
}

// SignOut ends the session by which somebody came in.
func (s *Shop) SignOut(ctx context.Context, who Who) error { panic("not built") }

// SignOutEverywhere ends all sessions of who is signed in.
func (s *Shop) SignOutEverywhere(ctx context.Context, who Who) error { panic("not built") }

// Sessions returns those of who is signed in, the newest first.
func (s *Shop) Sessions(ctx context.Context, who Who) ([]Session, error) { panic("not built") }

// EndSession ends one of them. Another person's is Missing, as one that there is not.
func (s *Shop) EndSession(ctx context.Context, who Who, id models.ID) error { panic("not built") }

// ChangePassword gives who is signed in another password, ends all his sessions and begins one
// anew. An old password that is wrong is models.Invalid of "old", and counts as an attempt.
func (s *Shop) ChangePassword(
	ctx context.Context, who Who, old, new string, from From,
) (Signed, error) {
	panic("not built")
}

// ByCookie returns who has a session's token, or ErrUnauthorized. What has ended on another
// process is known 500 ms later at most.
func (s *Shop) ByCookie(ctx context.Context, token string) (Who, error) { panic("not built") }

// ByKey returns who has a key, as `Authorization: Bearer` brings it, or ErrUnauthorized.
func (s *Shop) ByKey(ctx context.Context, key string) (Who, error) { panic("not built") }

// Still returns who somebody is now, for a door that stays open: an error once his session, his
// key or he himself is gone. It costs what ByCookie costs.
func (s *Shop) Still(ctx context.Context, who Who) (Who, error) { panic("not built") }
