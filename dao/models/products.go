package models

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a product's fields. Lengths count code points.
const (
	MaxLine        = 200 // title, code, category
	MaxDescription = 5_000
	MaxPrice       = Money(10_000_000_000 * 100)
	MaxStock       = 1_000_000_000
	MaxThumbnails  = 20
	MaxThumbnail   = 2_000
)

// Product is one thing that the shop sells. Its JSON form is the same in the API, in products.json
// and in the feed.
type Product struct {
	ID          ID       `json:"_id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Code        string   `json:"code"` // unique in the shop; exact, case-sensitive
	Price       Money    `json:"price"`
	Status      bool     `json:"status"` // false takes it off sale
	Stock       int64    `json:"stock"`
	Category    string   `json:"category"`
	Thumbnails  []string `json:"thumbnails"` // as they were given: see [Product.Pictures]; never nil once normalized
	CreatedAt   Time     `json:"createdAt"`
	UpdatedAt   Time     `json:"updatedAt"`
	Rev         int64    `json:"rev"` // 1 when made, +1 at every change
}

// Available says whether it can be bought now.
func (p Product) Available() bool { return p.Status && p.Stock > 0 }

// Clone returns a copy that shares nothing with p.
func (p Product) Clone() Product {
	p.Thumbnails = slices.Clone(p.Thumbnails)
	return p
}

// Same says whether both hold the same content: all but the revision and the times.
func (p Product) Same(o Product) bool {
	return p.ID == o.ID && len(ChangedFields(p, o)) == 0
}

// Words returns the words that a search finds the product by, repeated ones included.
func (p Product) Words() []string {
	return Words(p.Title + "\n" + p.Description + "\n" + p.Code + "\n" + p.Category)
}

// Normalize makes the texts normal ones and turns a missing list of thumbnails into an empty one.
// Engines call it before Check, and of what they read: something else may have written it.
func (p *Product) Normalize() {
	p.Title, p.Description = NormalText(p.Title), NormalText(p.Description)
	p.Code, p.Category = NormalName(p.Code), NormalName(p.Category)
	if p.Thumbnails == nil {
		p.Thumbnails = []string{}
	}
	for i, picture := range p.Thumbnails {
		p.Thumbnails[i] = strings.TrimSpace(picture)
	}
}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (p Product) Check() error { return p.problems().Err() }

// CheckChange is Check for a change of old: a field that stays as it was is not held against it, so
// that a product which another program wrote badly can still be mended field by field.
func (p Product) CheckChange(old Product) error {
	changed := ChangedFields(p, old)
	return Invalid(slices.DeleteFunc(p.problems(), func(problem Problem) bool {
		field, _, _ := strings.Cut(problem.Field, "[")
		return !slices.Contains(changed, field)
	})).Err()
}

// ChangedFields names the fields of the content that differ between two products.
func ChangedFields(p, o Product) (fields []string) {
	note := func(field string, changed bool) {
		if changed {
			fields = append(fields, field)
		}
	}
	note("title", p.Title != o.Title)
	note("description", p.Description != o.Description)
	note("code", p.Code != o.Code)
	note("price", p.Price != o.Price)
	note("status", p.Status != o.Status)
	note("stock", p.Stock != o.Stock)
	note("category", p.Category != o.Category)
	note("thumbnails", !slices.Equal(p.Thumbnails, o.Thumbnails))
	return fields
}

func (p Product) problems() (v Invalid) {
	v.checkText("title", p.Title, MaxLine, false)
	v.checkText("description", p.Description, MaxDescription, true)
	v.checkName("code", p.Code)
	checkRange(&v, "price", p.Price, 0, MaxPrice)
	checkRange(&v, "stock", p.Stock, 0, MaxStock)
	v.checkName("category", p.Category)
	if len(p.Thumbnails) > MaxThumbnails {
		v.Add("thumbnails", TooMany, MaxThumbnails, strconv.Itoa(len(p.Thumbnails)))
	}
	for i, picture := range p.Thumbnails {
		if !isPictureText(picture) {
			v.Add("thumbnails["+strconv.Itoa(i)+"]", NotPicture, MaxThumbnail, quote(picture))
		}
	}
	return v
}

// isPictureText accepts what a product may call a picture: any text that means no other scheme than
// http and https. What is shown of it must be one: see [IsPicture].
func isPictureText(text string) bool {
	scheme, _, has := strings.Cut(text, ":")
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= MaxThumbnail && text != "" && !hasControl(text, false) &&
		(!has || !isScheme(scheme) || strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// isScheme says whether a text is the scheme of a URL, if a colon follows it (RFC 3986, section 3.1).
func isScheme(text string) bool {
	letters := func(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }
	rest := strings.TrimLeftFunc(text, letters)
	return rest != text && strings.Trim(rest, "+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// Pictures returns those of the product that can be shown.
func (p Product) Pictures() []string {
	return slices.DeleteFunc(slices.Clone(p.Thumbnails), func(picture string) bool { return !IsPicture(picture) })
}

// IsPicture accepts an absolute path on this server or an http(s) URL. A path that begins with two
// slashes names another host, so it is none.
func IsPicture(text string) bool {
	u, err := url.Parse(text)
	if err != nil || !utf8.ValidString(text) || utf8.RuneCountInString(text) > MaxThumbnail {
		return false
	}
	if strings.ContainsAny(text, " \\\"<>") || strings.ContainsFunc(text, unicode.IsControl) {
		return false
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		return u.Hostname() != ""
	}
	return u.Scheme == "" && u.Host == "" && strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//")
}
