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
	"pulperia/shop"
	"pulperia/views"
)

const (
	shelvesPage    = "/admin/products"
	newProductPage = "/admin/products/new"
	shelvesSize    = 50
)

// shelvesSheet is the catalogue as whoever keeps it works on it: the newest first.
type shelvesSheet struct {
	views.Page
	Total    int64
	Q        string
	NoSearch string // what is wrong with the words that were searched for
	Filtered bool
	Rows     []shelf
	Pager    pager
	PastEnd  string
	Editable bool // more than the stock
}

// shelf is a product in a row whose price and stock can be changed where they stand.
type shelf struct {
	ID, Title, Code, Category string
	Rev                       int64
	OnSale, Editable          bool
	Price, Stock              field
	Was                       string // the price as it was shown, for the form to say
	Money                     models.Money
	Pieces, Held, Variants    int64 // pieces on the shelf, with what open orders hold of them
	Counted                   bool
	Back                      string // the page that the row stands on

	Key, Name string       // of what is counted in it
	Variant   string       // "" of the product itself
	Counts    []shelfCount // of its variants
	Counting  bool         // one of these is refused
}

// shelfCount is a variant in the row of its product, to be counted.
type shelfCount struct {
	ID, Key, Variant, Title, Name, Back string
	Stock                               field
	Pieces, Held                        int64 // as in shelf
	Counted                             bool
}

// counts are the variants of a product in its row.
func counts(product models.Product, back string) (all []shelfCount) {
	for _, v := range product.Variants {
		id := product.ID.String()
		all = append(all, shelfCount{
			ID: id, Key: id + "-" + v.ID.String(), Variant: v.ID.String(), Title: product.Title, Name: v.Name(), Back: back,
			Stock: field{Value: strconv.FormatInt(v.Stock+v.Held, 10)}, Pieces: v.Stock + v.Held, Held: v.Held, Counted: !bool(v.Uncounted),
		})
	}
	return all
}

func (p *Pages) shelf(v *visit, product models.Product, back string) shelf {
	return shelf{
		ID: product.ID.String(), Title: product.Title, Code: product.Code, Category: product.Category, Rev: product.Rev,
		OnSale: product.Status, Editable: v.who.Can(shop.CatalogueWrite),
		Price: field{Value: v.voice.Typed(product.Price)}, Was: product.Price.String(), Money: product.Price,
		Stock: field{Value: strconv.FormatInt(product.Stock+product.Held, 10)}, Pieces: product.Stock + product.Held, Held: product.Held, Back: back,
		Variants: int64(len(product.Variants)), Counted: !bool(product.Uncounted),
		Key: product.ID.String(), Counts: counts(product, back),
	}
}

// retypedShelf is a row that was refused: what is shown in it again, and why.
type retypedShelf struct {
	id           models.ID
	variant      models.ID // that was counted
	price, stock *field
	received     *field // as so many more, on the page of the stock
}

// again has a row show what was refused: beside the variant that was counted, if there still is one.
func (row *shelf) again(of retypedShelf) {
	row.Price = *cmp.Or(of.price, &row.Price)
	stock := &row.Stock
	for i := range row.Counts {
		if row.Counts[i].Variant == of.variant.String() && row.Counts[i].Counted {
			stock, row.Counting = &row.Counts[i].Stock, of.stock != nil
		}
	}
	*stock = *cmp.Or(of.stock, stock)
}

// Shelves shows the catalogue.
func (p *Pages) Shelves(w http.ResponseWriter, r *http.Request) {
	args := readShelves(queryOf(r))
	if args.problems != nil {
		p.refill(w, r, http.StatusBadRequest, "shelves", args.link(args.page), func(ctx context.Context, v *visit) (any, error) {
			return p.shelvesSheet(ctx, v, args, retypedShelf{})
		})
		return
	}
	p.showCounter(w, r, sheet{template: "shelves", here: args.here(), private: "shelves", fill: func(ctx context.Context, v *visit) (any, error) {
		return p.shelvesSheet(ctx, v, args, retypedShelf{})
	}})
}

// shelvesArgs are what the address of a page of the catalogue says.
type shelvesArgs struct {
	text     string
	page     int
	after    ending
	problems models.Invalid
}

func readShelves(query url.Values) shelvesArgs {
	args := shelvesArgs{text: typed(query, "q"), page: between(query.Get("page"), 1, 1, 1<<31-1)}
	if args.page > 1 {
		args.after = parseEnding(query.Get("after"))
	}
	if strings.TrimSpace(args.text) == "" {
		args.text = ""
	}
	args.problems, _ = errors.AsType[models.Invalid](args.query().Check())
	return args
}

func (a shelvesArgs) query() models.ProductQuery {
	return models.ProductQuery{Text: a.text, Backwards: true, Page: a.page, Limit: shelvesSize}
}

func (a shelvesArgs) link(page int) string {
	query := url.Values{}
	if a.text != "" {
		query.Set("q", a.text)
	}
	if page > 1 {
		query.Set("page", strconv.Itoa(page))
	}
	if len(query) == 0 {
		return shelvesPage
	}
	return shelvesPage + "?" + query.Encode()
}

func (a shelvesArgs) here() string {
	if a.page > 1 {
		return a.after.link(a.link(a.page))
	}
	return a.link(1)
}

func (p *Pages) shelvesSheet(ctx context.Context, v *visit, args shelvesArgs, again retypedShelf) (any, error) {
	sheet := shelvesSheet{
		Page: p.counter(v, v.voice.Say("shelves.title", nil), shelvesPage), Q: args.text, Filtered: args.text != "",
		NoSearch: sayProblem(v.voice, args.problems, "q"), Editable: v.who.Can(shop.CatalogueWrite),
	}
	if args.problems != nil {
		return sheet, nil
	}
	list, err := p.listAfter(ctx, args.query(), args.after)
	if err != nil {
		return nil, err
	}
	sheet.Total, sheet.Pager = int64(list.Total), newPager(list, args.link)
	if !again.id.IsZero() && !slices.ContainsFunc(list.Products, func(p models.Product) bool { return p.ID == again.id }) {
		product, err := p.shop.Products.Get(ctx, again.id) // its row has moved to another page, or stood on none
		if err != nil {
			return nil, err
		}
		list.Products = append([]models.Product{product}, list.Products...)
	}
	for _, product := range list.Products {
		row := p.shelf(v, product, args.here())
		if product.ID == again.id {
			row.again(again)
		}
		sheet.Rows = append(sheet.Rows, row)
	}
	if len(list.Products) == 0 && list.Total > 0 {
		sheet.PastEnd = args.link(list.TotalPages())
	}
	return sheet, nil
}
