package catalogue

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"pulperia/dao/models"
)

// shopify reads a product CSV of Shopify. Only the rows of one handle are in memory at a time, so
// they must stand together, as Shopify wants it too.
func (r *reading) shopify(src *source) error {
	s, err := newSheet(src)
	if err != nil {
		return err
	}
	if r.learns {
		return r.learnSheet(s)
	}
	begun := make(map[string]int) // the line at which the rows of each handle begin
	var together group
	for {
		next, err := s.next()
		if err == io.EOF {
			return r.putGroup(s, together)
		}
		if err != nil {
			return err
		}
		if next.isBlank() {
			continue
		}
		if next.problem == nil {
			next.problem = together.refuses(next, begun)
		}
		if next.problem != nil {
			if err := r.put(next.refused); err != nil {
				return err
			}
			continue
		}
		if next.cells[colHandle] != together.handle() {
			if err := r.putGroup(s, together); err != nil {
				return err
			}
			begun[strings.Clone(next.cells[colHandle])] = next.line
			together = nil
		}
		together = append(together, next)
	}
}

// learnSheet takes in how the figures of a sheet are written. Where they show nothing, semicolons
// between columns do: a spreadsheet writes them where the comma stands before decimals.
func (r *reading) learnSheet(s *sheet) error {
	for {
		next, err := s.next()
		if err == io.EOF {
			if r.notation.Blank() && s.separator == ';' {
				r.notation.Comma = true
			}
			return nil
		}
		if err != nil {
			return err
		}
		r.notation.Learn(next.cells[colQuantity], 0)
		for _, c := range []column{colPrice, colCompareAt, colCost} {
			r.notation.LearnMoney(next.cells[c])
		}
	}
}

func (r *row) refused() Entry { return Entry{Line: r.line, Problem: r.problem} }

// isBlank says whether a row has nothing in it; spreadsheets leave such rows behind.
func (r *row) isBlank() bool { return r.problem == nil && r.cells == [columns]string{} }

// isVariant says whether a row that follows another one of its handle is a thing to sell, and not
// only one more picture. A title makes none: some sheets repeat it on every row.
func (r *row) isVariant() bool {
	for _, c := range []column{colPrice, colSKU, colQuantity, colOption1, colOption2, colOption3} {
		if r.cells[c] != "" {
			return true
		}
	}
	return false
}

// group is the rows of one handle, in their order.
type group []row

// refuses says why a row belongs neither to the group nor to a new one.
func (g group) refuses(r row, begun map[string]int) error {
	handle := r.cells[colHandle]
	if handle == "" {
		return models.Invalid{{Field: "handle", Rule: models.Required}}
	}
	if first, again := begun[handle]; again && handle != g.handle() {
		return fmt.Errorf("handle %q has its other rows from line %d on: sort the file by its handles", handle, first)
	}
	return nil
}

func (g group) handle() string {
	if len(g) == 0 {
		return ""
	}
	return g[0].cells[colHandle]
}

// first returns what the first row that says anything in the column says.
func (g group) first(c column) string {
	for i := range g {
		if g[i].cells[c] != "" {
			return g[i].cells[c]
		}
	}
	return ""
}

// putGroup hands out the product of a handle.
func (r *reading) putGroup(s *sheet, g group) error {
	if len(g) == 0 {
		return nil
	}
	return r.put(func() Entry { return r.product(s, g) })
}

// sold returns the rows of what can be bought: one of them, or those of the variants.
func (g group) sold() (rows []*row) {
	for i := range g {
		if i == 0 || g[i].isVariant() {
			rows = append(rows, &g[i])
		}
	}
	return rows
}

// product makes the product of a handle: with variants, unless it is sold in one form only, which has
// no options.
func (r *reading) product(s *sheet, g group) Entry {
	l := loose{notation: r.notation, taxes: r.taxes}
	rows := g.sold()
	first := rows[0]
	p := models.Product{
		Title:    l.cell("title", g.first(colTitle)),
		Category: l.cell("category", g.category()),
		Tags:     l.cellTags("tags", g.first(colTags)),
		Vendor:   l.cell("vendor", g.first(colVendor)),
		Tax:      l.rate("tax", models.JSON(g.first(colTax))),
		Status:   true,
	}
	p.Description = l.cell("description", g.description())
	for _, c := range []column{colStatus, colPublished} {
		p.Status = l.state("status", models.JSON(g.first(c))) && p.Status
	}
	if !p.Status {
		l.say("status")
	}
	if len(rows) > 1 || len(first.options()) > 0 {
		p.Code = l.cell("code", g.handle())
		l.readVariants(s, g, &p)
	} else {
		p.Code = l.cell("code", cmp.Or(first.cells[colSKU], g.handle()))
		p.Price, p.CompareAt = l.prices(first, "")
		p.Stock, p.Uncounted = l.stock(s, first, "stock")
		p.Barcode = l.cell("barcode", first.cells[colBarcode])
		p.Thumbnails = l.addCell(nil, first.line, "thumbnails", first.cells[colVariantImage])
	}
	for i := range g {
		p.Thumbnails = l.addCell(p.Thumbnails, g[i].line, "thumbnails", g[i].cells[colImage])
	}
	if len(p.Thumbnails) > 0 {
		l.say("thumbnails")
	}
	return l.entry(first.line, p)
}

