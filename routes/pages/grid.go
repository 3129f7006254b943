package pages

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"pulperia/dao/models"
	"pulperia/routes/fields"
)

// This file reads the grid of variants in the form of a product. Its fields are called as the JSON form
// calls them, by the place of their row: variants[2].code; of the options, which the names above the
// grid tell, variants[2].option1. A form without the grid says nothing of variants: it is an older
// page, or another form.

// maxGrid is how many rows of a form are read: past the most variants the rule says so.
const maxGrid = models.MaxVariants + spareRows

// grid is what a form says of variants.
type grid struct {
	url.Values
	rows []int // those that are variants, by their places in the form
}

// readGrid reads which rows of a form are variants: neither taken out nor left empty.
func readGrid(form url.Values) grid {
	g := grid{Values: form}
	for i := 0; i < maxGrid && g.has(i); i++ {
		if g.at(i, "drop") == "" && (g.at(i, "_id") != "" || !g.isEmpty(i)) {
			g.rows = append(g.rows, i)
		}
	}
	return g
}

func rowName(i int, name string) string { return "variants[" + strconv.Itoa(i) + "]." + name }

func optionName(k int) string { return "option" + strconv.Itoa(k) }

func (g grid) at(i int, name string) string { return strings.TrimSpace(g.Get(rowName(i, name))) }

// is says whether a form has the grid.
func (g grid) is() bool { return g.Has("grid") }

func (g grid) has(i int) bool { return g.Has(rowName(i, "code")) }

// isEmpty says whether a row says nothing.
func (g grid) isEmpty(i int) bool {
	for _, name := range append([]string{"code", "price", "stock", "uncounted", "barcode", "thumbnail"}, optionNames...) {
		if g.at(i, name) != "" {
			return false
		}
	}
	return true
}

var optionNames = []string{optionName(1), optionName(2), optionName(3)} // models.MaxOptions of them

// learn takes in how the figures of the grid are written.
func (g grid) learn(notation *models.Notation) {
	for _, i := range g.rows {
		notation.LearnMoney(g.at(i, "price"))
		notation.Learn(g.at(i, "stock"), 0)
	}
}

// read gives a product the variants of the grid. One whose price is left out costs what the product
// does, where the form says that.
func (g grid) read(product *models.Product, notation models.Notation, wrong *models.Invalid) {
	for _, i := range g.rows {
		v := models.NewVariant()
		v.ID, _ = models.ParseID(g.at(i, "_id"))
		v.Code, v.Thumbnail, v.Barcode = g.Get(rowName(i, "code")), g.at(i, "thumbnail"), g.at(i, "barcode")
		for _, option := range optionNames {
			if name := g.Get(option); strings.TrimSpace(name) != "" {
				v.Options = append(v.Options, models.Option{Name: name, Value: g.Get(rowName(i, option))})
			} else if g.at(i, option) != "" && !wrong.Has(option) {
				wrong.Add(option, models.Required, nil, "")
			}
		}
		if price := g.at(i, "price"); price != "" || !g.Has("price") {
			v.Price = notation.Money(wrong, rowName(i, "price"), price)
		}
		if v.Uncounted = models.Uncounted(g.at(i, "uncounted") != ""); !v.Uncounted {
			v.Stock = notation.Whole(wrong, rowName(i, "stock"), g.at(i, "stock"), models.MaxStock)
		}
		product.Variants = append(product.Variants, v)
	}
	product.Derive()
}

// spares says of a figure of the product that the form need not say it: where there are variants, it is
// theirs, and a form that does not ask for it leaves it as it is.
func (g grid) spares(field string) bool {
	return (field == "price" || field == "stock") && (len(g.rows) > 0 && g.Get(field) == "" || g.Has("rev") && !g.Has(field))
}

// check is Check of a product whose new variants get their ids when they are stored.
func (g grid) check(product models.Product) error {
	product = product.Clone()
	now := time.Now()
	product.Identify(models.Product{}, func(int) models.ID { return models.NewID(now) })
	return product.Check()
}

var entryOf = regexp.MustCompile(`^variants\[(\d+)\]\.(.*)$`)

// place has problems of variants name the fields of the form that they stand in.
func (g grid) place(problems models.Invalid) models.Invalid {
	placed := slices.Clone(problems)
	for n := range placed {
		p := &placed[n]
		match := entryOf.FindStringSubmatch(p.Field)
		if match == nil || !g.is() {
			continue
		}
		i, _ := strconv.Atoi(match[1])
		if i >= len(g.rows) {
			continue
		}
		p.Field = rowName(g.rows[i], match[2])
		name, isOption := strings.CutPrefix(match[2], "options.")
		for _, option := range optionNames {
			switch {
			case isOption && models.NormalName(g.Get(option)) == name:
				p.Field = rowName(g.rows[i], option)
			case match[2] == "options" && p.Rule == models.Required:
				p.Field = optionName(1)
			}
		}
	}
	return placed
}

// unsaid are the fields that not every form of a product has, and this one has not.
func (g grid) unsaid() (names []string) {
	for f := range fields.ProductForm.Of(fields.Update) {
		if f.Absent && !g.Has(f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

// copy gives a product what a form says of it, typed. A form without the grid leaves the variants as they
// are, and what the form has no fields for stays.
func (g grid) copy(product *models.Product, typed models.Product) {
	was := product.Clone()
	fields.ProductForm.Without(g.unsaid()...).Copy(product, &typed)
	if !g.is() {
		return
	}
	product.Variants = g.keepRest(typed.Variants, was)
	if len(typed.Variants) > 0 {
		product.Uncounted = typed.Uncounted
	} else {
		if !g.Has("price") {
			product.Price = was.Price
		}
		if !g.Has("stock") {
			product.Stock = was.Stock
		}
	}
}

// keepRest gives the variants of the grid what the form does not ask for of those that are there.
func (g grid) keepRest(variants []models.Variant, product models.Product) []models.Variant {
	variants = slices.Clone(variants)
	for i := range variants {
		if was := product.Variant(variants[i].ID); was != nil && !was.ID.IsZero() {
			if !g.Has(rowName(g.rows[i], "barcode")) {
				variants[i].Barcode = was.Barcode
			}
			if !g.Has(rowName(g.rows[i], "thumbnail")) {
				variants[i].Thumbnail = was.Thumbnail
			}
		}
	}
	return variants
}
