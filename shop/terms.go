package shop

import (
	"sync/atomic"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// terms are the settings as orders go by them.
type terms struct {
	models.Settings // with what a shop starts with
	zone            *time.Location
	of              *models.Settings // as they are kept; nil where nobody has said anything yet
}

// lastTerms are the last ones that were worked out. Settings change rarely, and all orders that meet
// the same ones go by the same terms.
type lastTerms struct{ atomic.Pointer[terms] }

// now returns the terms of a step.
func (l *lastTerms) now(tx dao.Tx) (*terms, error) {
	settings, err := dao.Settings.Within(tx).Look(models.TheOne)
	if notMissing(err) != nil {
		return nil, err
	}
	if known := l.Load(); known != nil && known.of == settings {
		return known, nil
	}
	made := &terms{of: settings}
	if settings != nil {
		made.Settings = *settings
	}
	made.zone = ZoneOf(made.Settings, time.UTC)
	made.Settings = made.WithStart()
	l.Store(made)
	return made, nil
}
