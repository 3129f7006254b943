package shop

import (
	"context"
	"errors"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Settings returns what the shop says of itself; empty fields where nobody has said anything yet.
// Everybody may read them.
func (s *Shop) Settings(ctx context.Context) (models.Settings, error) {
	v, err := s.register.get(ctx, dao.Settings.Schema, models.TheOne)
	if err != nil {
		return models.Settings{Head: models.Head{ID: models.TheOne}}, notMissing(err)
	}
	return *v.(*models.Settings), nil
}

// ChangeSettings changes them: settings.write. change may run more than once.
func (s *Shop) ChangeSettings(
	ctx context.Context, who Who, change func(*models.Settings) error,
	checks ...Check[models.Settings],
) (changed models.Settings, receipt dao.Receipt, err error) {
	if err := who.Must(SettingsWrite); err != nil {
		return models.Settings{}, dao.Receipt{}, err
	}
	receipt, err = s.store.Update(who.With(ctx), func(tx dao.Tx) error {
		alter := func(settings *models.Settings) error {
			was := settings.Clone()
			refused := change(settings)
			if err := pass(checks, was, *settings); err != nil {
				return err
			}
			if refused != nil {
				return refused
			}
			return keepsUnit(tx, was, *settings)
		}
		if _, err := still(tx, who, SettingsWrite); err != nil {
			return err
		}
		settings := dao.Settings.Within(tx)
		if changed, err = settings.Update(models.TheOne, alter); !errors.Is(err, dao.ErrNotFound) {
			return err
		}
		first := models.Settings{Head: models.Head{ID: models.TheOne}}
		if err := alter(&first); err != nil {
			return err
		}
		first.ID = models.TheOne
		changed, err = settings.Create(first)
		return err
	})
	if err != nil {
		return models.Settings{}, dao.Receipt{}, err
	}
	return changed, receipt, nil
}
