package filemanagers

import (
	"cmp"

	"pulperia/dao/models"
)

// catalogue is the products in memory with the indexes that listing needs. Each product has a slot, a small number by
// which the indexes name it. The stored products are never changed, only replaced.
type catalogue struct {
	rows       []row // by slot
	free       []slot
	byID       map[models.ID]slot
	byCode     map[string]slot
	all        orders
	byCategory map[string]orders
	words      *vocabulary
}

type slot uint32

// row holds what ordering and filtering look at beside the product, so that it need not be visited.
type row struct {
	price     models.Money
	created   models.Time
	status    bool
	available bool
	product   *models.Product // nil when the slot is free
}

func rowOf(p *models.Product) row { return row{p.Price, p.CreatedAt, p.Status, p.Available(), p} }

// orders is one set of products in each order of a listing.
type orders map[models.Sort]*sorted[slot]

func newCatalogue(products []*models.Product) *catalogue {
	c := &catalogue{
		rows:       make([]row, len(products)),
		byID:       make(map[models.ID]slot, len(products)),
		byCode:     make(map[string]slot, len(products)),
		byCategory: map[string]orders{},
	}
	slots := make([]slot, len(products))
	categories := map[string][]slot{}
	for i, p := range products {
		s := slot(i)
		slots[i] = s
		c.rows[s] = rowOf(p)
		c.byID[p.ID], c.byCode[p.Code] = s, s
		categories[p.Category] = append(categories[p.Category], s)
	}
	c.all = c.newOrders(slots)
	for name, slots := range categories {
		c.byCategory[name] = c.newOrders(slots)
	}
	c.words = newVocabulary(products)
	return c
}

func (c *catalogue) newOrders(slots []slot) orders {
	o := orders{}
	for _, order := range []models.Sort{models.Oldest, models.PriceAsc, models.PriceDesc} {
		o[order] = newSorted(c.comparer(order), slots)
	}
	return o
}

func (c *catalogue) comparer(order models.Sort) func(a, b slot) int {
	byAge := func(a, b slot) int {
		x, y := &c.rows[a], &c.rows[b]
		if x.created != y.created {
			return cmp.Compare(x.created, y.created)
		}
		return x.product.ID.Compare(y.product.ID)
	}
	switch order {
	case models.PriceAsc:
		return func(a, b slot) int { return cmp.Or(cmp.Compare(c.rows[a].price, c.rows[b].price), byAge(a, b)) }
	case models.PriceDesc:
		return func(a, b slot) int { return cmp.Or(cmp.Compare(c.rows[b].price, c.rows[a].price), byAge(a, b)) }
	}
	return byAge
}

func (c *catalogue) get(id models.ID) *models.Product {
	if s, ok := c.byID[id]; ok {
		return c.rows[s].product
	}
	return nil
}

// ownerOf returns the id of the product that has a code, or the zero ID.
func (c *catalogue) ownerOf(code string) models.ID {
	if s, ok := c.byCode[code]; ok {
		return c.rows[s].product.ID
	}
	return models.ID{}
}

// put stores a product, a new one or in the place of the one with its id. It keeps p.
func (c *catalogue) put(p *models.Product) {
	s, known := c.byID[p.ID]
	var old *models.Product
	if known {
		old = c.rows[s].product
		c.leaveOrders(s, old)
	} else {
		s = c.newSlot()
		c.byID[p.ID] = s
	}
	c.rows[s] = rowOf(p)
	c.byCode[p.Code] = s
	c.joinOrders(s, p)
	if old != nil && old.Title == p.Title && old.Description == p.Description && old.Code == p.Code && old.Category == p.Category {
		return // most changes are of stock and price, and leave the words alone
	}
	if old != nil {
		c.words.remove(s, old)
	}
	c.words.insert(s, p)
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
	old := c.rows[s].product
	c.leaveOrders(s, old)
	c.words.remove(s, old)
	delete(c.byID, id)
	c.rows[s] = row{}
	c.free = append(c.free, s)
}

func (c *catalogue) joinOrders(s slot, p *models.Product) {
	c.all.insert(s)
	if c.byCategory[p.Category] == nil {
		c.byCategory[p.Category] = c.newOrders(nil)
	}
	c.byCategory[p.Category].insert(s)
}

// leaveOrders also frees the code, unless another product has it by now.
func (c *catalogue) leaveOrders(s slot, old *models.Product) {
	c.all.remove(s)
	c.byCategory[old.Category].remove(s)
	if c.byCategory[old.Category][models.Oldest].size == 0 {
		delete(c.byCategory, old.Category)
	}
	if c.byCode[old.Code] == s {
		delete(c.byCode, old.Code)
	}
}

func (o orders) insert(s slot) {
	for _, list := range o {
		list.insert(s)
	}
}

func (o orders) remove(s slot) {
	for _, list := range o {
		list.remove(s)
	}
}

// every returns all products, in no order; the list is never nil.
func (c *catalogue) every() []*models.Product {
	products := make([]*models.Product, 0, len(c.byID))
	for _, s := range c.byID {
		products = append(products, c.rows[s].product)
	}
	return products
}
