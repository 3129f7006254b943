package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/views"
)

const (
	stockPage = "/admin/stock"
	stockSize = 50
)

// stockSheet is what there is, a row for each choice, that of which there is least first.
type stockSheet struct {
	views.Page
	Q, NoSearch string
	Total       int64
	Rows        []stockRow
	Pager       pager
	PastEnd     string
}

// stockRow is a choice in a row in which it is counted.
type stockRow struct {
	ID, Key, Variant, Title, Name, Code, Back string
	Rev                                       int64
	Pieces, Held, Free                        int64 // on the shelf, of them in open orders, and those that can be bought
	Counted, OnSale                           bool
	Stock, Received                           field
	Words, Sign                               string // how many can be bought, in words
}

type stockArgs struct {
	text     string
	page     int
	problems models.Invalid
}

func readStock(query url.Values) stockArgs {
	args := stockArgs{text: strings.TrimSpace(typed(query, "q")), page: between(query.Get("page"), 1, 1, 1<<31-1)}
	args.problems, _ = errors.AsType[models.Invalid](models.ProductQuery{Text: args.text, Limit: 1}.Check())
	return args
}

func (a stockArgs) link(page int) string {
	query := url.Values{}
	if a.text != "" {
		query.Set("q", a.text)
	}
	if page > 1 {
		query.Set("page", strconv.Itoa(page))
	}
	if len(query) == 0 {
		return stockPage
	}
	return stockPage + "?" + query.Encode()
}

// Stock shows what there is, to be counted.
func (p *Pages) Stock(w http.ResponseWriter, r *http.Request) {
	args := readStock(queryOf(r))
	fill := func(ctx context.Context, v *visit) (any, error) { return p.stockSheet(ctx, v, args, retypedShelf{}) }
	if args.problems != nil {
		p.refill(w, r, http.StatusBadRequest, "stock", args.link(args.page), fill)
		return
	}
	p.showCounter(w, r, sheet{template: "stock", here: args.link(args.page), private: "stock", fill: fill})
}

func (p *Pages) stockSheet(ctx context.Context, v *visit, args stockArgs, again retypedShelf) (any, error) {
	sheet := stockSheet{
		Page: p.counter(v, v.voice.Say("stocks.title", nil), stockPage), Q: args.text, NoSearch: sayProblem(v.voice, args.problems, "q"),
	}
	if args.problems != nil {
		return sheet, nil
	}
	list, err := p.shop.Shelves(ctx, v.who, shop.PiecesQuery{Text: args.text, Page: args.page, Limit: stockSize})
	if err != nil {
		return nil, err
	}
	shown := false
	for _, pieces := range list.Pieces {
		row := stockRowOf(v, pieces, args.link(args.page))
		shown = row.again(v.voice, again) || shown
		sheet.Rows = append(sheet.Rows, row)
	}
	if !again.id.IsZero() && !shown { // its row has moved to another page
		product, err := p.shop.Products.Get(ctx, again.id)
		if err != nil {
			return nil, err
		}
		for _, pieces := range shop.PiecesOf(product) {
			if row := stockRowOf(v, pieces, args.link(args.page)); row.again(v.voice, again) {
				sheet.Rows = append([]stockRow{row}, sheet.Rows...)
			}
		}
	}
	sheet.Total = int64(list.Total)
	sheet.Pager = pagerOf(models.ProductPage{Total: list.Total, Page: list.Page, Limit: list.Limit}, args.link)
	if len(list.Pieces) == 0 && list.Total > 0 {
		sheet.PastEnd = args.link(int(sheet.Pager.Pages))
	}
	return sheet, nil
}

// again has a row show what was refused in it, and says whether it is the one.
func (row *stockRow) again(voice *views.Voice, of retypedShelf) bool {
	if of.id.IsZero() || row.ID != of.id.String() || row.Variant != "" && row.Variant != of.variant.String() {
		return false
	}
	if of.stock != nil {
		row.Stock = *of.stock
		row.Stock.Problem += " " + voice.Say("shelf.now", map[string]any{"now": strconv.FormatInt(row.Pieces, 10)})
	}
	if of.received != nil {
		row.Received = *of.received
	}
	return true
}

func stockRowOf(v *visit, pieces shop.Pieces, back string) stockRow {
	row := stockRow{
		ID: pieces.Product.String(), Key: pieces.Product.String(), Title: pieces.Title, Name: pieces.Name, Code: pieces.Code, Back: back,
		Rev: pieces.Rev, Pieces: pieces.Shelf(), Held: pieces.Held, Free: pieces.Stock, Counted: pieces.Counted, OnSale: pieces.OnSale,
		Stock: field{Value: strconv.FormatInt(pieces.Shelf(), 10)},
	}
	if !pieces.Variant.IsZero() {
		row.Variant, row.Key = pieces.Variant.String(), row.Key+"-"+pieces.Variant.String()
	}
	words := stockOf(v.voice, models.Product{Status: true, Stock: pieces.Stock, Uncounted: models.Uncounted(!pieces.Counted)})
	row.Words, row.Sign = words.Words, words.State
	return row
}
