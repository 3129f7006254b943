package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"pulperia/dao/models"
	"pulperia/routes/fields"
	"pulperia/routes/frame"
	"pulperia/views"
)

const settingsPage = "/admin/settings"

// settingsSheet is the form of what the shop says of itself.
type settingsSheet struct {
	views.Page
	Rev               int64
	Form              typedForm
	Languages         []roleChoice
	RoomOpen          bool
	Currencies, Zones []string
	Summary           string
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
		Page: p.counter(v, v.voice.Say("settings.title", nil), settingsPage), Rev: s.Rev, Form: fill(v.voice, fields.SettingsForm, s),
		RoomOpen: !s.RoomClosed, Currencies: views.Currencies(), Zones: zones,
	}
	if s.WhatsApp != "" {
		sheet.Form["whatsapp"] = field{Value: "+" + s.WhatsApp}
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
	readTyped(form, fields.SettingsForm, s, s.Currency) // texts, which can all be read
	s.RoomClosed = form.Get("room") != "true"
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
		sheet.Form, _ = retype(v.voice, fields.SettingsForm, form, problems)
		if problems.Has("rev") {
			sheet.Summary = v.voice.Say("shelf.changed", nil)
			sheet.Form.tell(v.voice, stored.Form)
		}
		return sheet, nil
	})
}
