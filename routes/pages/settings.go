package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/views"
)

const settingsPage = "/admin/settings"

// settingsSheet is the form of what the shop says of itself.
type settingsSheet struct {
	views.Page
	Rev                                                                   int64
	Name, Logo, WhatsApp, Spot, Opening, Currency, TimeZone, Hello, About field
	Languages                                                             []roleChoice
	RoomOpen                                                              bool
	Currencies, Zones                                                     []string
	Summary                                                               string
}

// zones are those that are offered; any other may be written.
var zones = []string{
	"America/Argentina/Buenos_Aires", "America/Argentina/Cordoba", "America/Asuncion", "America/Bogota", "America/Caracas",
	"America/Guayaquil", "America/La_Paz", "America/Lima", "America/Mexico_City", "America/Montevideo", "America/New_York",
	"America/Santiago", "America/Sao_Paulo", "Europe/Madrid", "UTC",
}

// Settings shows the form.
func (p *Pages) Settings(w http.ResponseWriter, r *http.Request) {
	p.showCounter(w, r, sheet{template: "settings", here: settingsPage, private: "settings", fill: func(ctx context.Context, v *visit) (any, error) {
		return p.settingsSheet(v, v.look.settings), nil
	}})
}

func (p *Pages) settingsSheet(v *visit, s models.Settings) settingsSheet {
	sheet := settingsSheet{
		Page: p.counter(v, v.voice.Say("settings.title", nil), settingsPage), Rev: s.Rev, Name: field{Value: s.Name}, Logo: field{Value: s.Logo},
		WhatsApp: field{Value: s.WhatsApp}, Spot: field{Value: s.Place}, Opening: field{Value: s.Hours}, Currency: field{Value: s.Currency},
		TimeZone: field{Value: s.TimeZone}, Hello: field{Value: s.Welcome}, About: field{Value: s.About}, RoomOpen: !s.RoomClosed,
		Currencies: views.Currencies(), Zones: zones,
	}
	if s.WhatsApp != "" {
		sheet.WhatsApp.Value = "+" + s.WhatsApp
	}
	for _, language := range views.Languages() {
		sheet.Languages = append(sheet.Languages, roleChoice{
			string(language), v.voice.Say("settings.language."+string(language), nil), string(language) == s.Language,
		})
	}
	return sheet
}

// readSettings reads the form into settings.
func readSettings(form url.Values, s *models.Settings) {
	text := func(name string) string { return strings.ReplaceAll(form.Get(name), "\r\n", "\n") }
	s.Name, s.Logo, s.WhatsApp, s.Place, s.Hours = text("name"), text("logo"), text("whatsapp"), text("place"), text("hours")
	s.Currency, s.TimeZone, s.Language = text("currency"), text("timeZone"), text("language")
	s.Welcome, s.About, s.RoomClosed = text("welcome"), text("about"), form.Get("room") != "true"
}

// SaveSettings stores what the form says, if nobody has changed them since it was filled.
func (p *Pages) SaveSettings(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	rev, _ := strconv.ParseInt(form.Get("rev"), 10, 64) // without one the form is of no revision
	var was models.Settings
	now, _, err := p.shop.ChangeSettings(r.Context(), frame.WhoFrom(r.Context()), func(s *models.Settings) error {
		was = *s
		readSettings(form, s)
		return nil
	}, func(was, now models.Settings) error {
		if was.Rev != rev {
			return errStale
		}
		if act := editOfSettings(was, now); !isSure(form) && act.Edit != nil {
			return act.check()
		}
		return nil
	})
	problems := fieldsOf(err)
	switch {
	case errors.Is(err, errStale):
		p.refuseSettings(w, r, form, models.Invalid{{Field: "rev", Rule: models.Changed}})
	case errors.Is(err, errNoUndo):
		p.ask(w, r, form, "settings", settingsPage)
	case problems != nil:
		p.refuseSettings(w, r, form, problems)
	case err != nil:
		p.Fail(w, r, err)
	default:
		if act := editOfSettings(was, now); act.Edit != nil {
			p.offer(w, r, act)
		}
		p.lead(w, r, settingsPage)
	}
}

// refuseSettings shows the form again with what was typed; where somebody else was faster, with
// what there is now beside it.
func (p *Pages) refuseSettings(w http.ResponseWriter, r *http.Request, form url.Values, problems models.Invalid) {
	p.refill(w, r, statusOf(problems), "settings", settingsPage, func(_ context.Context, v *visit) (any, error) {
		again := models.Settings{Head: v.look.settings.Head}
		readSettings(form, &again)
		sheet, stored := p.settingsSheet(v, again), p.settingsSheet(v, v.look.settings)
		sheet.Summary = summaryOf(v.voice, problems)
		if problems.Has("rev") {
			sheet.Summary = v.voice.Say("shelf.changed", nil)
		}
		for name, pair := range map[string][2]*field{
			"name": {&sheet.Name, &stored.Name}, "logo": {&sheet.Logo, &stored.Logo}, "whatsapp": {&sheet.WhatsApp, &stored.WhatsApp},
			"place": {&sheet.Spot, &stored.Spot}, "hours": {&sheet.Opening, &stored.Opening}, "currency": {&sheet.Currency, &stored.Currency},
			"timeZone": {&sheet.TimeZone, &stored.TimeZone}, "welcome": {&sheet.Hello, &stored.Hello}, "about": {&sheet.About, &stored.About},
		} {
			pair[0].Value = typed(form, name)
			pair[0].Problem = sayProblem(v.voice, problems, name)
			if problems.Has("rev") && pair[0].Value != pair[1].Value {
				pair[0].Problem = v.voice.Say("shelf.now", map[string]any{"now": pair[1].Value})
			}
		}
		return sheet, nil
	})
}
