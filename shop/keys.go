package shop

import (
	"context"

	"pulperia/dao/models"
)

// Key is a key as the API shows it: without its secret.
type Key struct {
	ID        models.ID   `json:"_id"`
	CreatedAt models.Time `json:"createdAt"`
	Name      string      `json:"name"`
	Role      models.Role `json:"role"`
	Expires   models.Time `json:"expires"` // zero for never
	Seen      models.Time `json:"seen"`    // the day of its last use; zero for none
	MadeBy    string      `json:"madeBy"`  // as in steps
}

// Keys returns all keys, oldest first: keys.write.
func (s *Shop) Keys(ctx context.Context, who Who) ([]Key, error) { panic("not built") }

// AddKey makes a key: keys.write. The text (plp_<id>_<secret>) is shown once and kept nowhere.
// Expires may be zero.
func (s *Shop) AddKey(
	ctx context.Context, who Who, name string, role models.Role, expires models.Time,
) (key Key, text string, err error) {
	panic("not built")
}

// RevokeKey ends a key, or is Missing: keys.write.
func (s *Shop) RevokeKey(ctx context.Context, who Who, id models.ID) (Key, error) {
	panic("not built")
}
