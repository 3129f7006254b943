package dbmanagers

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/cespare/xxhash/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Products = products{}

type products struct{ *collection }

var productShape = shape{
	doc: func(raw bson.Raw, rev int64) json.RawMessage {
		p := readProduct(raw)
		p.Rev = rev
		return models.JSON(p)
	},
	keys: func(raw bson.Raw) bson.D {
		p := readProduct(raw)
		return withUnique(ownKeys(p), p.Code)
	},
}

// ownKeys are the derived values of a product, with a sum by which a change that another program
// made is noticed.
func ownKeys(p models.Product) bson.D {
	keys := productKeys(p)
	p.Rev, p.CreatedAt, p.UpdatedAt = 0, 0, 0
	sum := xxhash.Sum64(models.JSON(p))
	return append(keys, bson.E{Key: "sum", Value: int64(sum)})
}

// Get returns one product.
func (p products) Get(ctx context.Context, id models.ID) (models.Product, error) {
	leave, err := p.enter(ctx)
	if err != nil {
		return models.Product{}, err
	}
	defer leave()
	rec, err := p.find(ctx, id)
	if err != nil {
		return models.Product{}, err
	}
	return rec.product(), nil
}

// Create stores a new product.
func (p products) Create(ctx context.Context, product models.Product) (stored models.Product, receipt dao.Receipt, err error) {
	product = product.Clone()
	product.Normalize()
	if err := product.Check(); err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	ctx, leave, err := p.enterWrite(ctx)
	if err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	defer leave()
	given := idFor(&product.ID)
	product.CreatedAt = p.clock.next()
	product.UpdatedAt = product.CreatedAt
	fresh := draft{
		id: product.ID, given: given,
		write: func(rev int64) (bson.D, bson.D, json.RawMessage) {
			product.Rev = rev
			stored = product
			return productDoc(product), withUnique(ownKeys(product), product.Code), models.JSON(product)
		},
		taken: func(rec record) error {
			if stored = rec.product(); !stored.Same(product) {
				return dao.Conflict{Field: "_id", Value: product.ID.String()}
			}
			return nil
		},
		other: func(ctx context.Context) error { return p.codeTaken(ctx, uniqueField, product.Code, product.ID) },
		keeps: func(ctx context.Context) error { return p.keeps(ctx, product.Code, product.ID) },
	}
	if err = p.codeTaken(ctx, codeField, product.Code, product.ID); err == nil {
		receipt, err = p.create(ctx, fresh)
	} else if given && errors.Is(err, dao.ErrConflict) { // where the id is taken, too, that counts, as on files
		if rec, absent := p.find(ctx, product.ID); absent == nil {
			receipt, err = p.repeated(ctx, rec, fresh.taken)
		}
	}
	if err != nil {
		return models.Product{}, dao.Receipt{}, fmt.Errorf("create product: %w", err)
	}
	return stored, receipt, nil
}

// Update changes a product.
func (p products) Update(ctx context.Context, id models.ID, alter func(*models.Product) error) (stored models.Product, receipt dao.Receipt, err error) {
	ctx, leave, err := p.enterWrite(ctx)
	if err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	defer leave()
	var wanted, free string // a new code, and one that nobody else has
	for pause := time.Millisecond; ; pause *= 2 {
		receipt, err = p.update(ctx, id, func(rec record) (*change, error) {
			if p.stale(rec.raw) {
				return nil, errStale
			}
			before := rec.product()
			after, err := altered(before, alter)
			if err != nil || after.Same(before) {
				stored = before
				return nil, err
			}
			if wanted = after.Code; wanted != before.Code && wanted != free {
				return nil, errNewCode
			}
			after.UpdatedAt = now()
			stored = after
			todo := productUpdate(before, after, rec.raw)
			if after.Code != before.Code {
				todo.keeps = func(ctx context.Context) error { return p.keeps(ctx, after.Code, id) }
			}
			todo.tell = func(rev int64) json.RawMessage { stored.Rev = rev; return models.JSON(stored) }
			return todo, nil
		})
		if err == nil {
			return stored, receipt, nil
		}
		if errors.Is(err, errNewCode) {
			free = wanted
		}
		if err := p.makeWay(ctx, id, wanted, pause, err); err != nil {
			return models.Product{}, dao.Receipt{}, err
		}
	}
}

// makeWay does what an update needs before it is tried again, if the reason why it failed is one
// that passes.
func (p products) makeWay(ctx context.Context, id models.ID, code string, pause time.Duration, reason error) error {
	switch {
	case errors.Is(reason, errStale):
		return p.noticeFirst(ctx, id)
	case errors.Is(reason, errNewCode):
		return p.codeTaken(ctx, codeField, code, id)
	case mongo.IsDuplicateKeyError(reason):
		if err := p.codeTaken(ctx, uniqueField, code, id); err != nil {
			return err
		}
		return pauseFor(ctx, pause, reason)
	}
	return reason
}

// productUpdate is the change that makes one product of another.
func productUpdate(before, after models.Product, raw bson.Raw) *change {
	todo := &change{keys: ownKeys(after)}
	if after.Code != before.Code {
		todo.keys = withUnique(todo.keys, after.Code)
	}
	todo.set, todo.unset = productChange(before, after, raw)
	return todo
}

// altered is what alter makes of a product, checked.
func altered(before models.Product, alter func(*models.Product) error) (models.Product, error) {
	given := before.Clone()
	if err := alter(&given); err != nil {
		return models.Product{}, err
	}
	after := given.Clone() // alter may have kept its argument
	after.ID, after.CreatedAt, after.UpdatedAt, after.Rev = before.ID, before.CreatedAt, before.UpdatedAt, before.Rev
	after.Normalize()
	return after, after.CheckChange(before)
}

// Delete removes a product. Its code is free as soon as it is marked as deleted.
func (p products) Delete(ctx context.Context, id models.ID, checks ...func(models.Product) error) (models.Product, dao.Receipt, error) {
	ctx, leave, err := p.enterWrite(ctx)
	if err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	defer leave()
	var refused error
	was, receipt, err := p.delete(ctx, id, func(rec record) (bson.D, bool) {
		refused = nil
		for _, check := range checks {
			refused = cmp.Or(refused, check(rec.product()))
		}
		return bson.D{{Key: "code", Value: fmt.Sprintf("deleted %s %d", id, time.Now().UnixNano())}}, refused == nil
	})
	if err = cmp.Or(err, refused); err != nil {
		return models.Product{}, receipt, err
	}
	return was.product(), receipt, nil
}
