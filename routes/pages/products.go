package pages

import (
	"cmp"
	"context"
	"net/http"

	"pulperia/dao/models"
	"pulperia/views"
)

// fewLeft is the stock from which on a page tells how many are left.
const fewLeft = 5

// productsSheet is the list of products with its filters.
type productsSheet struct {
	views.Page
	Filtered   bool
	Refused    string // why a product was not added to the cart
	NoSearch   string // what is wrong with the words that were searched for
	Total      int64
	Filter     filterForm
	Categories []categoryChoice
	Chips      []chip
	Products   []card
	Pager      pager
	PastEnd    string // the address of the last page, on one that lies past it
}

type categoryChoice struct {
	Name     string
	Products int64
	Chosen   bool
}

// card is a product in the list.
type card struct {
	ID, Title, Category string
	Picture             shownPicture
	Price               models.Money
	Stock               stockWords
	Available           bool
	Rev                 int64
	Choose              bool // a variant is to be chosen on the product's page
	Above               bool // likely to be seen at once: its picture does not wait
	Here                string
	Added               bool // to the cart, just now
}

// stockWords says how much is left; state is one of in, few, out and off.
type stockWords struct{ State, Words string }

func stockOf(voice *views.Voice, p models.Product) stockWords {
	switch {
	case !p.Status:
		return stockWords{"off", voice.Say("stock.off", nil)}
	case p.Stock <= 0:
		return stockWords{"out", voice.Say("stock.out", nil)}
	case p.Stock <= fewLeft:
		return stockWords{"few", voice.Say("stock.few", map[string]any{"n": p.Stock})}
	}
	return stockWords{"in", voice.Say("stock.in", nil)}
}

// pager is the way to the pages beside this one.
type pager struct {
	Many        bool
	Page, Pages int64
	Prev, Next  string
}

func newPager(page models.ProductPage, link func(page int) string) pager {
	pager := pager{Page: int64(page.Page), Pages: int64(page.TotalPages())}
	pager.Many = pager.Pages > 1
	if page.Prev() > 0 {
		pager.Prev = link(page.Prev())
	}
	if page.Next() > 0 && len(page.Products) > 0 {
		pager.Next = endingOf(page).link(link(page.Next()))
	}
	return pager
}

// Home shows the shop's front: all that is on sale.
func (p *Pages) Home(w http.ResponseWriter, r *http.Request) { p.Products(w, r) }

// Products shows the list of products that the address asks for.
func (p *Pages) Products(w http.ResponseWriter, r *http.Request) {
	f := readFilter(queryOf(r), p.currency(r.Context()))
	here := f.link(f.page)
	switch {
	case here == "/products":
		here = r.URL.Path
	case f.page > 1:
		here = f.after.link(here)
	}
	if f.problems == nil {
		p.show(w, r, sheet{template: "products", here: here, fill: func(ctx context.Context, v *visit) (any, error) {
			return p.productsSheet(ctx, v, f)
		}})
		return
	}
	p.refill(w, r, http.StatusBadRequest, "products", here, func(ctx context.Context, v *visit) (any, error) {
		return p.productsSheet(ctx, v, f)
	})
}

func (p *Pages) productsSheet(ctx context.Context, v *visit, f filter) (page productsSheet, err error) {
	list, err := p.listAfter(ctx, f.query(), f.after)
	if err != nil {
		return page, err
	}
	categories, err := p.shop.Products.Categories(ctx)
	if err != nil {
		return page, err
	}
	title := v.voice.Say("home.title", nil)
	switch {
	case f.text != "":
		title = v.voice.Say("home.results", map[string]any{"q": f.text})
	case f.filtered():
		title = cmp.Or(f.category, v.voice.Say("home.filtered", nil))
	}
	page = productsSheet{
		Page: p.page(v, title, "home"), Filtered: f.filtered(), Total: int64(list.Total), Filter: f.form(v.voice),
		Chips: f.chips(v.voice), Pager: newPager(list, f.link),
	}
	page.Found = p.foundList(v, f, list)
	page.Search, page.NoSearch = f.typedText, sayProblem(v.voice, f.problems, "q")
	for _, c := range categories {
		page.Categories = append(page.Categories, categoryChoice{c.Name, int64(c.Products), c.Name == f.category})
	}
	sources := make([]string, len(list.Products))
	for i, product := range list.Products {
		sources[i] = p.picture(product)
	}
	own, err := p.showPictures(ctx, sources)
	if err != nil {
		return page, err
	}
	for i, product := range list.Products {
		page.Products = append(page.Products, card{
			ID: product.ID.String(), Title: product.Title, Category: product.Category, Picture: shownAs(own, sources[i], product.Title),
			Price: product.Price, Stock: stockOf(v.voice, product), Available: product.Available(), Rev: product.Rev, Above: i < 4, Choose: len(product.Variants) > 0,
			Here: v.here, Added: v.added == product.ID,
		})
	}
	if len(list.Products) == 0 && list.Total > 0 {
		page.PastEnd = f.link(list.TotalPages())
	}
	return page, nil
}
