package routes

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"pulperia/shop"
	"pulperia/views"
)

// pages serves the shop as HTML. Every page is made at a position of the feed, in the visitor's
// language, and works without JavaScript: each action is a form that posts and redirects.
type pages struct {
	shop    *shop.Shop
	log     *slog.Logger
	clients clients
	session sessionCookies
	looks   *looks
	choose  *views.Negotiator
	asset   func(path string) string
	kept    *pageCache
	build   string // stands for the program: the same data looks the same as long as it is the same
	version string
}

func newPages(o Options) (*pages, error) {
	assets, err := newAssets(o.Public)
	if err != nil {
		return nil, err
	}
	looks, err := newLooks(views.Settings{Currency: o.Currency, Zone: time.Local, Asset: assets.url})
	if err != nil {
		return nil, err
	}
	build := sha256.New()
	fmt.Fprintf(build, "%q %q", o.Version, o.Currency)
	if err := cmp.Or(hashFiles(build, o.Public), hashFiles(build, views.Files())); err != nil {
		return nil, err
	}
	return &pages{
		shop: o.Shop, log: o.Log, clients: clients{o.TrustedProxies}, session: sessionCookies{o.Shop, clients{o.TrustedProxies}}, looks: looks, choose: views.NewNegotiator(), asset: assets.url,
		kept: newPageCache(), build: string(build.Sum(nil)), version: o.Version,
	}, nil
}

// hashFiles adds the name and content of every file to a hash.
func hashFiles(hash io.Writer, files fs.FS) error {
	if files == nil {
		return nil
	}
	return fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		fmt.Fprintf(hash, "%s %d\n%s", path, len(content), content)
		return err
	})
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
func (p *pages) show(w http.ResponseWriter, r *http.Request, s sheet) {
	v, err := p.visit(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	v.here = s.here
	var answered bool
	if v.forgetful, answered = afterKeeping(w, r); answered {
		return
	}
	if v.forgetful {
		s.private += " " + keptQuery
	}
	if v.partly = s.template == "cart" && r.URL.Query().Has(partlyQuery); v.partly {
		s.private += " " + partlyQuery
	}
	p.renew(w, r, v)
	if v.who.Staff() {
		s.reader = v.who.By + " " + v.who.Person.Name + " " + string(v.who.Role)
	}
	if v.undo != nil {
		s.private += " " + p.held(r, undoCookie)
	}
	key := strings.Join([]string{
		v.position.String(), p.shop.Identity(), string(v.voice.Language), strconv.FormatInt(v.cart.Count(), 10), s.template, s.here, s.private, s.reader,
	}, "\n")
	tag := weakTag([]byte(p.build + key))
	if !p.shop.Shared && notModified(r, tag) {
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
		p.fail(w, r, err)
		return
	}
	if p.shop.Shared {
		if tag = weakTag(withoutID(html, s.formID)); notModified(r, tag) {
			p.unchanged(w, v, tag)
			return
		}
	}
	w.Header().Set("ETag", tag)
	p.write(w, v, http.StatusOK, html)
}

// unchanged answers who has a page already.
func (p *pages) unchanged(w http.ResponseWriter, v *visit, tag string) {
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
func (p *pages) answer(w http.ResponseWriter, r *http.Request, v *visit, status int, template string, page any) {
	html, err := v.look.Render(v.voice.Language, template, page)
	if err != nil {
		p.log.ErrorContext(r.Context(), "render a page", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	p.write(w, v, status, html)
}

func (p *pages) write(w http.ResponseWriter, v *visit, status int, html []byte) {
	p.head(w, v)
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(html)))
	w.WriteHeader(status)
	w.Write(html) // a visitor who has gone is nobody's error
}

func (p *pages) head(w http.ResponseWriter, v *visit) {
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
func (p *pages) refill(
	w http.ResponseWriter, r *http.Request, status int, template, here string, fill func(context.Context, *visit) (any, error),
) {
	v, err := p.visit(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	v.here = here
	page, err := fill(r.Context(), v)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.answer(w, r, v, status, template, page)
}
