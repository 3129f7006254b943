package api

import (
	"encoding/json"
	"net/http"

	"pulperia/dao/models"
	"pulperia/routes/fields"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// Settings are the operations of the settings.
type Settings struct{ Get, Update Operation }

func newSettings(a *API, trade *shop.Shop, cookies frame.SessionCookies) Settings {
	r := settingsRoutes{trade, cookies}
	return Settings{
		Get:    a.reading(r.get, r.describeGet),
		Update: a.writing(r.update, r.describeUpdate),
	}
}

// settingsRoutes are what a merchant says of his shop.
type settingsRoutes struct {
	shop    *shop.Shop
	cookies frame.SessionCookies
}

func (s settingsRoutes) get(r *http.Request, answer []byte) (body []byte, single bool, err error) {
	settings, err := s.shop.Settings(r.Context())
	if err != nil {
		return nil, false, err
	}
	return frame.Success(answer, showSettings(settings)), true, nil
}

func (s settingsRoutes) update(r *http.Request) (written, error) {
	var wrong models.Invalid
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return written{}, err
	}
	seen := readCondition(r, body)
	if read(body, fields.Settings, fields.Update, new(models.Settings)); len(wrong) > 0 {
		return written{}, wrong
	}
	var password string
	if body.secret("password", &password); len(wrong) > 0 {
		return written{}, wrong
	}
	who, err := s.shop.Prove(r.Context(), frame.WhoFrom(r.Context()), password, s.cookies.From(r))
	if err != nil {
		return written{}, err
	}
	settings, receipt, err := s.shop.ChangeSettings(r.Context(), who, func(settings *models.Settings) error {
		read(object{fields: body.fields, wrong: new(models.Invalid)}, fields.Settings, fields.Update, settings)
		return nil // the types are right, and the store checks the rules
	}, func(was, _ models.Settings) error { return seen.check(showSettings(was), was.Rev) })
	if err != nil {
		return written{}, err
	}
	return changed(showSettings(settings), receipt), nil
}

// showSettings shows what the shop goes by, also where nobody has said it.
func showSettings(s models.Settings) json.RawMessage { return show(fields.Settings, s.WithStart()) }
