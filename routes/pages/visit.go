package pages

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
	"pulperia/views"
)

// languageQuery is in the address of a page in one of the languages, by which search engines find
// each: for that one page, and whoever has chosen a language sees his.
const languageQuery = "lang"

// inLanguage is a path, with its query, of a page in a language; as it is for "".
func inLanguage(path string, language views.Language) string {
	sign := "?"
	switch {
	case language == "":
		return path
	case strings.Contains(path, "?"):
		sign = "&"
	}
	return path + sign + languageQuery + "=" + string(language)
}

// visit is one request for a page: in which language, with which cart, at which position.
type visit struct {
	look      *look
	voice     *views.Voice
	who       shop.Who
	network   netip.Prefix // where he is, as limits count
	position  dao.Position
	cart      models.Cart // the zero cart as long as nothing was added
	user      string      // the name or e-mail address that was last used in the chat, or ""
	added     models.ID   // what was put into the cart just now, or zero
	undo      *undo       // what can be taken back, or nil
	forgetful bool        // the browser keeps no cookies
	partly    bool        // what was taken back came back in part
	secret    bool        // the page shows what nobody may find in a browser's cache
	newest    int64       // the highest number of an order, of the staff
	site      string      // the shop's own address as the visitor has it
	here      string
	asked     views.Language // which the address asks for; "" for none
}

// visit reads the position before anything else, so that nothing on the page is older than it says.
func (p *Pages) visit(r *http.Request) (*visit, error) {
	v := p.stranger(r)
	position, err := p.shop.Feed.Head(r.Context())
	if err != nil {
		return v, err
	}
	v.position = position
	look, err := p.looks.of(r.Context(), p.shop.Settings)
	if err != nil {
		return v, err
	}
	v.see(r, look, p.choose)
	v.undo = p.readUndo(r)
	if user, err := url.QueryUnescape(p.held(r, userCookie)); err == nil && models.CheckUser(user) == nil {
		v.user = user
	}
	if v.who.Staff() {
		v.user = v.who.Person.Name
	}
	if v.who.Staff() && v.who.Can(shop.OrdersRead) {
		if v.newest, err = p.shop.NewestOrder(r.Context(), v.who); err != nil {
			return v, err
		}
	}
	id, err := models.ParseID(p.held(r, cartCookie))
	if err != nil {
		return v, nil
	}
	cart, err := p.shop.Carts.Get(r.Context(), id)
	if err != nil && !errors.Is(err, dao.ErrNotFound) {
		return v, err
	}
	v.cart = cart
	return v, nil
}

// stranger is a visit as far as the request alone tells it.
func (p *Pages) stranger(r *http.Request) *visit {
	v := &visit{here: "/", who: frame.WhoFrom(r.Context()), network: frame.Network(p.clients.Address(r)), site: p.clients.AddressOf(r)}
	v.see(r, p.looks.last(), p.choose)
	return v
}

// sender is the visitor as one who says something.
func (v *visit) sender() shop.Sender { return shop.Sender{Who: v.who, Network: v.network} }

// see gives a visit its look, and the language of it that suits the visitor: the one that he has
// chosen, else the one that the address asks for, else what his browser asks for.
func (v *visit) see(r *http.Request, look *look, choose *views.Negotiator) {
	language, chosen := views.ParseLanguage(frame.CookieOf(r, languageCookie))
	asked, isAsked := views.ParseLanguage(queryOf(r).Get(languageQuery))
	switch {
	case chosen:
	case isAsked:
		language = asked
	default:
		language = choose.Choose(r.Header.Get("Accept-Language"), look.language())
	}
	v.asked = asked
	v.look, v.voice = look, look.Voice(language)
}

// page is the frame of a page of this visit; section is the part of the shop that the header marks.
func (p *Pages) page(v *visit, title, section string) views.Page {
	page := views.Page{
		Title: title, Here: v.here, CartCount: v.cart.Count(), Version: p.version, Undo: v.undo.say(v.voice), UndoKey: v.undo.key(), At: map[string]bool{section: true},
		Store: p.shop.Identity(), Forgetful: v.forgetful, Partly: v.partly, Open: v.who.By == shop.Course.By,
		Welcome: v.look.settings.Welcome, Place: v.look.settings.Place, Hours: v.look.settings.Hours, Silent: v.look.settings.RoomClosed,
		Found: views.Found{About: aboutPart(v.voice, section)},
	}
	if v.who.Staff() {
		page.SignedIn = v.who.Person.Name
	}
	if v.position.Epoch != "" {
		page.Position = v.position.String()
	}
	return page
}

// SetLanguage remembers a language and goes back to where it was chosen.
func (p *Pages) SetLanguage(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	language, known := views.ParseLanguage(form.Get("lang"))
	if !known {
		var v models.Invalid
		v.Add("lang", models.NotOneOf, "es, en", "")
		p.Fail(w, r, v)
		return
	}
	p.setCookie(w, r, languageCookie, string(language), frame.Year)
	p.lead(w, r, localPath(form.Get("to")))
}

// localPath returns a path of this server as it is, and "/" for everything that would lead
// elsewhere. Browsers take a backslash for a slash and skip control characters, so a path with one
// of them leads who knows where.
func localPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.ContainsFunc(to, leadsAstray) ||
		!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
		return "/"
	}
	return to
}

func leadsAstray(r rune) bool { return r == '\\' || unicode.IsControl(r) }

// queryOf returns what a request asks for behind the path of its page. Most ask for nothing: then
// nothing is made.
func queryOf(r *http.Request) url.Values {
	if r.URL.RawQuery == "" {
		return nil
	}
	return r.URL.Query()
}
