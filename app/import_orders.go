package app

import (
	"context"
	"fmt"
	"strings"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/models"
)

// What an import makes of orders that are there, for the report.
const (
	keptOrder   = "the shop has gone on with it since: it is left as it is"
	keptCounter = "the shop counts on from the highest number of both"
)

// stockMove is an order that has taken pieces of a product out of its stock, or given some back.
type stockMove struct {
	at     models.Time // the last time
	number int64
}

// movesOf returns what orders of the shop have done to the stock of products, by product. It is read
// once, before any order of the files comes in: products stand before orders in an export.
func (im *importer) movesOf(ctx context.Context) (map[models.ID][]stockMove, error) {
	if im.moves != nil {
		return im.moves, nil
	}
	im.moves = map[models.ID][]stockMove{}
	if im.shop == nil || !im.had[dao.KindOrder] {
		return im.moves, nil
	}
	_, err := im.shop.Dump(ctx, func(batch dao.Batch) error {
		for _, v := range batch.Others {
			o, is := v.(*models.Order)
			if !is {
				continue
			}
			move := stockMove{lastMove(o), o.Number}
			for choice := range o.Pieces() {
				im.moves[choice.Product] = append(im.moves[choice.Product], move)
			}
		}
		return nil
	})
	return im.moves, err
}

// lastMove is when an order has changed a stock the last time: it was placed, it ended before its pieces
// left the shop, or some of these have come back.
func lastMove(o *models.Order) models.Time {
	last := o.CreatedAt
	for _, event := range o.History {
		switch state := models.OrderState(event.What); {
		case state == models.OrderPlaced:
			// The time of the step, which the product has, too: orders are created at times of their
			// own, a millisecond later where another one was created in that one.
			last = event.At
		case state.IsOff():
			last = max(last, event.At)
		}
	}
	for _, line := range o.Lines {
		for _, fact := range o.Ledger {
			if line.Restocked > 0 && fact.Kind == models.FactRefunded {
				last = max(last, fact.At)
			}
		}
	}
	return last
}

// keepsStock says whether the stock of a product stays as the shop has it: the file is a backup of
// this very product, and orders have taken of it, or given back, since that was made. It notes so.
func (im *importer) keepsStock(ctx context.Context, e *catalogue.Entry, old models.Product) (bool, error) {
	p := e.Product
	if p.ID.IsZero() || p.ID != old.ID || p.UpdatedAt == 0 {
		return false, nil
	}
	moves, err := im.movesOf(ctx)
	if err != nil {
		return false, err
	}
	var since []int64
	for _, move := range moves[old.ID] {
		if move.at > p.UpdatedAt {
			since = append(since, move.number)
		}
	}
	said, kept := p.Over(old), withStockOf(p.Over(old), old)
	if len(since) == 0 || said.Same(kept) {
		return false, nil
	}
	e.Notes = append(e.Notes[:len(e.Notes):len(e.Notes)], catalogue.Note{Line: e.Line, Text: fmt.Sprintf(
		"%q: the stock stays what the shop has, %s, and does not become that of the file, %s: %s (%s) took pieces or gave them back since; "+
			"if it is wrong, count it at /admin/stock", old.Code, stockText(old), stockText(said), counts(len(since), "order"), numbersText(since))})
	return true, nil
}

// withStockOf is a product with the stock of how it was.
func withStockOf(now, old models.Product) models.Product {
	now = now.Clone()
	now.Stock = old.Stock
	for i, v := range now.Variants {
		if was := old.Variant(v.ID); was != nil {
			now.Variants[i].Stock = was.Stock
		}
	}
	now.Settle(old)
	return now
}

func stockText(p models.Product) string {
	if len(p.Variants) == 0 {
		return fmt.Sprint(p.Stock)
	}
	texts := make([]string, len(p.Variants))
	for i, v := range p.Variants {
		texts[i] = fmt.Sprintf("%d of %s", v.Stock, v.Code)
	}
	return strings.Join(texts, ", ")
}

// isLaterHere says whether a value of a file is there, and the shop has gone on with it since: an order
// that was made of the same request, or what numbers are counted with.
func isLaterHere(value, old models.Value) (kept string, is bool) {
	switch v := value.(type) {
	case *models.Counter:
		return keptCounter, true
	case *models.Order:
		o := old.(*models.Order)
		return keptOrder, o.Number == v.Number && o.Cart == v.Cart && o.RequestHash == v.RequestHash &&
			o.CreatedAt == v.CreatedAt && o.UpdatedAt >= v.UpdatedAt
	}
	return "", false
}