// category is the type, or else the last part of Shopify's own category ("Apparel > Clothing"), or
// else the first tag.
func (g group) category() string {
	parts := strings.Split(g.first(colProductCategory), ">")
	tag, _, _ := strings.Cut(g.first(colTags), ",")
	return cmp.Or(g.first(colType), strings.TrimSpace(parts[len(parts)-1]), strings.TrimSpace(tag))
}

// description is Markdown; what is no text is left to the rules.
func (g group) description() string {
	body := g.first(colBody)
	if !utf8.ValidString(body) {
		return body
	}
	return markdown(body)
}

// prices reads what a row costs, and what it did before where that is more.
func (l *loose) prices(r *row, prefix string) (price, before models.Money) {
	price = l.money(prefix+"price", models.JSON(r.cells[colPrice]))
	if before = l.money("compareAt", models.JSON(r.cells[colCompareAt])); before <= price && !l.bad.Has("compareAt") {
		before = 0 // as Shopify writes where there is none
	}
	return price, before
}

// stock reads how much there is of a variant. Shopify does not count it where it names no tracker,
// and goes on selling what is counted where the policy says so.
func (l *loose) stock(s *sheet, r *row, field string) (int64, models.Uncounted) {
	policy := strings.ToLower(r.cells[colPolicy])
	if s.has(colTracker) && r.cells[colTracker] == "" || policy == "continue" || policy == "true" {
		l.say(field)
		l.note(0, Uncounted)
		return models.UncountedStock, true
	}
	stock := l.whole(field, models.JSON(r.cells[colQuantity]))
	if stock < 0 {
		l.note(0, Oversold)
	}
	return max(0, stock), false
}

// options returns the values that tell a variant from its siblings.
func (r *row) options() []string {
	options := []string{r.cells[colOption1], r.cells[colOption2], r.cells[colOption3]}
	return slices.DeleteFunc(options, func(option string) bool { return option == "" || option == "Default Title" })
}

// optionNames are those of the columns in which the rows say something.
func (g group) optionNames() (names [models.MaxOptions]string) {
	for i := range names {
		if g.first(colOption1+column(i)) != "" {
			names[i] = cmp.Or(g.first(colName1+column(i)), "Opción "+strconv.Itoa(i+1))
		}
	}
	return names
}

// readVariants reads what can be bought of a handle. Its price before is that of the cheapest.
func (l *loose) readVariants(s *sheet, g group, p *models.Product) {
	l.say("variants")
	names, codes := g.optionNames(), map[string]bool{models.NormalName(p.Code): true}
	lowest := models.Money(math.MaxInt64)
	for i, row := range g.sold() {
		v, field := models.NewVariant(), "variants["+strconv.Itoa(i)+"]."
		for j, name := range names {
			if name != "" {
				v.Options = append(v.Options, models.Option{Name: name, Value: cmp.Or(row.cells[colOption1+column(j)], "–")})
			}
		}
		if v.Options == nil { // several rows that nothing tells apart
			v.Options = models.Options{{Name: "Opción 1", Value: strconv.Itoa(i + 1)}}
		}
		v.Code = models.NormalName(row.cells[colSKU])
		if v.Code == "" || codes[v.Code] {
			l.ownCode(row.line, &v, p.Code, codes)
		}
		codes[v.Code] = true
		if row.cells[colPrice] != "" {
			price, before := l.prices(row, field)
			if v.Price = price; price < lowest {
				lowest, p.CompareAt = price, before
			}
		}
		said := saying{price: row.cells[colPrice] != "", barcode: row.cells[colBarcode] != "", thumbnail: row.cells[colVariantImage] != ""}
		v.Stock, v.Uncounted = l.stock(s, row, field+"stock")
		said.stock = bool(v.Uncounted) || row.cells[colQuantity] != ""
		v.Barcode = row.cells[colBarcode]
		if pictures := l.addCell(nil, row.line, field+"thumbnail", row.cells[colVariantImage]); len(pictures) > 0 {
			v.Thumbnail = pictures[0]
		}
		p.Variants, l.variants = append(p.Variants, v), append(l.variants, said)
	}
	if p.CompareAt > 0 {
		l.say("compareAt")
	}
}

// ownCode gives a variant a code where the file has none for it alone, and says so.
func (l *loose) ownCode(line int, v *models.Variant, of string, codes map[string]bool) {
	was := v.Code
	v.Code = joined(of, "-", slug([]string{v.Name()}))
	for n := 2; codes[v.Code]; n++ {
		v.Code = joined(of, "-", slug([]string{v.Name(), strconv.Itoa(n)}))
	}
	if was == "" {
		l.note(line, fmt.Sprintf("the variant %s has no code: it is %q", v.Name(), v.Code))
	} else {
		l.note(line, fmt.Sprintf("the variant %s has the code %q of another: it is %q", v.Name(), was, v.Code))
	}
}

func joined(a, separator, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + separator + b
}

// slug writes option values as Shopify writes handles: "Extra Large", "Red" gives
// "extra-large-red".
func slug(options []string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(strings.Join(options, " ")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}), "-")
}
