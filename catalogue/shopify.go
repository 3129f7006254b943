package catalogue

import (
	"cmp"
	"fmt"
	"io"
	"slices"
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
			if r.notation == (models.Notation{}) && s.separator == ';' {
				r.notation.Comma = true
			}
			return nil
		}
		if err != nil {
			return err
		}
		r.notation.Learn(next.cells[colQuantity], 0)
		for _, c := range []column{colPrice, colCompareAt, colCost} {
			r.notation.Learn(next.cells[c], models.PricePlaces)
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

// putGroup hands out a product for each variant.
func (r *reading) putGroup(s *sheet, g group) error {
	common := g.common()
	for i := range g {
		if i > 0 && !g[i].isVariant() {
			continue
		}
		if err := r.put(func() Entry { return r.variant(s, &common, &g[i]) }); err != nil {
			return err
		}
	}
	return nil
}

// common is what the variants of a product share.
type common struct {
	handle, title, description, category string
	states                               []string
	pictures                             []string
	notes                                []Note // about the pictures; the first variant takes them
}

func (g group) common() common {
	tag, _, _ := strings.Cut(g.first(colTags), ",")
	c := common{
		handle:      g.handle(),
		title:       g.first(colTitle),
		description: g.first(colBody),
		category:    cmp.Or(g.first(colType), strings.TrimSpace(tag)),
		states:      []string{g.first(colStatus), g.first(colPublished)},
	}
	if utf8.ValidString(c.description) { // or else the rule refuses it
		c.description = plainText(c.description)
	}
	var l loose
	for i := range g {
		c.pictures = l.addCell(c.pictures, g[i].line, "thumbnails", g[i].cells[colImage])
	}
	c.notes = l.notes
	return c
}

// variant makes the product of one variant.
func (r *reading) variant(s *sheet, c *common, row *row) Entry {
	l := loose{notation: r.notation, notes: c.notes}
	c.notes = nil
	options := row.options()
	p := models.Product{
		Title:       l.cell("title", c.title),
		Description: l.cell("description", c.description),
		Code:        l.cell("code", cmp.Or(row.cells[colSKU], joined(c.handle, "-", slug(options)))),
		Price:       l.money("price", models.JSON(row.cells[colPrice])),
		Category:    l.cell("category", c.category),
		Stock:       l.stock(s, row),
		Status:      true,
	}
	if p.Title != "" {
		p.Title = joined(p.Title, " – ", strings.Join(options, " / "))
	}
	for _, state := range c.states {
		p.Status = l.state("status", models.JSON(state)) && p.Status
	}
	p.Thumbnails = l.addCell(nil, row.line, "thumbnails", row.cells[colVariantImage])
	for _, picture := range c.pictures {
		p.Thumbnails = l.addCell(p.Thumbnails, row.line, "thumbnails", picture)
	}
	if len(p.Thumbnails) > 0 {
		l.say("thumbnails")
	}
	return l.entry(row.line, p)
}

// stock reads how much there is of a variant. Shopify does not count it where it names no tracker,
// and goes on selling what is counted where the policy says so.
func (l *loose) stock(s *sheet, r *row) int64 {
	policy := strings.ToLower(r.cells[colPolicy])
	if s.has(colTracker) && r.cells[colTracker] == "" || policy == "continue" || policy == "true" {
		l.say("stock")
		l.note(0, Uncounted)
		return models.MaxStock
	}
	stock := l.whole("stock", models.JSON(r.cells[colQuantity]))
	if stock < 0 {
		l.note(0, Oversold)
	}
	return max(0, stock)
}

// options returns the values that tell a variant from its siblings.
func (r *row) options() []string {
	options := []string{r.cells[colOption1], r.cells[colOption2], r.cells[colOption3]}
	return slices.DeleteFunc(options, func(option string) bool { return option == "" || option == "Default Title" })
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
