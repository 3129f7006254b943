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
	"pulperia/routes/frame"
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
	Pieces, Variants          int64
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
	Pieces                              int64
	Counted                             bool
}

// counts are the variants of a product in its row.
func counts(product models.Product, back string) (all []shelfCount) {
	for _, v := range product.Variants {
		id := product.ID.String()
		all = append(all, shelfCount{
			ID: id, Key: id + "-" + v.ID.String(), Variant: v.ID.String(), Title: product.Title, Name: v.Name(), Back: back,
			Stock: field{Value: strconv.FormatInt(v.Stock, 10)}, Pieces: v.Stock, Counted: !bool(v.Uncounted),
		})
	}
	return all
}

func (p *Pages) shelf(v *visit, product models.Product, back string) shelf {
	return shelf{
		ID: product.ID.String(), Title: product.Title, Code: product.Code, Category: product.Category, Rev: product.Rev,
		OnSale: product.Status, Editable: v.who.Can(shop.CatalogueWrite),
		Price: field{Value: v.voice.Typed(product.Price)}, Was: product.Price.String(), Money: product.Price,
		Stock: field{Value: strconv.FormatInt(product.Stock, 10)}, Pieces: product.Stock, Back: back,
		Variants: int64(len(product.Variants)), Counted: !bool(product.Uncounted),
		Key: product.ID.String(), Counts: counts(product, back),
	}
}

// retypedShelf is a row that was refused: what is shown in it again, and why.
type retypedShelf struct {
	id           models.ID
	variant      models.ID // that was counted
	price, stock *field
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
	args := readShelves(r.URL.Query())
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

// rowForm is what the forms in a row have in common.
type rowForm struct {
	url.Values
	id   models.ID
	back string // the page that the row stands on
}

func readRow(r *http.Request) (f rowForm, err error) {
	if f.Values, err = readForm(r); err != nil {
		return f, err
	}
	f.id, err = pageID(r, "pid")
	f.back = localPath(f.Get("back"))
	if f.back == "/" {
		f.back = shelvesPage
	}
	return f, err
}

// SetPrice changes a price in its row, if it is still the one that was shown there.
func (p *Pages) SetPrice(w http.ResponseWriter, r *http.Request) {
	form, err := readRow(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	var problems models.Invalid
	price := models.Notation{}.Money(&problems, "price", form.Get("price"))
	if problems != nil {
		p.refuseRow(w, r, form, problems)
		return
	}
	was, _ := models.ParseMoney(form.Get("was"))
	p.change(w, r, form, "priced", func(product *models.Product) error {
		if product.Price != was && product.Price != price {
			return changedPrice{product.Price}
		}
		product.Price = price
		return nil
	})
}

// changedPrice refuses to change a price that somebody else has changed meanwhile.
type changedPrice struct{ now models.Money }

func (changedPrice) Error() string { return "the price has changed" }

// SetStatus puts a product on sale, or hides it.
func (p *Pages) SetStatus(w http.ResponseWriter, r *http.Request) {
	form, err := readRow(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	onSale := form.Get("status") == "true"
	did := "hidden"
	if onSale {
		did = "shown"
	}
	p.change(w, r, form, did, func(product *models.Product) error {
		product.Status = onSale
		return nil
	})
}

// change does something to a product and goes back to its row, from where it can be taken back.
func (p *Pages) change(w http.ResponseWriter, r *http.Request, form rowForm, did string, do func(*models.Product) error) {
	var was models.Product
	now, _, err := p.shop.ChangeProduct(r.Context(), form.id, func(product *models.Product) error {
		was = product.Clone()
		return do(product)
	})
	stale, isStale := errors.AsType[changedPrice](err)
	problems := refusedFields(err)
	switch {
	case isStale:
		p.refuseRow(w, r, form, models.Invalid{{Field: "price", Rule: models.Changed, Limit: stale.now.String()}})
	case problems != nil:
		p.refuseRow(w, r, form, problems)
	case err != nil:
		p.Fail(w, r, err)
	default:
		p.toRow(w, r, form, editOf(did, was, now))
	}
}

// SetStock counts a product in its row: a number of pieces, or one more or fewer.
func (p *Pages) SetStock(w http.ResponseWriter, r *http.Request) {
	form, err := readRow(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	change := shop.StockChange{Variant: variantOf(form)}
	var problems models.Invalid
	if one, err := strconv.ParseInt(form.Get("add"), 10, 64); err == nil {
		change.Add = &one
	} else {
		set := models.Notation{}.Whole(&problems, "stock", form.Get("stock"), models.MaxStock)
		was, _ := strconv.ParseInt(form.Get("was"), 10, 64)
		change.Set, change.Was = &set, &was
	}
	if problems != nil {
		p.refuseRow(w, r, form, problems)
		return
	}
	now, _, err := p.shop.ChangeStock(r.Context(), frame.WhoFrom(r.Context()), form.id, change)
	stale, isStale := errors.AsType[shop.Stale](err)
	problems = refusedFields(err)
	switch {
	case isStale:
		p.refuseRow(w, r, form, models.Invalid{{Field: "stock", Rule: models.Changed, Limit: strconv.FormatInt(stale.Stock, 10)}})
	case problems != nil:
		p.refuseRow(w, r, form, problems)
	case err != nil:
		p.Fail(w, r, err)
	default:
		p.toRow(w, r, form, countOf(change, now))
	}
}

// variantOf is the variant that a form counts; zero of a product that has none.
func variantOf(form rowForm) models.ID {
	id, _ := models.ParseID(form.Get("variant"))
	return id
}

// toRow goes back to the row of a product that was changed; to the top when nothing was.
func (p *Pages) toRow(w http.ResponseWriter, r *http.Request, form rowForm, act undo) {
	to := form.back + "#p-" + form.id.String()
	if act.Edit != nil {
		act.Back = to
		p.offer(w, r, act)
	}
	p.lead(w, r, to)
}

// refuseRow shows the page of a row again, with what is wrong beside what was typed. What somebody
// else has changed meanwhile is told, and the form is about what there is now.
func (p *Pages) refuseRow(w http.ResponseWriter, r *http.Request, form rowForm, problems models.Invalid) {
	status, names := http.StatusBadRequest, [2]string{"price", "stock"}
	problems = slices.Clone(problems)
	for i, one := range problems {
		if one.Rule == models.Choose || one.Rule == models.NotCounted { // it has got variants meanwhile, or is counted no more
			problems[i].Field = "stock"
		}
		if one.Rule == models.Changed {
			status = http.StatusConflict
		}
	}
	there, _ := url.Parse(form.back) // it is a local path
	args := readShelves(there.Query())
	if there.Path != shelvesPage || args.problems != nil {
		args = shelvesArgs{page: 1}
	}
	p.refill(w, r, status, "shelves", args.here(), func(ctx context.Context, v *visit) (any, error) {
		again := retypedShelf{id: form.id, variant: variantOf(form)}
		for i, into := range []**field{&again.price, &again.stock} {
			if said := sayProblem(v.voice, problems, names[i]); said != "" {
				*into = &field{cmp.Or(typed(form.Values, names[i]), "0"), said}
			}
		}
		return p.shelvesSheet(ctx, v, args, again)
	})
}
