package pages

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao/models"
	"pulperia/views"
)

// spareRows are empty ones at the end of the grid: so more can be added without scripts.
const spareRows = 3

// gridForm is the grid of variants as a page shows it.
type gridForm struct {
	Options []gridCell // the names of what they differ in
	Rows    []gridRow
	Problem string // of the whole
	Open    bool   // there are variants, or something is wrong with them
	Derived bool   // price and stock of the product are theirs, and are not typed
	Price   models.Money
	Pieces  int64
	Counted bool
	More    bool // there is room for more
}

// gridRow is a variant in the grid, or a place for one.
type gridRow struct {
	ID, At                 string
	No                     int64 // from 1
	Options                []gridCell
	Code, Price, Stock     gridCell
	Barcode                gridCell
	Photos                 photoChoice
	Uncounted, Drop, Empty bool
	Problem                string // of the row as a whole
}

// gridCell is a field of the grid.
type gridCell struct {
	field
	Name, Key, Label string
	Decimal, Numeric bool
}

// gridOf is the grid of a product as it is stored, with empty rows behind it.
func gridOf(voice *views.Voice, product models.Product) gridForm {
	return showGrid(voice, gridValues(voice, product), nil, product)
}

// gridValues is what a form says of variants as they are stored.
func gridValues(voice *views.Voice, product models.Product) url.Values {
	form := namesOf(product)
	for i, v := range product.Variants {
		setRow(form, i, voice, v)
	}
	return form
}

func namesOf(product models.Product) url.Values {
	form := url.Values{}
	for k, name := range product.OptionNames() {
		form.Set(optionName(k+1), name)
	}
	return form
}

// setRow writes a variant into a row of a form, by the option names of that form.
func setRow(form url.Values, i int, voice *views.Voice, v models.Variant) {
	set := func(name, value string) { form.Set(rowName(i, name), value) }
	if !v.ID.IsZero() {
		set("_id", v.ID.String())
	}
	set("code", v.Code)
	for _, option := range optionNames {
		set(option, v.Options.Value(models.NormalName(form.Get(option))))
	}
	set("thumbnail", v.Thumbnail)
	set("barcode", v.Barcode)
	set("price", voice.Typed(v.Price))
	if v.Uncounted {
		set("uncounted", "true")
	} else {
		set("stock", strconv.FormatInt(v.Stock, 10))
	}
}

// showGrid is the grid with what a form says, what is wrong with it, and empty rows behind.
func showGrid(voice *views.Voice, form url.Values, wrong models.Invalid, stored models.Product) gridForm {
	g := readGrid(form)
	cell := func(name, label string) gridCell {
		return gridCell{field: field{typed(form, name), sayProblem(voice, wrong, name)}, Name: name, Key: cellKey(name), Label: label}
	}
	shown := gridForm{
		Problem: sayExactly(voice, wrong, "variants"), Derived: len(stored.Variants) > 0,
		Price: stored.Price, Pieces: stored.Stock, Counted: !bool(stored.Uncounted),
	}
	for k, name := range optionNames {
		shown.Options = append(shown.Options, cell(name, voice.Say("grid.option", map[string]any{"n": k + 1})))
	}
	count := 0
	for count < maxGrid && g.has(count) {
		count++
	}
	last := count
	for last > 0 && g.at(last-1, "_id") == "" && g.isEmpty(last-1) {
		last--
	}
	pictures := offered(form, stored)
	rows := min(max(last, len(stored.Variants))+spareRows, models.MaxVariants)
	for i := range max(rows, last) {
		row := gridRow{
			ID: typed(form, rowName(i, "_id")), At: rowName(i, ""), No: int64(i + 1),
			Code: cell(rowName(i, "code"), voice.Say("table.code", nil)), Price: cell(rowName(i, "price"), voice.Say("table.price", nil)),
			Stock: cell(rowName(i, "stock"), voice.Say("table.stock", nil)), Barcode: cell(rowName(i, "barcode"), voice.Say("form.barcode", nil)), Uncounted: g.at(i, "uncounted") != "", Drop: g.at(i, "drop") != "",
			Photos: g.photosOf(voice, i, wrong, pictures), Empty: i >= last, Problem: firstOf(voice, wrong, rowName(i, "options"), rowName(i, "_id"), rowName(i, "")),
		}
		for k, name := range optionNames {
			label := shown.Options[k].Value
			if strings.TrimSpace(label) == "" {
				label = shown.Options[k].Label
			}
			row.Options = append(row.Options, cell(rowName(i, name), label))
		}
		row.Price.Decimal, row.Stock.Numeric, row.Barcode.Numeric = true, true, true
		shown.Rows = append(shown.Rows, row)
	}
	shown.More = len(shown.Rows) < models.MaxVariants
	shown.Open = last > 0 || shown.marked() > 0 || form.Has("more")
	return shown
}

// cellKey is the id of a field of the grid in a page.
func cellKey(name string) string { return cellMarks.Replace(name) }

var cellMarks = strings.NewReplacer("[", "-", "].", "-")

// sayExactly tells the problem of a field, and none of what is inside it.
func sayExactly(voice *views.Voice, wrong models.Invalid, name string) string {
	i := slices.IndexFunc(wrong, func(p models.Problem) bool { return p.Field == name })
	if i < 0 {
		return ""
	}
	return voice.Problem(wrong[i])
}

func firstOf(voice *views.Voice, wrong models.Invalid, names ...string) string {
	for _, name := range names {
		if said := sayExactly(voice, wrong, name); said != "" {
			return said
		}
	}
	return ""
}

// marked counts the fields that something is wrong with.
func (g *gridForm) marked() (n int) {
	g.each(func(cell *gridCell) {
		if cell.Problem != "" {
			n++
		}
	})
	for _, row := range g.Rows {
		if row.Problem != "" {
			n++
		}
		if row.Photos.Problem != "" {
			n++
		}
	}
	if g.Problem != "" {
		n++
	}
	return n
}

func (g *gridForm) each(do func(*gridCell)) {
	for k := range g.Options {
		do(&g.Options[k])
	}
	for i := range g.Rows {
		row := &g.Rows[i]
		for k := range row.Options {
			do(&row.Options[k])
		}
		do(&row.Code)
		do(&row.Price)
		do(&row.Stock)
		do(&row.Barcode)
	}
}
