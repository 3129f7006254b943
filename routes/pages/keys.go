package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
	"pulperia/views"
)

const keysPage = "/admin/keys"

// keysSheet is the keys by which programs come in.
type keysSheet struct {
	views.Page
	Rows    []keyRow
	Made    string // the key that was just made, and is shown this once
	MadeAs  string
	Form    personForm // with a name and a role, as a person has
	Expires []roleChoice
}

type keyRow struct {
	ID, Name, Role, MadeBy, Made, Seen, Expires string
	Expired                                     bool
}

// keyDays are for how long a key can be made; 0 for good.
var keyDays = []int{0, 30, 90, 365}

// shownKeys is what the page of the keys shows besides them.
type shownKeys struct {
	form     url.Values // that was refused
	problems models.Invalid
	made     shop.Key
	text     string
}

// Keys shows the keys.
func (p *Pages) Keys(w http.ResponseWriter, r *http.Request) {
	p.showCounter(w, r, sheet{template: "keys", here: keysPage, private: "keys", fill: func(ctx context.Context, v *visit) (any, error) {
		return p.keysSheet(ctx, v, shownKeys{})
	}})
}

func (p *Pages) showKeys(w http.ResponseWriter, r *http.Request, status int, s shownKeys) {
	p.refill(w, r, status, "keys", keysPage, func(ctx context.Context, v *visit) (any, error) {
		v.secret = s.text != ""
		return p.keysSheet(ctx, v, s)
	})
}

func (p *Pages) keysSheet(ctx context.Context, v *visit, s shownKeys) (any, error) {
	keys, err := p.shop.Keys(ctx, v.who)
	if err != nil {
		return nil, err
	}
	sheet := keysSheet{
		Page: p.counter(v, v.voice.Say("keys.title", nil), keysPage), Made: s.text, MadeAs: s.made.Name,
		Form: personForm{
			Name: field{typed(s.form, "name"), sayProblem(v.voice, s.problems, "name")}, Role: typed(s.form, "role"),
			Summary: summaryOf(v.voice, s.problems),
		},
	}
	if sheet.Form.Role == "" {
		sheet.Form.Role = string(models.RoleManager)
	}
	sheet.Form.Roles = rolesFor(v, models.Role(sheet.Form.Role))
	for _, days := range keyDays {
		words := v.voice.Say("keys.days", map[string]any{"n": days})
		if days == 0 {
			words = v.voice.Say("keys.forGood", nil)
		}
		text := strconv.Itoa(days)
		sheet.Expires = append(sheet.Expires, roleChoice{text, words, text == s.form.Get("days")})
	}
	makers, err := p.makers(ctx, v)
	for _, key := range slices.Backward(keys) {
		row := keyRow{
			ID: key.ID.String(), Name: key.Name, Role: v.voice.Say("role."+string(key.Role), nil), MadeBy: makers(key.MadeBy),
			Made: v.voice.Day(key.CreatedAt), Seen: v.voice.Say("keys.never", nil), Expires: v.voice.Say("keys.forGood", nil),
		}
		if key.Seen != 0 {
			row.Seen = v.voice.Day(key.Seen)
		}
		if key.Expires != 0 {
			row.Expires, row.Expired = v.voice.Day(key.Expires), key.Expires.Std().Before(time.Now())
		}
		sheet.Rows = append(sheet.Rows, row)
	}
	return sheet, err
}

// makers tells who has made a key, by name.
func (p *Pages) makers(ctx context.Context, v *visit) (func(by string) string, error) {
	people, err := p.shop.People(ctx, v.who)
	names := map[string]string{}
	for _, person := range people {
		names[person.ID.String()] = person.Name
	}
	return func(by string) string {
		kind, id, _ := strings.Cut(by, ":")
		switch name, known := names[id]; {
		case kind == "person" && known:
			return name
		case kind == "person":
			return v.voice.Say("keys.gone", nil)
		}
		return v.voice.Say("keys.machine", nil)
	}, err
}

// AddKey makes a key and shows it, once.
func (p *Pages) AddKey(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	var expires models.Time
	if days, err := strconv.Atoi(form.Get("days")); err == nil && days != 0 && slices.Contains(keyDays, days) {
		expires = models.TimeOf(time.Now().AddDate(0, 0, days))
	}
	key, text, err := p.shop.AddKey(r.Context(), frame.WhoFrom(r.Context()), form.Get("name"), models.Role(form.Get("role")), expires)
	switch problems := fieldsOf(err); {
	case problems != nil:
		p.showKeys(w, r, statusOf(problems), shownKeys{form: form, problems: problems})
	case err != nil:
		p.Fail(w, r, err)
	default:
		p.showKeys(w, r, http.StatusOK, shownKeys{made: key, text: text})
	}
}

// RevokeKey ends a key, which cannot be taken back: so it is asked first.
func (p *Pages) RevokeKey(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	if !isSure(form) {
		p.ask(w, r, form, "revoked", keysPage)
		return
	}
	id, err := pageID(r, "id")
	if err == nil {
		_, err = p.shop.RevokeKey(r.Context(), frame.WhoFrom(r.Context()), id)
	}
	if err != nil && !errors.Is(err, dao.ErrNotFound) { // what is gone already is gone
		p.Fail(w, r, err)
		return
	}
	p.lead(w, r, keysPage)
}
