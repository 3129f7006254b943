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

// defaultCategory is that of a product of Shopify that has neither a type nor a tag.
const defaultCategory = "General"

// readShopify reads a product CSV of Shopify. Only the rows of one handle are in memory at a time, so they must stand
// together, as Shopify wants it too.
func readShopify(src *source, put sink) error {
	s, err := newSheet(src)
	if err != nil {
		return err
	}
	begun := make(map[string]int) // the line at which the rows of each handle begin
	var together group
	for {
		r, err := s.next()
		if err == io.EOF {
			return together.put(put)
		}
		if err != nil {
			return err
		}
		if r.isBlank() {
			continue
		}
		if r.problem == nil {
			r.problem = together.refuses(r, begun)
		}
		if r.problem != nil {
			if err := put(r.refused); err != nil {
				return err
			}
			continue
		}
		if r.cells[colHandle] != together.handle() {
			if err := together.put(put); err != nil {
				return err
			}
			begun[strings.Clone(r.cells[colHandle])] = r.line
			together = nil
		}
		together = append(together, r)
	}
}

func (r *row) refused() Entry { return Entry{Line: r.line, Problem: r.problem} }

// isBlank says whether a row has nothing in it; spreadsheets leave such rows behind.
func (r *row) isBlank() bool { return r.problem == nil && r.cells == [columns]string{} }

// isVariant says whether a row is a thing to sell, and not only one more picture.
func (r *row) isVariant() bool {
	for _, c := range []column{colTitle, colPrice, colSKU, colOption1, colOption2, colOption3} {
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

// put hands out a product for each variant.
func (g group) put(put sink) error {
	common := g.common()
	sold := len(g) == 0
	for i := range g {
		if !g[i].isVariant() {
			continue
		}
		sold = true
		if err := put(func() Entry { return common.entry(&g[i]) }); err != nil {
			return err
		}
	}
	if !sold {
		g[0].problem = models.Invalid{{Field: "title", Rule: models.Required}, {Field: "price", Rule: models.Required}}
		return put(g[0].refused)
	}
	return nil
}

// common is what the variants of a product share.
type common struct {
	handle, title, description, category string
	status, published                    string
	pictures                             []string
}

func (g group) common() common {
	tag, _, _ := strings.Cut(g.first(colTags), ",")
	c := common{
		handle:    g.handle(),
		title:     g.first(colTitle),
		category:  cmp.Or(g.first(colType), strings.TrimSpace(tag), defaultCategory),
		status:    g.first(colStatus),
		published: g.first(colPublished),
	}
	c.description = g.first(colBody)
	if utf8.ValidString(c.description) { // or else the rule refuses it
		c.description = cmp.Or(plainText(c.description), c.title)
	}
	for i := range g {
		c.pictures = withPicture(c.pictures, g[i].cells[colImage])
	}
	return c
}

// entry makes the product of one variant.
func (c common) entry(r *row) Entry {
	var l loose
	options := r.options()
	status, published := l.state("status", models.JSON(c.status)), l.state("status", models.JSON(c.published))
	p := models.Product{
		Title:       joined(c.title, " – ", strings.Join(options, " / ")),
		Description: c.description,
		Code:        cmp.Or(r.cells[colSKU], joined(c.handle, "-", slug(options))),
		Price:       l.money("price", models.JSON(r.cells[colPrice])),
		Status:      status && published,
		Category:    c.category,
		Thumbnails:  withPicture(nil, r.cells[colVariantImage]),
	}
	if r.cells[colQuantity] != "" { // empty where Shopify does not count the stock
		p.Stock = max(0, l.whole("stock", models.JSON(r.cells[colQuantity]))) // negative where it was oversold
	}
	for _, picture := range c.pictures {
		p.Thumbnails = withPicture(p.Thumbnails, picture)
	}
	p.Normalize()
	if err := l.with(p.Check()); err != nil {
		return Entry{Line: r.line, Problem: err}
	}
	return Entry{Line: r.line, Product: &p}
}

// withPicture adds a picture that is not there yet, to as many as a product may have: Shopify allows 250.
func withPicture(pictures []string, picture string) []string {
	if picture == "" || len(pictures) == models.MaxThumbnails || slices.Contains(pictures, picture) {
		return pictures
	}
	return append(pictures, picture)
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

// slug writes option values as Shopify writes handles: "Extra Large", "Red" gives "extra-large-red".
func slug(options []string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(strings.Join(options, " ")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}), "-")
}
