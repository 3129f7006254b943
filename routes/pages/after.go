package pages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// ending is the place at which a page of a list ended when it was shown. It travels with the link to
// the next page, so that nothing that has moved up meanwhile, because something before it was
// deleted, is skipped: also when it is the very product with which the page had ended. It is zero
// where no page is told of.
type ending struct {
	id    models.ID
	price models.Money
	made  models.Time
}

func endingOf(page models.ProductPage) ending {
	last := page.Products[len(page.Products)-1]
	return ending{last.ID, last.Price, last.CreatedAt}
}

// String is what stands in a link.
func (e ending) String() string { return fmt.Sprintf("%s.%d.%d", e.id, e.price, e.made) }

// parseEnding reads what stands in a link; from a page of an older pulperia, only the id.
func parseEnding(text string) ending {
	id, rest, _ := strings.Cut(text, ".")
	price, made, whole := strings.Cut(rest, ".")
	var e ending
	var err error
	if e.id, err = models.ParseID(id); err != nil || rest == "" {
		return e
	}
	amount, err1 := strconv.ParseInt(price, 10, 64)
	millis, err2 := strconv.ParseInt(made, 10, 64)
	if !whole || errors.Join(err1, err2) != nil {
		return ending{}
	}
	e.price, e.made = models.Money(amount), models.Time(millis)
	return e
}

// link adds the place to the address of the page after it.
func (e ending) link(to string) string {
	if e.id.IsZero() {
		return to
	}
	return to + "&after=" + e.String()
}

// listAfter returns a page of a list that goes on after a place: what has moved up to the pages
// before it stands first.
func (p *Pages) listAfter(ctx context.Context, q models.ProductQuery, after ending) (models.ProductPage, error) {
	list, err := p.shop.Products.List(ctx, q)
	if err != nil || after.id.IsZero() || q.Page < 2 {
		return list, err
	}
	last := models.Product{ID: after.id, Price: after.price, CreatedAt: after.made}
	if after.made == 0 { // a link that does not tell more than the product
		if last, err = p.shop.Products.Get(ctx, after.id); err != nil {
			if errors.Is(err, dao.ErrNotFound) {
				err = nil
			}
			return list, err
		}
	}
	q.Page = min(q.Page, 1+(list.Total+q.Limit-1)/q.Limit) // behind the end there is nothing to walk through
	for all := false; !all && q.Page > 1 && len(list.Products) < models.MaxLimit; {
		q.Page--
		before, err := p.shop.Products.List(ctx, q)
		if err != nil {
			return list, err
		}
		seen := 0
		for seen < len(before.Products) && q.Compare(before.Products[seen], last) <= 0 {
			seen++
		}
		list.Products, all = slices.Concat(before.Products[seen:], list.Products), seen > 0
	}
	return list, nil
}
