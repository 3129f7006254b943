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

// ChangeSettings changes them: settings.write, and where payments are others, payments.write of who
// has given his password again. change may run more than once.
func (s *Shop) ChangeSettings(
	ctx context.Context, who Who, change func(*models.Settings) error,
	checks ...Check[models.Settings],
) (changed models.Settings, receipt dao.Receipt, err error) {
	if err := who.Must(SettingsWrite); err != nil {
		return models.Settings{}, dao.Receipt{}, err
	}
	receipt, err = s.store.Update(who.With(ctx), func(tx dao.Tx) error {
		now, err := still(tx, who, SettingsWrite)
		if err != nil {
			return err
		}
		alter := func(settings *models.Settings) error {
			was := settings.Clone()
			refused := change(settings)
			if err := pass(checks, was, *settings); err != nil {
				return err
			}
			if refused != nil {
				return refused
			}
			if err := settle(was, settings, now, who); err != nil {
				return err
			}
			if err := keepDeliveryUnits(was, *settings); err != nil {
				return err
			}
			return keepsUnit(tx, was, *settings)
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

// settle leaves ways as they are stored where somebody sends back what was shown of them, and holds
// who may change those of paying against now, who he is in this step.
func settle(was models.Settings, settings *models.Settings, now, who Who) error {
	shown, wanted := was.WithStart(), settings.WithStart()
	if models.SameDeliveries(shown, wanted) {
		settings.Deliveries = was.Deliveries
	}
	if models.SamePayments(shown, wanted) {
		settings.Payments = was.Payments
		return nil
	}
	if err := now.Must(PaymentsWrite); err != nil {
		return err
	}
	if who.Staff() && !who.proven {
		return models.Invalid{{Field: "password", Rule: models.Required}}
	}
	return nil
}

// Prove asks who is signed in for his password again, for an act that nobody else at his screen may
// do. Who has no password, such as a key, has nothing to prove. Another one is refused by its field.
func (s *Shop) Prove(ctx context.Context, who Who, password string, from From) (Who, error) {
	if !who.Staff() || password == "" {
		return who, nil
	}
	person, err := dao.Person.In(s.store.Values).Get(ctx, who.Person.ID)
	if err != nil {
		return Nobody, unauthorizedIfMissing(err)
	}
	err = s.prove(ctx, person.Email, person, password, from)
	if errors.Is(err, ErrUnauthorized) {
		return Nobody, models.Invalid{{Field: "password", Rule: models.Wrong}}
	}
	who.proven = err == nil
	return who, err
}
