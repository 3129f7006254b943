package api

import (
	"net/http"

	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// Settings are the operations of the settings.
type Settings struct{ Get, Update Operation }

func newSettings(a *API, trade *shop.Shop) Settings {
	r := settingsRoutes{trade}
	return Settings{
		Get:    a.reading(r.get, r.describeGet),
		Update: a.writing(r.update, r.describeUpdate),
	}
}

// settingsRoutes are what a merchant says of his shop.
type settingsRoutes struct{ shop *shop.Shop }

// shownSettings is the fixed list of what everybody is told: a field that is added to the settings
// is not among them by itself.
type shownSettings struct {
	ID         models.ID   `json:"_id"`
	Rev        int64       `json:"rev"`
	CreatedAt  models.Time `json:"createdAt"`
	UpdatedAt  models.Time `json:"updatedAt"`
	Name       string      `json:"name"`
	Logo       string      `json:"logo"`
	Language   string      `json:"language"`
	Currency   string      `json:"currency"`
	TimeZone   string      `json:"timeZone"`
	Welcome    string      `json:"welcome"`
	About      string      `json:"about"`
	Place      string      `json:"place"`
	Hours      string      `json:"hours"`
	WhatsApp   string      `json:"whatsapp"`
	RoomClosed bool        `json:"roomClosed"`
}

func showSettings(s models.Settings) shownSettings {
	return shownSettings{
		s.ID, s.Rev, s.CreatedAt, s.UpdatedAt, s.Name, s.Logo, s.Language, s.Currency, s.TimeZone,
		s.Welcome, s.About, s.Place, s.Hours, s.WhatsApp, s.RoomClosed,
	}
}

func (s settingsRoutes) get(r *http.Request, answer []byte) (body []byte, single bool, err error) {
	settings, err := s.shop.Settings(r.Context())
	if err != nil {
		return nil, false, err
	}
	return frame.Success(answer, models.JSON(showSettings(settings))), true, nil
}

func (s settingsRoutes) update(r *http.Request) (written, error) {
	var wrong models.Invalid
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return written{}, err
	}
	seen := readCondition(r, body)
	if readSettingsFields(body, new(models.Settings)); len(wrong) > 0 {
		return written{}, wrong
	}
	settings, receipt, err := s.shop.ChangeSettings(r.Context(), frame.WhoFrom(r.Context()), func(settings *models.Settings) error {
		readSettingsFields(object{fields: body.fields, wrong: new(models.Invalid)}, settings)
		return nil // the types are right, and the store checks the rules
	}, func(was, _ models.Settings) error { return seen.check(showSettings(was), was.Rev) })
	if err != nil {
		return written{}, err
	}
	return changed(models.JSON(showSettings(settings)), receipt), nil
}

func readSettingsFields(body object, s *models.Settings) {
	body.text("name", &s.Name)
	body.text("logo", &s.Logo)
	body.text("language", &s.Language)
	body.text("currency", &s.Currency)
	body.text("timeZone", &s.TimeZone)
	body.text("welcome", &s.Welcome)
	body.text("about", &s.About)
	body.text("place", &s.Place)
	body.text("hours", &s.Hours)
	body.text("whatsapp", &s.WhatsApp)
	body.flag("roomClosed", &s.RoomClosed)
}
