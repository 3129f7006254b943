package pages

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/cespare/xxhash/v2"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
	"pulperia/views"
)

// What the pages delete, empty or replace can be taken back for a minute. What was there goes to
// the visitor in a cookie, so that any process of the shop can put it back, also after a restart;
// the shop believes it no more than a form. A value that is too large for a cookie is asked about
// first.
const (
	undoFor   = time.Minute
	undoMost  = 3_800    // bytes: browsers drop a cookie of more than 4,096 with its name and attributes
	undoWhole = 64 << 10 // bytes of it when it is unpacked
)

// undo takes back what a visitor did last.
type undo struct {
	Did     string          `json:"did"`               // "deleted", "emptied" …, as the texts have it
	Product *models.Product `json:"product,omitempty"` // that was deleted
	Cart    *models.Cart    `json:"cart,omitempty"`    // as it was
	Rev     int64           `json:"rev,omitempty"`     // of the cart since
	Edit    *edit           `json:"edit,omitempty"`    // of a product or of the settings
	Back    string          `json:"back"`              // where it is seen
}

// errNoUndo refuses an act that could not be taken back, until the visitor has been asked.
var errNoUndo = errors.New("it could not be taken back")

// check is errNoUndo when the act is too large for a cookie.
func (u undo) check() error {
	if len(u.seal()) > undoMost {
		return errNoUndo
	}
	return nil
}

func (u undo) seal() string {
	text, _ := json.Marshal(u) // texts and numbers: never fails
	var packed bytes.Buffer
	pack, _ := flate.NewWriter(&packed, flate.BestCompression) // the level is a right one
	pack.Write(text)
	pack.Close()
	return base64.RawURLEncoding.EncodeToString(packed.Bytes())
}

// readUndo returns what a request brings along, or nil.
func (p *Pages) readUndo(r *http.Request) *undo {
	packed, err := base64.RawURLEncoding.DecodeString(p.held(r, undoCookie))
	if err != nil || len(packed) == 0 {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), undoWhole))
	var u undo
	if err != nil || json.Unmarshal(text, &u) != nil {
		return nil
	}
	if held := []bool{u.Product != nil, u.Cart != nil, u.Edit != nil}; len(slices.DeleteFunc(held, func(is bool) bool { return !is })) != 1 {
		return nil
	}
	return &u
}

// key tells acts apart.
func (u *undo) key() string {
	if u == nil {
		return ""
	}
	return strconv.FormatUint(xxhash.Sum64String(u.seal()), 36)
}

// say tells what can be taken back, "" when nothing can.
func (u *undo) say(voice *views.Voice) string {
	if u == nil || !voice.Knows("undo."+u.Did) {
		return ""
	}
	title := ""
	if u.Product != nil {
		title = u.Product.Title
	} else if u.Edit != nil {
		title = u.Edit.Title
	}
	return voice.Say("undo."+u.Did, map[string]any{"title": title})
}

// offer has the visitor hold what an act took away; what cannot be held replaces what was held
// before it by nothing.
func (p *Pages) offer(w http.ResponseWriter, r *http.Request, u undo) {
	if u.check() != nil {
		p.keep(w, r, undoCookie, "", -time.Second)
		return
	}
	p.keep(w, r, undoCookie, u.seal(), undoFor)
}

// sureSheet asks before what cannot be taken back.
type sureSheet struct {
	views.Page
	Words, Do, Action, Back string
	Fields                  []typedField // that the form came with
}

// ask shows the question; the answer to it is the same form once more, with "sure".
func (p *Pages) ask(w http.ResponseWriter, r *http.Request, form url.Values, did, back string) {
	p.refill(w, r, http.StatusOK, "sure", back, func(_ context.Context, v *visit) (any, error) {
		return sureSheet{
			Page: p.page(v, v.voice.Say("sure.title", nil), ""), Words: v.voice.Say("sure."+did, nil), Do: v.voice.Say("sure."+did+".do", nil),
			Action: r.URL.Path, Back: back, Fields: typedFields(form),
		}, nil
	})
}

func isSure(form url.Values) bool { return form.Get("sure") == "true" }

// TakeBack puts back what the visitor's last act took away, unless something newer is there.
func (p *Pages) TakeBack(w http.ResponseWriter, r *http.Request) {
	u := p.readUndo(r)
	if u == nil {
		p.errorPage(w, r, http.StatusConflict, "error.undoLate")
		return
	}
	overtaken, to, err := "error.undoTaken", localPath(u.Back), error(nil)
	switch {
	case u.Product != nil:
		if err = frame.WhoFrom(r.Context()).Must(shop.CatalogueWrite); err == nil { // what a browser keeps its owner can write as he likes
			err = p.shop.PutProductBack(r.Context(), *u.Product)
		}
	case u.Edit != nil:
		overtaken, err = "error.undoEdited", p.revert(r.Context(), *u.Edit)
	default:
		var cart models.Cart
		cart, err = p.putCartBack(r.Context(), *u.Cart, u.Rev)
		overtaken = "error.undoChanged"
		if err == nil && !cart.Same(*u.Cart) {
			to = marked(to, partlyQuery)
		}
	}
	switch {
	case refusedFields(err) != nil && u.Cart != nil:
		p.errorPage(w, r, http.StatusConflict, "error.undoScarce")
	case u.Edit != nil && (fieldsOf(err) != nil || errors.Is(err, dao.ErrNotFound)):
		p.errorPage(w, r, http.StatusConflict, overtaken)
	case errors.Is(err, dao.ErrConflict):
		p.errorPage(w, r, http.StatusConflict, overtaken)
	case err != nil:
		p.Fail(w, r, err)
	default:
		p.keep(w, r, undoCookie, "", -time.Second)
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

// partlyQuery is in the address to which taking back leads when not all has come back.
const partlyQuery = "partly"

// putCartBack gives a cart the lines that it had, if it is still as the act left it, and as far as
// they can still be bought.
func (p *Pages) putCartBack(ctx context.Context, was models.Cart, rev int64) (models.Cart, error) {
	cart, _, err := p.shop.RefillCart(ctx, was.ID, was.Products, func(now, _ models.Cart) error {
		if now.Rev != rev && len(now.Products) > 0 && !now.Same(was) {
			return dao.ErrConflict
		}
		return nil
	})
	return cart, err
}
