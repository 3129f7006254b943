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
	MaxDescription = 20_000
	MaxPrice       = 10_000_000_000 * One
	MaxStock       = 1_000_000_000
	MaxThumbnails  = 20
	MaxThumbnail   = 2_000
	MaxTags        = 50
)

// Product is one thing that the shop sells. Its JSON form is the same in the API, in products.json
// and in the feed.
type Product struct {
	ID          ID       `json:"_id"`
	Title       string   `json:"title"`
	Description string   `json:"description"` // Markdown
	Code        string   `json:"code"`        // unique in the shop; exact, case-sensitive
	Price       Money    `json:"price"`
	Status      bool     `json:"status"` // false takes it off sale
	Stock       int64    `json:"stock"`  // what can be bought now
	Category    string   `json:"category"`
	Thumbnails  []string `json:"thumbnails"` // as they were given: see [Product.Pictures]; never nil once normalized

	// What products of before do not have, and their JSON form is without.
	CompareAt Money     `json:"compareAt,omitzero"` // the price before, higher than the price; 0 for none
	Uncounted Uncounted `json:"counted,omitzero"`
	Held      int64     `json:"held,omitzero"` // in open orders, and not in the stock; of a product with variants, that of all
	Tax       string    `json:"tax,omitempty"` // the name of a rate of [Settings]; the default one where that has none of it
	Tags      []string  `json:"tags,omitempty"`
	Vendor    string    `json:"vendor,omitempty"`
	Barcode   string    `json:"barcode,omitempty"`
	Variants  []Variant `json:"variants,omitempty"`

	CreatedAt Time  `json:"createdAt"`
	UpdatedAt Time  `json:"updatedAt"`
	Rev       int64 `json:"rev"` // 1 when made, +1 at every change
}

// Available says whether it can be bought now.
func (p Product) Available() bool {
	return p.Status && (p.Stock > 0 || slices.ContainsFunc(p.Variants, Variant.CanBeBought))
}

// Clone returns a copy that shares nothing with p.
func (p Product) Clone() Product {
	p.Thumbnails, p.Tags = slices.Clone(p.Thumbnails), slices.Clone(p.Tags)
	p.Variants = cloneVariants(p.Variants)
	return p
}

// Same says whether both hold the same content: all but the revision and the times.
func (p Product) Same(o Product) bool {
	return p.ID == o.ID && p.sameTexts(&o) && p.Price == o.Price && p.Status == o.Status && p.Stock == o.Stock &&
		p.CompareAt == o.CompareAt && p.Uncounted == o.Uncounted && p.Held == o.Held && SameVariants(p.Variants, o.Variants)
}

// sameTexts says whether both have the same texts, but for those of variants.
func (p *Product) sameTexts(o *Product) bool {
	return p.samePacked(o) && p.Tax == o.Tax && slices.Equal(p.Tags, o.Tags) && p.Vendor == o.Vendor && p.Barcode == o.Barcode
}

// Words returns the words that a search finds the product by, repeated ones included.
func (p Product) Words() []string {
	return Words(p.Title + "\n" + p.Description + "\n" + p.Code + "\n" + p.Category + p.moreText())
}

// SameWords says whether a search finds both by the same words, without looking for them.
func (p Product) SameWords(o Product) bool {
	return p.Title == o.Title && p.Description == o.Description && p.Code == o.Code && p.Category == o.Category &&
		(p.plain() && o.plain() || p.moreText() == o.moreText())
}

// plain says whether a product has no texts but those of before.
func (p *Product) plain() bool {
	return len(p.Variants) == 0 && len(p.Tags) == 0 && p.Vendor == "" && p.Barcode == ""
}

// moreText is what else a search finds it by: tags, vendor, barcode, and codes and options of
// variants.
func (p *Product) moreText() string {
	if p.plain() {
		return ""
	}
	var b strings.Builder
	add := func(texts ...string) {
		for _, text := range texts {
			b.WriteString("\n")
			b.WriteString(text)
		}
	}
	add(p.Vendor, p.Barcode)
	add(p.Tags...)
	add(p.OptionNames()...)
	for _, v := range p.Variants {
		add(v.Code, v.Barcode)
		for _, option := range v.Options {
			add(option.Value)
		}
	}
	return b.String()
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
	p.normalizeMore()
}

