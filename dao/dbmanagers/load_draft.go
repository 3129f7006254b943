package dbmanagers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// draftLoad checks the values of a batch, fills in what they do not bring along, and makes
// documents of them: products, carts, messages, each in the given order.
func (e *engine) draftLoad(ctx context.Context, batch dao.Batch) ([]loaded, error) {
	d := drafting{engine: e, now: now(), ids: make(map[changeKey]bool), codes: make(map[string]bool)}
	for _, p := range batch.Products {
		if err := d.product(p.Clone()); err != nil {
			return nil, fmt.Errorf("product %q: %w", p.Code, err)
		}
	}
	for _, c := range batch.Carts {
		if err := d.cart(c.Clone()); err != nil {
			return nil, fmt.Errorf("cart %s: %w", c.ID, err)
		}
	}
	for _, m := range batch.Messages {
		if err := d.message(m); err != nil {
			return nil, fmt.Errorf("message %s: %w", m.ID, err)
		}
	}
	err := e.bounded(ctx, func(ctx context.Context) error { return e.wantFreeCodes(ctx, d.codes, "") })
	if err == nil {
		err = e.bounded(ctx, d.raiseRevs)
	}
	if err != nil {
		return nil, err
	}
	return d.documents(), nil
}

// drafting is a batch on its way to being documents.
type drafting struct {
	*engine
	now      models.Time
	ids      map[changeKey]bool // those of the batch
	codes    map[string]bool
	products []models.Product
	carts    []models.Cart
	messages []models.Message
}

func (d *drafting) product(p models.Product) error {
	p.Normalize()
	if err := p.Check(); err != nil {
		return err
	}
	if d.codes[p.Code] {
		return dao.Conflict{Field: "code", Value: p.Code}
	}
	d.codes[p.Code] = true
	err := d.fillIn(dao.KindProduct, &p.ID, &p.CreatedAt, &p.UpdatedAt, &p.Rev)
	d.products = append(d.products, p)
	return err
}

func (d *drafting) cart(c models.Cart) error {
	c.Normalize()
	if err := c.Check(); err != nil {
		return err
	}
	err := d.fillIn(dao.KindCart, &c.ID, &c.CreatedAt, &c.UpdatedAt, &c.Rev)
	d.carts = append(d.carts, c)
	return err
}

func (d *drafting) message(m models.Message) error {
	m.Normalize()
	if err := m.Check(); err != nil {
		return err
	}
	err := d.fillIn(dao.KindMessage, &m.ID, &m.CreatedAt, new(models.Time), new(int64))
	d.messages = append(d.messages, m)
	return err
}

// fillIn gives a value what it does not bring along.
func (d *drafting) fillIn(kind dao.Kind, id *models.ID, created, updated *models.Time, rev *int64) error {
	if id.IsZero() {
		*id = models.NewID(time.Now())
	}
	if *created == 0 {
		*created = d.clock.next()
	}
	if *updated == 0 {
		*updated = *created
	}
	*rev = max(*rev, 1)
	name := changeKey{kind: kind, id: *id}
	if d.ids[name] {
		return dao.Conflict{Field: "_id", Value: id.String()}
	}
	d.ids[name] = true
	return nil
}

// raiseRevs lifts revisions above those that the feed knows of the same ids.
func (d *drafting) raiseRevs(ctx context.Context) error {
	if base, head := d.feed.bounds(); base == head {
		return nil
	}
	var ids bson.A
	for name := range d.ids {
		ids = append(ids, objectID(name.id))
	}
	last := make(map[changeKey]int64)
	for some := range slices.Chunk(ids, pageSize) {
		filter := bson.M{"kind": bson.M{"$in": bson.A{dao.KindProduct, dao.KindCart}}, "id": bson.M{"$in": some}}
		if err := d.feed.lastRevs(ctx, filter, last); err != nil {
			return err
		}
	}
	for i := range d.products {
		p := &d.products[i]
		p.Rev = max(p.Rev, last[changeKey{kind: dao.KindProduct, id: p.ID}]+1)
	}
	for i := range d.carts {
		c := &d.carts[i]
		c.Rev = max(c.Rev, last[changeKey{kind: dao.KindCart, id: c.ID}]+1)
	}
	return nil
}

// wantFreeCodes is a dao.Conflict when a product has one of some codes already, also one of those
// that another program wrote twice. What a load itself has inserted does not count.
func (e *engine) wantFreeCodes(ctx context.Context, codes map[string]bool, load string) error {
	for some := range slices.Chunk(slices.Collect(maps.Keys(codes)), pageSize) {
		others := bson.M{codeField: bson.M{"$in": some}}
		if load != "" {
			others[loadField] = bson.M{"$ne": load}
		}
		err := e.products.each(ctx, others, nil, func(rec record) error {
			if code := readProduct(rec.raw).Code; codes[code] {
				return dao.Conflict{Field: "code", Value: code}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// documents writes the values as they are stored. What is derived from each comes last.
func (d *drafting) documents() []loaded {
	docs := make([]loaded, 0, len(d.ids))
	add := func(c *collection, id models.ID, rev int64, doc, keys bson.D, told []byte) {
		docs = append(docs, loaded{c, id, rev, append(doc, bson.E{Key: "pulperia", Value: keys}), told})
	}
	for _, p := range d.products {
		add(d.engine.products, p.ID, p.Rev, productDoc(p), withUnique(ownKeys(p), p.Code), models.JSON(p))
	}
	for _, c := range d.carts {
		add(d.engine.carts, c.ID, c.Rev, cartDoc(c), cartKeys(c), models.JSON(c))
	}
	for _, m := range d.messages {
		add(d.engine.messages, m.ID, 1, messageDoc(m), nil, models.JSON(m))
	}
	return docs
}
