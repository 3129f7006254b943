package pages

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"time"

	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
	"pulperia/views"
)

// signinSheet is the form by which the staff come in.
type signinSheet struct {
	views.Page
	Next            string // where to go then
	Email, Password field
	Summary         string
	Ownerless       bool // nobody can sign in yet
}

const counterPage = "/admin"

// next is where somebody goes who has come in: into the shop, never elsewhere.
func next(text string) string {
	if to := localPath(text); to != "/" {
		return to
	}
	return counterPage
}

// Signin shows the form.
func (p *Pages) Signin(w http.ResponseWriter, r *http.Request) {
	to := next(queryOf(r).Get("next"))
	if frame.WhoFrom(r.Context()).SignedIn() {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	p.showSignin(w, r, http.StatusOK, signinSheet{Next: to}, nil)
}

func (p *Pages) showSignin(
	w http.ResponseWriter, r *http.Request, status int, sheet signinSheet, summary func(*views.Voice) string,
) {
	p.refill(w, r, status, "signin", signInTo(sheet.Next), func(ctx context.Context, v *visit) (any, error) {
		owned, err := p.shop.HasOwner(ctx)
		sheet.Page, sheet.Ownerless = p.page(v, v.voice.Say("signin.title", nil), "signin"), !owned
		if summary != nil {
			sheet.Summary = summary(v.voice)
		}
		return sheet, err
	})
}

// DoSignin lets in who has the password, and tells nobody what was wrong.
func (p *Pages) DoSignin(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	again := signinSheet{Next: next(form.Get("next")), Email: field{Value: typed(form, "email")}}
	signed, err := p.shop.SignIn(r.Context(), form.Get("email"), form.Get("password"), p.session.From(r))
	tooFast, isTooFast := errors.AsType[shop.TooFast](err)
	switch {
	case errors.Is(err, shop.ErrUnauthorized):
		p.showSignin(w, r, http.StatusUnauthorized, again, func(voice *views.Voice) string { return voice.Say("signin.wrong", nil) })
	case isTooFast:
		frame.Problem{RetryAfter: tooFast.RetryAfter}.Headers(w)
		p.showSignin(w, r, http.StatusTooManyRequests, again, func(voice *views.Voice) string {
			return voice.Say("signin.tooFast", map[string]any{"n": int64(math.Ceil(tooFast.RetryAfter.Minutes()))})
		})
	case err != nil:
		p.Fail(w, r, err)
	default:
		p.session.Begin(w, r, signed)
		p.lead(w, r, again.Next)
	}
}

// DoSignout ends the session of this browser, or all of them.
func (p *Pages) DoSignout(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err == nil {
		end := p.shop.SignOut
		if form.Get("all") == "true" {
			end = p.shop.SignOutEverywhere
		}
		err = end(r.Context(), frame.WhoFrom(r.Context()))
	}
	p.signedOut(w, r, err)
}

// signedOut answers who has signed out, also where the end of his session could not be stored.
func (p *Pages) signedOut(w http.ResponseWriter, r *http.Request, err error) {
	p.endSession(w, r)
	if err != nil && !errors.Is(err, shop.ErrUnauthorized) { // who has no session is out
		p.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// endSession has the browser forget who was signed in. What he did last is not for the next one
// there to take back.
func (p *Pages) endSession(w http.ResponseWriter, r *http.Request) {
	p.session.End(w, r)
	p.keep(w, r, undoCookie, "", -time.Second)
}

// welcomeSheet is the form of who comes by a one-time link: the first owner, or who was invited.
type welcomeSheet struct {
	views.Page
	Token                 string
	Name, Email, Password field
	Summary               string
}

// Setup shows the form that makes the first owner, to who has the link for it.
func (p *Pages) Setup(w http.ResponseWriter, r *http.Request) {
	token := queryOf(r).Get("token")
	if err := p.shop.CheckOwnerLink(r.Context(), token); err != nil {
		p.refuseLink(w, r, err, "setup")
		return
	}
	p.showSetup(w, r, http.StatusOK, token, nil, nil)
}

func (p *Pages) showSetup(w http.ResponseWriter, r *http.Request, status int, token string, form url.Values, problems models.Invalid) {
	here := "/setup?" + url.Values{"token": {token}}.Encode()
	p.refill(w, r, status, "setup", here, func(_ context.Context, v *visit) (any, error) {
		v.secret = true
		return welcomeSheet{
			Page: p.page(v, v.voice.Say("setup.title", nil), "signin"), Token: token, Summary: summaryOf(v.voice, problems),
			Name:     field{typed(form, "name"), sayProblem(v.voice, problems, "name")},
			Email:    field{typed(form, "email"), sayProblem(v.voice, problems, "email")},
			Password: field{"", sayProblem(v.voice, problems, "password")},
		}, nil
	})
}

// DoSetup makes the first owner and lets him in.
func (p *Pages) DoSetup(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	owner := shop.NewPerson{Email: form.Get("email"), Name: form.Get("name"), Role: models.RoleOwner, Password: form.Get("password")}
	signed, err := p.shop.SetUpOwner(r.Context(), form.Get("token"), owner, p.session.From(r))
	if invalid, refused := errors.AsType[models.Invalid](err); refused {
		p.showSetup(w, r, http.StatusBadRequest, typed(form, "token"), form, invalid)
		return
	}
	p.welcome(w, r, signed, err, "setup")
}

// Join shows the form in which somebody who was invited gives himself a password.
func (p *Pages) Join(w http.ResponseWriter, r *http.Request) {
	p.showJoin(w, r, http.StatusOK, queryOf(r).Get("token"), nil)
}

func (p *Pages) showJoin(w http.ResponseWriter, r *http.Request, status int, token string, problems models.Invalid) {
	person, err := p.shop.Invited(r.Context(), token)
	if err != nil {
		p.refuseLink(w, r, err, "join")
		return
	}
	here := "/join?" + url.Values{"token": {token}}.Encode()
	p.refill(w, r, status, "join", here, func(_ context.Context, v *visit) (any, error) {
		v.secret = true
		return welcomeSheet{
			Page: p.page(v, v.voice.Say("join.title", map[string]any{"name": person.Name}), "signin"), Token: token,
			Summary: summaryOf(v.voice, problems), Email: field{Value: person.Email},
			Password: field{"", sayProblem(v.voice, problems, "password")},
		}, nil
	})
}

// DoJoin gives who was invited the password, and lets him in.
func (p *Pages) DoJoin(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	signed, err := p.shop.Join(r.Context(), form.Get("token"), form.Get("password"), p.session.From(r))
	if invalid, refused := errors.AsType[models.Invalid](err); refused {
		p.showJoin(w, r, http.StatusBadRequest, typed(form, "token"), invalid)
		return
	}
	p.welcome(w, r, signed, err, "join")
}

// welcome lets in who came by a link, and shows him the counter.
func (p *Pages) welcome(w http.ResponseWriter, r *http.Request, signed shop.Signed, err error, link string) {
	if err != nil {
		p.refuseLink(w, r, err, link)
		return
	}
	p.session.Begin(w, r, signed)
	p.lead(w, r, counterPage)
}

// refuseLink tells who has a link that is good no more where to get another.
func (p *Pages) refuseLink(w http.ResponseWriter, r *http.Request, err error, link string) {
	if errors.Is(err, shop.ErrUnauthorized) {
		p.errorPage(w, r, http.StatusUnauthorized, "error."+link)
		return
	}
	p.Fail(w, r, err)
}

// summaryOf says how many fields of a form are marked; "" when none is.
func summaryOf(voice *views.Voice, problems models.Invalid) string {
	if len(problems) == 0 {
		return ""
	}
	return voice.Say("form.fix", map[string]any{"n": len(problems)})
}
