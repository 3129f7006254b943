package catalogue

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Product is what a file says about a product, which may be less than a whole one. What the file
// says keeps the rules of models.
type Product struct {
	models.Product          // fields that the file says nothing about are zero
	Says           []string // the names of the others
	spoilt         []string // what the file says, but not so that it can be known
	said           []saying // of each variant of a sheet; nil where a file says all of them
}

// What an import makes of what a file leaves open, for the report.
const (
	Uncounted     = "stock is not counted in the file: it can always be bought"
	NoStock       = "the file has no stock for it: it is not counted, and can always be bought"
	NoCategory    = "the file has no category for it: it came in as " + defaultCategory
	NoDescription = "the file has no description for it: it came in with its title"
	Oversold      = "stock is below zero in the file: it is 0 here"

	StockOfNoVariant = "its variants are not counted alike, and the file does not say whose its stock is: the stock was left out"
	// Of its pictures.
	MendedPictures  = "the address of a picture is written out: https: before //, %20 for a space"
	TooManyPictures = "there are more pictures than a product may have: it keeps the first 20"

	// Of its figures.
	WithComma = "a figure that could be two numbers is read with a comma before decimals"
	WithPoint = "a figure that could be two numbers is read with a point before decimals"
)

// defaultCategory is that of a product without one.
const defaultCategory = "General"

// says says whether the file says something about a field.
func (p *Product) says(field string) bool { return slices.Contains(p.Says, field) }

// Over returns a product that is there, with what the file says.
func (p Product) Over(old models.Product) models.Product {
	if one := p.variantOf(old); one >= 0 {
		return p.overVariant(old, one)
	}
	over := p.over(old, old)
	if p.saysStockOfNone(old) {
		over.Stock, over.Uncounted = old.Stock, old.Uncounted
	}
	over.Identify(old, noID)
	over.Normalize()
	over.Settle(old)
	return over
}

// over returns a product with what the file says; was is what it was.
func (p Product) over(old, was models.Product) models.Product {
	for _, field := range p.Says {
		switch field {
		case "title":
			old.Title = p.Title
		case "description":
			old.Description = p.Description
		case "price":
			old.Price = p.Price
		case "status":
			old.Status = p.Status
		case "stock":
			old.Stock, old.Uncounted = p.Stock, p.Uncounted
		case "category":
			old.Category = p.Category
		case "thumbnails":
			old.Thumbnails = slices.Clone(p.Thumbnails)
		default:
			p.moreOver(field, &old, was)
		}
	}
	return old
}

// Whole returns a new product, and what was made of what the file leaves open. One without a title,
// a code or a price is models.Invalid.
func (p Product) Whole() (whole models.Product, made []string, err error) {
	whole = p.Product.Clone()
	var missing models.Invalid
	for _, field := range []string{"title", "code", "price"} {
		if !p.says(field) && (field != "price" || len(p.Variants) == 0) {
			missing.Add(field, models.Required, nil, "")
		}
	}
	if missing != nil {
		return models.Product{}, nil, missing
	}
	if !p.says("description") {
		whole.Description, made = whole.Title, append(made, NoDescription)
	}
	if !p.says("category") {
		whole.Category, made = defaultCategory, append(made, NoCategory)
	}
	if !p.says("status") {
		whole.Status = !slices.Contains(p.spoilt, "status")
	}
	if len(p.Variants) == 0 && !p.says("stock") && !bool(p.Uncounted) && !slices.Contains(p.spoilt, "stock") {
		whole.Uncounted, made = true, append(made, NoStock)
	}
	for i := range p.said {
		if !p.said[i].stock {
			whole.Variants[i].Uncounted, made = true, appendNew(made, NoStock)
		}
	}
	whole.Identify(models.Product{}, func(int) models.ID { return models.NewID(time.Now()) })
	whole.Normalize()
	whole.Settle(models.Product{})
	return whole, made, whole.Check()
}

// Entry is one value of a file: exactly one of Product, Cart, Message and Other is set, or else
// Problem.
type Entry struct {
	Line    int         // where it begins in the file, from 1
	Kind    *dao.Schema // of Cart, Message and Other
	Product *Product
	Cart    *models.Cart
	Message *models.Message
	Other   models.Value // of any other kind
	Bytes   []byte       // of an image that values name, instead of a value
	Problem error        // why the entry is refused: its fields and the reasons, usually models.Invalid
	Refused Named        // the product that is refused, as far as it could be read
	Notes   []Note       // what is not as the file says
}

// Named is what a product is known by: carts name its id, shops know it by its code.
type Named struct {
	ID   models.ID
	Code string
}

// Note says what of an entry is not as the file says.
type Note struct {
	Line int    // where that stands, if it concerns one place; 0 for what concerns many entries alike
	Text string // such as `stock must be a whole number; got "2.5": left out`
}

// entry makes the entry of a product as it was read, without the parts that are none if it can do
// without them.
func (l *loose) entry(line int, read models.Product) Entry {
	read.Normalize()
	l.cut(line, "title", &read.Title, models.MaxLine)
	l.cut(line, "category", &read.Category, models.MaxLine)
	l.cut(line, "description", &read.Description, models.MaxDescription)
	p := Product{Product: read, Says: l.says, said: l.variants}
	broken, _ := errors.AsType[models.Invalid](completed(read).Check())
	l.add(slices.DeleteFunc(broken, func(problem models.Problem) bool { return !p.says(baseOf(problem)) }).Err())
	if !p.says("code") || slices.ContainsFunc(l.bad, isFatal) {
		_, _, err := p.Whole()
		return Entry{Line: line, Problem: l.with(err), Refused: Named{read.ID, read.Code}}
	}
	for _, problem := range l.bad {
		p.leaveOut(baseOf(problem))
		l.note(line, problem.Field+" "+problem.Reason()+": "+leftOut(problem.Field))
	}
	bare := models.Product{ID: read.ID, Code: read.Code, Held: read.Held, CreatedAt: read.CreatedAt, UpdatedAt: read.UpdatedAt, Rev: read.Rev}
	p.Product = p.over(bare, bare)
	return Entry{Line: line, Product: &p, Notes: l.notes}
}

// isFatal says whether there is no product without the part that has a problem: what names it, what
// it costs, and what its owner has to decide.
func isFatal(problem models.Problem) bool {
	switch baseOf(problem) {
	case "description", "status", "stock", "category", "thumbnails", "compareAt", "tax", "tags", "vendor", "barcode":
		return problem.Rule == models.TwoReadings
	}
	return true
}

func (p *Product) leaveOut(field string) {
	p.Says = slices.DeleteFunc(p.Says, func(said string) bool { return said == field })
	p.spoilt = append(p.spoilt, field)
}

func leftOut(field string) string {
	switch field {
	case "stock":
		return "left out, a new product has 0"
	case "status":
		return "left out, a new product is off sale"
	}
	return "left out"
}

// cut shortens a text that is too long, at a space if there is one near.
func (l *loose) cut(line int, field string, text *string, most int) {
	if len(*text) <= most || !utf8.ValidString(*text) {
		return
	}
	runes := []rune(*text)
	if len(runes) <= most {
		return
	}
	kept := string(runes[:most-1])
	if space := strings.LastIndexFunc(kept, unicode.IsSpace); space > len(kept)*3/4 {
		kept = kept[:space]
	}
	*text = strings.TrimSpace(kept) + "…"
	l.note(line, fmt.Sprintf("%s must have at most %d characters; got %d: it was cut", field, most, len(runes)))
}
