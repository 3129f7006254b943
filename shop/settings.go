package shop

import (
	"context"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Settings returns what the shop says of itself; empty fields where nobody has said anything yet.
// Everybody may read them.
func (s *Shop) Settings(ctx context.Context) (models.Settings, error) { panic("not built") }

// ChangeSettings changes them: settings.write. change may run more than once.
func (s *Shop) ChangeSettings(
	ctx context.Context, who Who, change func(*models.Settings) error,
	checks ...Check[models.Settings],
) (models.Settings, dao.Receipt, error) {
	panic("not built")
}