// normalizeMore does it for what products of before do not have.
func (p *Product) normalizeMore() {
	if p.Tax != "" {
		p.Tax = NormalName(p.Tax)
	}
	if p.Vendor != "" || p.Barcode != "" {
		p.Vendor, p.Barcode = NormalName(p.Vendor), NormalName(p.Barcode)
	}
	if p.Tags != nil {
		p.Tags = normalTags(p.Tags)
	}
	if p.Uncounted {
		p.Stock = UncountedStock
	}
	if p.Variants != nil {
		p.normalizeVariants()
	}
	if len(p.Variants) > 0 {
		p.Held = heldOf(p.Variants)
	}
}

// normalTags leaves out tags that say nothing, and what is another spelling of an earlier one; nil
// when none is left.
func normalTags(tags []string) (normal []string) {
	seen := map[string]bool{}
	for _, tag := range tags {
		tag = NormalName(tag)
		if folded := Fold(tag); tag != "" && !seen[folded] {
			seen[folded] = true
			normal = append(normal, tag)
		}
	}
	return normal
}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (p Product) Check() error { return p.problems().Err() }

// CheckChange is Check for a change of old: a field that stays as it was is not held against it, so
// that a product which another program wrote badly can still be mended field by field.
func (p Product) CheckChange(old Product) error {
	problems := p.problems()
	recounted := old.Uncounted && !p.Uncounted && len(p.Variants) == 0 && p.Stock == UncountedStock
	if recounted {
		problems.Add("stock", Required, nil, "")
	}
	if len(problems) == 0 {
		return nil
	}
	changed := ChangedFields(p, old)
	if recounted {
		changed = append(changed, "stock")
	}
	if slices.Contains(changed, "variants") { // the product's figures go by them
		changed = append(changed, "price", "stock", "counted")
	}
	return Invalid(slices.DeleteFunc(problems, func(problem Problem) bool {
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
	note("compareAt", p.CompareAt != o.CompareAt)
	note("counted", p.Uncounted != o.Uncounted)
	note("tax", p.Tax != o.Tax)
	note("tags", !slices.Equal(p.Tags, o.Tags))
	note("vendor", p.Vendor != o.Vendor)
	note("barcode", p.Barcode != o.Barcode)
	note("variants", !SameVariants(p.Variants, o.Variants))
	note("held", p.Held != o.Held)
	return fields
}

// CheckCategory is what Check says of a category alone.
func CheckCategory(name string) error {
	var v Invalid
	v.checkName("category", name)
	return v.Err()
}

func (p Product) problems() (v Invalid) {
	v.checkText("title", p.Title, MaxLine, false)
	v.checkText("description", p.Description, MaxDescription, true)
	v.checkName("code", p.Code)
	if len(p.Variants) == 0 { // else each of these is asked
		checkRange(&v, "price", p.Price, 0, MaxPrice)
	}
	if len(p.Variants) == 0 || p.Stock > 0 {
		checkRange(&v, "stock", p.Stock, 0, MaxStock)
	}
	v.checkName("category", p.Category)
	if len(p.Thumbnails) > MaxThumbnails {
		v.Add("thumbnails", TooMany, MaxThumbnails, strconv.Itoa(len(p.Thumbnails)))
	}
	for i, picture := range p.Thumbnails {
		if !isPictureText(picture) {
			v.Add("thumbnails["+strconv.Itoa(i)+"]", NotPicture, MaxThumbnail, quote(picture))
		}
	}
	p.checkMore(&v)
	return v
}

// checkMore lists what is wrong with what products of before do not have.
func (p Product) checkMore(v *Invalid) {
	if p.CompareAt != 0 {
		checkRange(v, "compareAt", p.CompareAt, 0, MaxPrice)
		if p.CompareAt <= p.Price && !v.Has("compareAt") {
			v.Add("compareAt", NotHigher, p.Price, p.CompareAt.String())
		}
	}
	if p.Held != 0 {
		checkRange(v, "held", p.Held, 0, MaxHeld)
	}
	if p.Tax != "" {
		v.checkName("tax", p.Tax)
	}
	if len(p.Tags) > MaxTags {
		v.Add("tags", TooMany, MaxTags, strconv.Itoa(len(p.Tags)))
	}
	for i, tag := range p.Tags {
		v.checkName("tags["+strconv.Itoa(i)+"]", tag)
	}
	if p.Vendor != "" {
		v.checkName("vendor", p.Vendor)
	}
	if p.Barcode != "" {
		v.checkName("barcode", p.Barcode)
	}
	p.checkVariants(v)
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

// Picture returns the first of the product that can be shown, or "".
func (p *Product) Picture() string {
	if i := slices.IndexFunc(p.Thumbnails, IsPicture); i >= 0 {
		return p.Thumbnails[i]
	}
	return ""
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
