package pages

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pulperia/dao/models"
	"pulperia/views"
)

// looks makes the pages look and speak as the merchant has said in the settings. They are bound anew
// when these have changed, so that a page takes no more time for it.
type looks struct {
	from views.Settings // where the settings say nothing
	sign bool           // that of from stands whatever they say
	now  atomic.Pointer[look]
	bind sync.Mutex
}

// look is the pages under some settings.
type look struct {
	*views.Views
	settings models.Settings
	zone     *time.Location
}

// currency is the shop's (ISO 4217): where the store is away, as it was last read.
func (p *Pages) currency(ctx context.Context) string {
	settings, err := p.shop.Settings(ctx)
	if err != nil {
		settings = p.looks.last().settings
	}
	return settings.Currency
}

func newLooks(from views.Settings, sign bool) (*looks, error) {
	l := &looks{from: from, sign: sign}
	_, err := l.under(models.Settings{})
	return l, err
}

// last returns the look of the settings that were last read: what is shown when the store is away.
func (l *looks) last() *look { return l.now.Load() }

// of returns the look of a shop as it is now.
func (l *looks) of(ctx context.Context, settings func(context.Context) (models.Settings, error)) (*look, error) {
	now, err := settings(ctx)
	if err != nil {
		return l.last(), err
	}
	return l.under(now)
}

func (l *looks) under(settings models.Settings) (*look, error) {
	if last := l.last(); last != nil && last.settings.Head == settings.Head && last.settings.Same(settings) {
		return last, nil
	}
	l.bind.Lock()
	defer l.bind.Unlock()
	if last := l.last(); last != nil && last.settings.Head == settings.Head && last.settings.Same(settings) {
		return last, nil
	}
	said := l.from
	said.Name, said.Logo, said.About = settings.Name, settings.Logo, settings.About
	said.Code, said.NoCode = settings.Currency, l.from.Currency
	if said.Unit = models.UnitOf(settings.Currency); settings.Currency != "" && !l.sign {
		said.Currency = views.SignOf(settings.Currency)
	}
	if settings.TimeZone != "" {
		zone, err := time.LoadLocation(settings.TimeZone)
		if err != nil {
			return nil, fmt.Errorf("settings: timeZone %q: %w", settings.TimeZone, err)
		}
		said.Zone = zone
	}
	bound, err := views.New(said)
	if err != nil {
		return nil, err
	}
	next := &look{Views: bound, settings: settings, zone: said.Zone}
	l.now.Store(next)
	return next, nil
}

// language is that of who asks for none that the shop speaks.
func (l *look) language() views.Language {
	if language, known := views.ParseLanguage(l.settings.Language); known {
		return language
	}
	return views.Languages()[0]
}
