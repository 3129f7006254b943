package pages

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/views"
)

// meSheet is what somebody of the staff has of his own: where he is signed in, and his password.
type meSheet struct {
	views.Page
	Name, Email, Role string
	Changed           bool // the password, just now
	Sessions          []sessionRow
	Old, New          field
	Summary           string
}

type sessionRow struct {
	ID, Browser, Since, Seen string
	Present                  bool
}

const (
	mePage       = "/me"
	changedQuery = "changed" // in the address to which another password leads
)

// Me shows the sessions and the form of the password.
func (p *Pages) Me(w http.ResponseWriter, r *http.Request) {
	changed := queryOf(r).Has(changedQuery)
	p.showCounter(w, r, sheet{template: "me", here: mePage, private: changedQuery, fill: func(ctx context.Context, v *visit) (any, error) {
		sheet, err := p.meSheet(ctx, v, nil)
		sheet.Changed = changed
		return sheet, err
	}})
}

func (p *Pages) meSheet(ctx context.Context, v *visit, problems models.Invalid) (meSheet, error) {
	person := v.who.Person
	sheet := meSheet{
		Page: p.counter(v, v.voice.Say("me.title", nil), mePage), Name: person.Name, Email: person.Email,
		Role: v.voice.Say("role."+string(person.Role), nil), Summary: summaryOf(v.voice, problems),
		Old: field{"", sayProblem(v.voice, problems, "old")}, New: field{"", sayProblem(v.voice, problems, "new")},
	}
	sessions, err := p.shop.Sessions(ctx, v.who)
	for _, one := range sessions {
		sheet.Sessions = append(sheet.Sessions, sessionRow{
			ID: one.ID.String(), Browser: browserName(v.voice, one.Browser), Since: v.voice.Day(one.CreatedAt),
			Seen: v.voice.Day(one.Seen), Present: one.Present,
		})
	}
	return sheet, err
}

// browserNames are what is told of a browser: the first whose mark it names itself by. Many name
// themselves by the marks of those that stand below.
var browserNames = [][2]string{
	{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
	{"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"},
}

var systemNames = [][2]string{
	{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Mac OS", "Mac"},
	{"Linux", "Linux"},
}

// browserName tells a person which browser it is: of one that we do not know, how it names itself.
func browserName(voice *views.Voice, agent string) string {
	find := func(names [][2]string) string {
		for _, name := range names {
			if strings.Contains(agent, name[0]) {
				return name[1]
			}
		}
		return ""
	}
	browser, system := find(browserNames), find(systemNames)
	switch {
	case agent == "":
		return voice.Say("me.unknown", nil)
	case browser == "" || system == "":
		return agent
	}
	return voice.Say("me.browser", map[string]any{"browser": browser, "system": system})
}

// EndSession ends one of who is signed in; that of this browser is signing out.
func (p *Pages) EndSession(w http.ResponseWriter, r *http.Request) {
	id, err := pageID(r, "id")
	who := frame.WhoFrom(r.Context())
	if err == nil && id == who.Session {
		p.signedOut(w, r, p.shop.SignOut(r.Context(), who))
		return
	}
	if err == nil {
		err = p.shop.EndSession(r.Context(), who, id)
	}
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, mePage, http.StatusSeeOther)
}

// ChangePassword gives who is signed in another password, and his browser another session.
func (p *Pages) ChangePassword(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	signed, err := p.shop.ChangePassword(r.Context(), frame.WhoFrom(r.Context()), form.Get("old"), form.Get("new"), p.session.From(r))
	invalid, refused := errors.AsType[models.Invalid](err)
	switch {
	case refused:
		p.refill(w, r, http.StatusBadRequest, "me", mePage, func(ctx context.Context, v *visit) (any, error) {
			return p.meSheet(ctx, v, invalid)
		})
	case err != nil:
		p.Fail(w, r, err)
	default:
		p.session.Begin(w, r, signed)
		http.Redirect(w, r, mePage+"?"+changedQuery, http.StatusSeeOther)
	}
}
