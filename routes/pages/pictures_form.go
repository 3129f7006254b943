package pages

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao/models"
	"pulperia/pictures"
	"pulperia/routes/frame"
	"pulperia/views"
)

// picturesForm is the form of a product's pictures: those that there are, each with its place, and
// files that come.
type picturesForm struct {
	Rows    []pictureRow
	Refused []string // what is wrong with the files that came, each with its name
}

// pictureRow is a picture in that form.
type pictureRow struct {
	shownPicture
	At   int64  // its place, from 1
	Own  bool   // of the shop, so that something can be said of it
	Gone bool   // it names one of the shop that is not there
	Said string // what is to be seen on it
}

// shownPicture is a picture as pages show it.
type shownPicture struct{ Src, Srcset, Alt string }

// showPictures returns how addresses are shown: those of the shop in all their sizes.
func (p *Pages) showPictures(ctx context.Context, sources []string) (map[string]models.Image, error) {
	return p.shop.PicturesOf(ctx, sources...)
}

// shownAs is how a picture is shown whose product has a title.
func shownAs(own map[string]models.Image, src, title string) shownPicture {
	image, is := own[src]
	if !is {
		return shownPicture{Src: src, Alt: title}
	}
	return shownPicture{src, image.Srcset(), cmp.Or(image.Alt, title)}
}

func (p *Pages) picturesForm(ctx context.Context, product models.Product, refused ...string) (picturesForm, error) {
	own, err := p.showPictures(ctx, product.Thumbnails)
	form := picturesForm{Refused: refused}
	for i, src := range product.Thumbnails {
		_, named := models.ImageOf(src)
		image, is := own[src]
		form.Rows = append(form.Rows, pictureRow{
			shownPicture: shownAs(own, src, product.Title), At: int64(i + 1), Own: is, Gone: named && !is, Said: image.Alt,
		})
	}
	return form, err
}

// SavePictures stores what the form of a product's pictures says: files that come are behind those
// that there are, in their order. A file that is none keeps no other one out.
func (p *Pages) SavePictures(w http.ResponseWriter, r *http.Request) {
	id, err := pageID(r, "pid")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	var more []string
	var refused []pictures.Refused
	var names []string
	form, err := frame.Uploads(w, r, func(name string, file []byte) error {
		image, _, err := p.shop.AddPicture(r.Context(), file)
		if wrong, is := errors.AsType[pictures.Refused](err); is {
			refused, names = append(refused, wrong), append(names, name)
			return nil
		}
		more = append(more, image.Src())
		return err
	})
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	was, now, err := p.savePictures(r.Context(), id, form, more)
	problems := fieldsOf(err)
	switch {
	case errors.Is(err, errStale), problems != nil, err == nil && len(refused) > 0:
		p.refusePictures(w, r, id, problems, refused, names)
	case err != nil:
		p.Fail(w, r, err)
	default:
		to := shelfLink(id) + "#pictures"
		if act := editOf("edited", was, now); act.Edit != nil {
			act.Back = to
			p.offer(w, r, act)
		}
		p.lead(w, r, to)
	}
}

// savePictures gives a product its pictures anew, if it is still as the form was filled with, and
// says of each what is to be seen on it.
func (p *Pages) savePictures(ctx context.Context, id models.ID, form url.Values, more []string) (was, now models.Product, err error) {
	rev, _ := strconv.ParseInt(form.Get("rev"), 10, 64)
	now, _, err = p.shop.ChangeProduct(ctx, id, func(product *models.Product) error {
		was = product.Clone()
		if product.Rev != rev {
			return errStale
		}
		product.Thumbnails = append(placed(form), more...)
		return nil
	})
	if err != nil {
		return was, now, err
	}
	own, err := p.showPictures(ctx, form["picture"])
	for i, src := range form["picture"] {
		image, is := own[src]
		if said := nth(form["alt"], i); err == nil && is && said != image.Alt && slices.Contains(now.Thumbnails, src) {
			err = p.shop.DescribePicture(ctx, image.Upload, said)
		}
	}
	return was, now, err
}

// placed are the pictures of the form that stay, by their places; of two with the same place the
// one that stood first.
func placed(form url.Values) (sources []string) {
	type place struct {
		src string
		at  int
	}
	var all []place
	for i, src := range form["picture"] {
		if slices.Contains(form["drop"], src) {
			continue
		}
		at, err := strconv.Atoi(nth(form["place"], i))
		if err != nil {
			at = i + 1
		}
		all = append(all, place{src, at})
	}
	slices.SortStableFunc(all, func(a, b place) int { return a.at - b.at })
	for _, one := range all {
		sources = append(sources, one.src)
	}
	return sources
}

// nth is an entry of a list that a form may have cut short.
func nth(list []string, i int) string {
	if i >= len(list) {
		return ""
	}
	return strings.ToValidUTF8(list[i], "\uFFFD")
}

// refusePictures shows the product as it is now, and what of the form is not in it.
func (p *Pages) refusePictures(w http.ResponseWriter, r *http.Request, id models.ID, problems models.Invalid, refused []pictures.Refused, names []string) {
	status := http.StatusBadRequest
	if problems == nil && len(refused) == 0 {
		status = http.StatusConflict
	}
	p.refill(w, r, status, "shelf", shelfLink(id), func(ctx context.Context, v *visit) (any, error) {
		product, err := p.shop.Products.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		said := sayRefused(v.voice, refused, names)
		for _, problem := range problems {
			said = append(said, v.voice.Say("pictures.problem", map[string]any{"problem": v.voice.Problem(problem)}))
		}
		if status == http.StatusConflict {
			said = append(said, v.voice.Say("shelf.changed", nil))
		}
		sheet, err := p.filledSheet(ctx, v, product, filledForm(v.voice, product))
		if err == nil {
			sheet.Pictures.Refused = said
		}
		return sheet, err
	})
}

// sayRefused names each file that is not taken, and why.
func sayRefused(voice *views.Voice, refused []pictures.Refused, names []string) (said []string) {
	for i, one := range refused {
		said = append(said, voice.Say("pictures."+string(one.Why), map[string]any{"name": strings.ToValidUTF8(names[i], "\uFFFD")}))
	}
	return said
}

// MaxPictures is the most bytes of a form with pictures: as many as a product may have.
const MaxPictures = models.MaxThumbnails * frame.MaxPicture
