package filemanagers

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"pulperia/dao/models"
)

// catalogue is the products in memory with the indexes that listing needs. Each product has a slot,
// a small number by which the indexes name it. The stored products are never changed, only
// replaced.
type catalogue struct {
	rows       []row // by slot
	free       []slot
	byID       map[models.ID]slot
	codes      owners[slot]
	counts     map[string]*int // how many products each category has
	all        orders
	byCategory map[string]orders
	words      *vocabulary
	listable   sync.Once
}

type slot uint32

// row holds what ordering and filtering look at beside the product, so that it need not be visited.
type row struct {
	created   models.Time
	available bool
	*shelved  // nil when the slot is free
}

func rowOf(p *models.Product) row { return row{p.CreatedAt, p.Available(), shelve(p)} }

// orders is one set of products in each order of a listing.
type orders map[models.Sort]*sorted[priced]

// priced is a product in an order. Its price stands here too, so that whoever looks for prices need
// not visit the rows.
type priced struct {
	price models.Money
	slot  slot
}

// newCatalogue returns the products without the indexes of listings.
func newCatalogue(values []models.Value) *catalogue {
	c := &catalogue{
		rows:  make([]row, len(values)),
		byID:  make(map[models.ID]slot, len(values)),
		codes: owners[slot]{byText: make(map[string]slot, len(values))}, counts: map[string]*int{},
	}
	for i, v := range values {
		p, s := v.(*models.Product), slot(i)
		c.rows[s] = rowOf(p)
		c.byID[p.ID] = s
		c.take(s, p)
	}
	return c
}

// listed returns the products with the indexes that a listing needs. Who only reads a store
// through, or brings much in, does without these, which are most of the work and much of the
// memory.
func (c *catalogue) listed(q models.ProductQuery) *catalogue {
	if len(c.byID) > 0 && q.Codes == nil && q.IDs == nil || q.Text != "" {
		c.listable.Do(c.makeIndexes)
	}
	return c
}

// makeIndexes makes those of listings.
func (c *catalogue) makeIndexes() {
	entries := make([]priced, 0, len(c.byID))
	categories := map[string][]priced{}
	for s, r := range c.rows {
		if r.shelved == nil {
			continue
		}
		entry := priced{r.price, slot(s)}
		entries = append(entries, entry)
		categories[r.category] = append(categories[r.category], entry)
	}
	c.all, c.byCategory = c.newOrders(entries), map[string]orders{}
	for name, entries := range categories {
		c.byCategory[name] = c.newOrders(entries)
	}
	c.words = newVocabulary(c.rows)
}

// indexed says whether it has the indexes of listings.
func (c *catalogue) indexed() bool { return c.words != nil }

func (c *catalogue) newOrders(entries []priced) orders {
	o := orders{}
	for _, order := range []models.Sort{models.Oldest, models.PriceAsc, models.PriceDesc} {
		o[order] = newSorted(c.comparer(order), entries)
	}
	return o
}

func (c *catalogue) comparer(order models.Sort) func(a, b priced) int {
	byAge := func(a, b priced) int {
		x, y := &c.rows[a.slot], &c.rows[b.slot]
		if x.created != y.created {
			return cmp.Compare(x.created, y.created)
		}
		return x.id.Compare(y.id)
	}
	if order == models.Oldest {
		return byAge
	}
	return func(a, b priced) int {
		switch {
		case a.price == b.price:
			return byAge(a, b)
		case order == models.PriceDesc:
			return cmp.Compare(b.price, a.price)
		}
		return cmp.Compare(a.price, b.price)
	}
}

func (c *catalogue) get(id models.ID) models.Value {
	if s, ok := c.byID[id]; ok {
		return new(c.rows[s].product())
	}
	return nil
}

// take notes whose the codes of a product and its variants are, and counts it in its category.
func (c *catalogue) take(s slot, p *models.Product) {
	n := c.counts[p.Category]
	if n == nil {
		n = new(int)
		c.counts[strings.Clone(p.Category)] = n // a part of a product would keep all its texts in memory
	}
	*n++
	c.codes.take(p.Code, s)
	for i := range p.Variants {
		c.codes.take(p.Variants[i].Code, s)
	}
}

// owners returns the ids of the products that have a code, themselves or in a variant.
func (c *catalogue) owners(_ int, code string) (ids []models.ID) {
	for _, s := range c.codes.of(code) {
		ids = append(ids, c.rows[s].id)
	}
	return ids
}

