// Package pages is the shop as HTML, for whoever buys in it and for whoever keeps it.
//
// # The model
//
// Each page is a sheet: a template and what fills it for one visit, made at a position of the feed
// that is read before the data (pages.go, visit.go). Of the same position, language and address it
// is the same for all, so it is kept (cache.go), and has a tag. Each act is a form that posts and
// redirects; one that cannot be taken shows its page again, with what was typed and what is wrong
// beside each field (forms.go). What an act took away a browser holds for a minute in a cookie,
// and can give back (undo.go). The merchant's pages are those of counter.go.
package pages

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"pulperia/routes/files"
	"pulperia/routes/frame"
	"pulperia/shop"
	"pulperia/views"
)

// Pages serves the shop as HTML. Every page is made at a position of the feed, in the visitor's
// language, and works without JavaScript: each action is a form that posts and redirects.
type Pages struct {
	shop      *shop.Shop
	log       *slog.Logger
	clients   frame.Clients
	session   frame.SessionCookies
	looks     *looks
	choose    *views.Negotiator
	asset     func(path string) string
	kept      *pageCache
	additions additions
	siteMap   siteMap
	spoilt    sync.Map // by models.Hash: pictures that the log has told of
	build     string   // stands for the program: the same data looks the same as long as it is the same
	version   string
}

// Options is what the pages work with.
type Options struct {
	Shop     *shop.Shop
	Log      *slog.Logger
	Session  frame.SessionCookies
	Public   fs.FS  // style sheets, scripts and images
	Currency string // the sign before prices
	OwnSign  bool   // it stands also where the settings name a currency
	Version  string
}

// New returns the pages. It fails when a template does not parse or a file cannot be read.
func New(o Options) (*Pages, error) {
	assets, err := files.NewAssets(o.Public)
	if err != nil {
		return nil, err
	}
	looks, err := newLooks(views.Settings{Currency: o.Currency, Zone: time.Local, Asset: assets.URL}, o.OwnSign)
	if err != nil {
		return nil, err
	}
	build := sha256.New()
	fmt.Fprintf(build, "%q %q %t", o.Version, o.Currency, o.OwnSign)
	if err := cmp.Or(files.Hash(build, o.Public), files.Hash(build, views.Files())); err != nil {
		return nil, err
	}
	return &Pages{
		shop: o.Shop, log: o.Log, clients: o.Session.Clients, session: o.Session, looks: looks, choose: views.NewNegotiator(),
		asset: assets.URL, kept: newPageCache(), additions: additions{known: map[string]*addition{}}, build: string(build.Sum(nil)), version: o.Version,
	}, nil
}

// sheet is what a GET shows.
type sheet struct {
	template string
	here     string // its own path and query, with nothing in it that does not change what is shown
	private  string // what it shows of the visitor besides the count of the cart; only a page without is kept
	reader   string // of the staff: their pages name them and lead to theirs, and are kept for them alone
	formID   string // that it brings along, another one each time
	fill     func(context.Context, *visit) (any, error)
}

// show answers a GET. The sheet is a pure function of the program, the position and what stands in
// its key; so the key makes the ETag, and a page that is not new need not be made at all. Where
// other programs write, the position does not tell all that it may show: there the page itself
// makes the ETag.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, s sheet) {
	v, err := p.visit(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	s.here = inLanguage(s.here, v.asked) // where scripts ask for the same page, in the same language
	v.here = s.here
	var answered bool
	if v.forgetful, answered = afterKeeping(w, r); answered {
		return
	}
	if v.forgetful {
		s.private += " " + keptQuery
	}
	if v.partly = s.template == "cart" && queryOf(r).Has(partlyQuery); v.partly {
		s.private += " " + partlyQuery
	}
	if v.seeAdded(r); !v.added.IsZero() {
		s.private += " " + addedQuery + " " + v.added.String() + " " + v.cart.ID.String()
	}
	p.renew(w, r, v)
	if v.who.Staff() {
		s.reader = v.who.By + " " + v.who.Person.Name + " " + string(v.who.Role)
	}
	if v.undo != nil {
		s.private += " " + p.held(r, undoCookie)
	}
	key := strings.Join([]string{
		v.position.String(), p.shop.Identity(), string(v.voice.Language), strconv.FormatInt(v.cart.Count(), 10), s.template, v.site, s.here, s.private, s.reader,
	}, "\n")
	tag := frame.WeakTag([]byte(p.build + key))
	if !p.shop.Shared && frame.NotModified(r, tag) {
		p.unchanged(w, v, tag)
		return
	}
	render := func(ctx context.Context) ([]byte, error) {
		page, err := s.fill(ctx, v)
		if err != nil {
			return nil, err
		}
		return v.look.Render(v.voice.Language, s.template, page)
	}
	var html []byte
	switch {
	case s.private != "":
		html, err = render(r.Context())
	case p.shop.Shared:
		html, err = p.kept.fresh(r.Context(), key, render)
	default:
		html, err = p.kept.get(r.Context(), v.position, key, render)
	}
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	if p.shop.Shared {
		if tag = frame.WeakTag(withoutID(html, s.formID)); frame.NotModified(r, tag) {
			p.unchanged(w, v, tag)
			return
		}
	}
	w.Header().Set("ETag", tag)
	p.write(w, v, http.StatusOK, html)
}

// unchanged answers who has a page already.
func (p *Pages) unchanged(w http.ResponseWriter, v *visit, tag string) {
	w.Header().Set("ETag", tag)
	p.head(w, v)
	w.WriteHeader(http.StatusNotModified)
}

// withoutID is a page as it is whatever id its form has.
func withoutID(html []byte, id string) []byte {
	if id == "" {
		return html
	}
	return bytes.ReplaceAll(html, []byte(id), nil)
}

// answer shows a page that is no plain GET of something: a form with its problems, an error.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request, v *visit, status int, template string, page any) {
	html, err := v.look.Render(v.voice.Language, template, page)
	if err != nil {
		p.log.ErrorContext(r.Context(), "render a page", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	p.write(w, v, status, html)
}

func (p *Pages) write(w http.ResponseWriter, v *visit, status int, html []byte) {
	p.head(w, v)
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(html)))
	w.WriteHeader(status)
	w.Write(html) // a visitor who has gone is nobody's error
}

func (p *Pages) head(w http.ResponseWriter, v *visit) {
	header := w.Header()
	header.Set("Cache-Control", "private, no-cache") // keep it, but ask with the tag each time
	if v.secret {
		header.Set("Cache-Control", "no-store")
	}
	header.Set("Content-Language", string(v.voice.Language))
	header.Add("Vary", "Accept-Language, Cookie")
	if v.position.Epoch != "" {
		header.Set("X-Position", v.position.String())
	}
}

// refill answers a form that cannot be taken as it is: the page that it stands on, with what was
// typed and what is wrong.
func (p *Pages) refill(
	w http.ResponseWriter, r *http.Request, status int, template, here string, fill func(context.Context, *visit) (any, error),
) {
	v, err := p.visit(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	v.here = here
	page, err := fill(r.Context(), v)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	p.answer(w, r, v, status, template, page)
}
