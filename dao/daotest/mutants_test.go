package daotest_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

// tiesByID forgets that createdAt comes before the id.
type tiesByID struct{ dao.Products }

func (p tiesByID) List(ctx context.Context, q models.ProductQuery) (models.ProductPage, error) {
	all := q
	all.Page, all.Limit = 1, models.MaxLimit
	page, err := p.Products.List(ctx, all)
	slices.SortFunc(page.Products, func(a, b models.Product) int {
		byPrice := map[models.Sort]int{models.PriceAsc: 1, models.PriceDesc: -1}[q.Sort] * cmp.Compare(a.Price, b.Price)
		return cmp.Or(byPrice, a.ID.Compare(b.ID))
	})
	from, to := q.Window(len(page.Products))
	return models.ProductPage{Products: page.Products[from:to], Total: page.Total, Page: max(q.Page, 1), Limit: q.Limit}, err
}

type totalOfPage struct{ dao.Products }

func (p totalOfPage) List(ctx context.Context, q models.ProductQuery) (models.ProductPage, error) {
	page, err := p.Products.List(ctx, q)
	page.Total = len(page.Products)
	return page, err
}

type wholeWords struct{ dao.Products }

func (p wholeWords) List(ctx context.Context, q models.ProductQuery) (models.ProductPage, error) {
	page, err := p.Products.List(ctx, q)
	page.Products = slices.DeleteFunc(page.Products, func(p models.Product) bool {
		return slices.ContainsFunc(models.Words(q.Text), func(word string) bool { return !slices.Contains(p.Words(), word) })
	})
	return page, err
}

type keepsCodes struct {
	dao.Products
	mu    sync.Mutex
	taken []string
}

func (p *keepsCodes) Create(ctx context.Context, given models.Product) (models.Product, dao.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(p.taken, given.Code) {
		return models.Product{}, dao.Receipt{}, dao.ErrConflict
	}
	return p.Products.Create(ctx, given)
}

func (p *keepsCodes) Delete(ctx context.Context, id models.ID, checks ...func(models.Product) error) (models.Product, dao.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, receipt, err := p.Products.Delete(ctx, id, checks...)
	p.taken = append(p.taken, was.Code)
	return was, receipt, err
}

type countsApart struct{ dao.Products }

func (p countsApart) List(ctx context.Context, q models.ProductQuery) (models.ProductPage, error) {
	page, err := p.Products.List(ctx, q)
	counted, countErr := p.Products.List(ctx, q)
	page.Total = counted.Total
	return page, errors.Join(err, countErr)
}

type asksNobody struct{ dao.Products }

func (p asksNobody) Delete(ctx context.Context, id models.ID, _ ...func(models.Product) error) (models.Product, dao.Receipt, error) {
	return p.Products.Delete(ctx, id)
}

type foldsCodes struct{ dao.Products }

func (p foldsCodes) Create(ctx context.Context, given models.Product) (models.Product, dao.Receipt, error) {
	page, err := p.List(ctx, models.ProductQuery{Limit: models.MaxLimit})
	for _, other := range page.Products {
		if strings.EqualFold(other.Code, given.Code) {
			return models.Product{}, dao.Receipt{}, dao.ErrConflict
		}
	}
	if err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	return p.Products.Create(ctx, given)
}

type shares struct {
	dao.Products
	kept sync.Map
}

func (p *shares) Get(ctx context.Context, id models.ID) (models.Product, error) {
	if kept, there := p.kept.Load(id); there {
		return kept.(models.Product), nil
	}
	got, err := p.Products.Get(ctx, id)
	if err == nil {
		p.kept.Store(id, got)
	}
	return got, err
}

type tidies struct{ dao.Products }

func (p tidies) Create(ctx context.Context, given models.Product) (models.Product, dao.Receipt, error) {
	given.Normalize() // which writes into the list of thumbnails
	return p.Products.Create(ctx, given)
}

type wrapsErrors struct{ dao.Products }

func (p wrapsErrors) Update(ctx context.Context, id models.ID, change func(*models.Product) error) (models.Product, dao.Receipt, error) {
	got, receipt, err := p.Products.Update(ctx, id, change)
	if err != nil {
		err = fmt.Errorf("update: %w", err)
	}
	return got, receipt, err
}

type nilNil struct{ dao.Products }

func (p nilNil) Get(ctx context.Context, id models.ID) (models.Product, error) {
	got, err := p.Products.Get(ctx, id)
	if err != nil {
		return models.Product{}, nil
	}
	return got, nil
}

type foldsCategories struct{ dao.Products }

func (p foldsCategories) Categories(ctx context.Context) ([]dao.Category, error) {
	categories, err := p.Products.Categories(ctx)
	slices.SortFunc(categories, func(a, b dao.Category) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return categories, err
}

// losesUpdates reads, changes and writes in three steps: the last of those that overlap wins.
type losesUpdates struct{ dao.Carts }

func (c losesUpdates) Update(ctx context.Context, id models.ID, change func(*models.Cart) error) (models.Cart, dao.Receipt, error) {
	changed, err := c.Get(ctx, id)
	if err == nil {
		err = change(&changed)
	}
	if err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	return c.Carts.Update(ctx, id, func(stored *models.Cart) error { stored.Products = changed.Products; return nil })
}

type expiresByCreation struct{ dao.Carts }

func (c expiresByCreation) Expire(ctx context.Context, before models.Time) (n int, err error) {
	carts, _, err := c.List(ctx, 1, math.MaxInt32)
	for _, cart := range carts {
		if cart.CreatedAt < before && err == nil {
			_, _, err = c.Delete(ctx, cart.ID)
			n++
		}
	}
	return n, err
}

// expiresLate deletes what was old when it looked, though it has changed since: it waits for that.
type expiresLate struct {
	dao.Carts
	once    *sync.Once
	changed chan struct{}
}

func newExpiresLate(c dao.Carts) dao.Carts {
	return expiresLate{c, new(sync.Once), make(chan struct{})}
}

func (c expiresLate) Update(ctx context.Context, id models.ID, change func(*models.Cart) error) (models.Cart, dao.Receipt, error) {
	defer c.once.Do(func() { close(c.changed) })
	return c.Carts.Update(ctx, id, change)
}

func (c expiresLate) Expire(ctx context.Context, _ models.Time) (n int, err error) {
	carts, _, err := c.List(ctx, 1, math.MaxInt32)
	<-c.changed
	for _, cart := range carts {
		if _, _, err := c.Delete(ctx, cart.ID); err != nil {
			return n, err
		}
		n++
	}
	return n, err
}

// copyOf fills a new store with what an old one holds, as a restart without a feed would.
func copyOf(t *testing.T, from, to dao.Store) dao.Store {
	t.Helper()
	_, err := from.Dump(t.Context(), func(b dao.Batch) error {
		_, err := to.Load(t.Context(), b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}