func (c *catalogue) count() int { return len(c.byID) }

func (c *catalogue) page(q models.Query) ([]models.Value, int) {
	if !c.indexed() && q.Limit == 1 && q.Page <= 1 && len(c.byID) > 0 {
		return []models.Value{c.first(q.Backwards)}, len(c.byID)
	}
	page := c.listed(models.ProductQuery{}).list(models.ProductQuery{Page: q.Page, Limit: q.Limit, Backwards: q.Backwards})
	values := make([]models.Value, len(page.Products))
	for i := range page.Products {
		values[i] = &page.Products[i]
	}
	return values, page.Total
}

// first looks through all products for the oldest or the newest one: who only wants to know whether
// there is any makes no indexes.
func (c *catalogue) first(newest bool) models.Value {
	older := c.comparer(models.Oldest)
	best := priced{}
	for s, r := range c.rows {
		this := priced{slot: slot(s)}
		if r.shelved != nil && (c.rows[best.slot].shelved == nil || older(this, best) < 0 != newest) {
			best = this
		}
	}
	return new(c.rows[best.slot].product().Clone())
}

// put stores a product, a new one or in the place of the one with its id.
func (c *catalogue) put(v models.Value) {
	p := v.(*models.Product)
	if s, known := c.byID[p.ID]; known {
		c.replace(s, p)
		return
	}
	s, own := c.newSlot(), p.Packed()
	c.byID[p.ID] = s
	c.rows[s] = rowOf(&own)
	c.join(s, &own)
	if c.indexed() {
		c.words.insert(s, &own)
	}
}

// replace puts a product in the place of what it was. Most changes are of the stock: they leave orders
// and words alone.
func (c *catalogue) replace(s slot, p *models.Product) {
	old := c.rows[s].product()
	own, stays := p.PackedLike(&old) // else the codes must not keep the old texts in memory
	stays = stays && own.Price == old.Price && own.CreatedAt == old.CreatedAt &&
		slices.EqualFunc(own.Variants, old.Variants, func(a, b models.Variant) bool { return a.Code == b.Code })
	if !stays {
		c.leave(s, &old)
	}
	c.rows[s] = rowOf(&own)
	if !stays {
		c.join(s, &own)
	}
	if c.indexed() && !old.SameWords(own) {
		c.words.replace(s, &old, &own)
	}
}

func (c *catalogue) newSlot() slot {
	if n := len(c.free); n > 0 {
		s := c.free[n-1]
		c.free = c.free[:n-1]
		return s
	}
	c.rows = append(c.rows, row{})
	return slot(len(c.rows) - 1)
}

// remove takes a product out.
func (c *catalogue) remove(id models.ID) {
	s := c.byID[id]
	old := c.rows[s].product()
	c.leave(s, &old)
	if c.indexed() {
		c.words.remove(s, &old)
	}
	delete(c.byID, id)
	c.rows[s] = row{}
	c.free = append(c.free, s)
}

// join is the reverse of leave.
func (c *catalogue) join(s slot, p *models.Product) {
	c.take(s, p)
	if !c.indexed() {
		return
	}
	entry := priced{p.Price, s}
	c.all.insert(entry)
	if c.byCategory[p.Category] == nil {
		c.byCategory[p.Category] = c.newOrders(nil)
	}
	c.byCategory[p.Category].insert(entry)
}

// leave takes a product out of the orders and its category, and frees its codes.
func (c *catalogue) leave(s slot, old *models.Product) {
	if n := c.counts[old.Category]; *n > 1 {
		*n--
	} else {
		delete(c.counts, old.Category)
	}
	c.codes.leave(old.Code, s)
	for i := range old.Variants {
		c.codes.leave(old.Variants[i].Code, s)
	}
	if !c.indexed() {
		return
	}
	entry := priced{old.Price, s}
	c.all.remove(entry)
	c.byCategory[old.Category].remove(entry)
	if c.byCategory[old.Category][models.Oldest].size == 0 {
		delete(c.byCategory, old.Category)
	}
}

func (o orders) insert(e priced) {
	for _, list := range o {
		list.insert(e)
	}
}

func (o orders) remove(e priced) {
	for _, list := range o {
		list.remove(e)
	}
}

// every returns all products, in no order; the list is never nil.
func (c *catalogue) every() []models.Value {
	products := make([]models.Value, 0, len(c.byID))
	for _, s := range c.byID {
		products = append(products, new(c.rows[s].product()))
	}
	return products
}
