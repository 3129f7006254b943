package models

import (
	"slices"
	"strconv"
)

// The limits of a cart.
const (
	MaxItems    = 500
	MaxQuantity = 1_000_000
)

// Item is one line of a cart: so many of one product, or of one variant of it.
type Item struct {
	Product  ID    `json:"product"`
	Variant  ID    `json:"variant,omitzero"` // zero where the product has none, and where it is still to be chosen
	Quantity int64 `json:"quantity"`
}

// Choice is what an item is of.
type Choice struct{ Product, Variant ID }

// Choice returns what the item is of.
func (i Item) Choice() Choice { return Choice{i.Product, i.Variant} }

// Cart is what one visitor means to buy. Each choice stands in it once.
type Cart struct {
	ID        ID     `json:"_id"`
	Products  []Item `json:"products"` // in the order of their addition; never nil once normalized
	CreatedAt Time   `json:"createdAt"`
	UpdatedAt Time   `json:"updatedAt"`
	Rev       int64  `json:"rev"`
}

// Clone returns a copy that shares nothing with c.
func (c Cart) Clone() Cart {
	c.Products = slices.Clone(c.Products)
	return c
}

// Same says whether both hold the same content: all but the revision and the times.
func (c Cart) Same(o Cart) bool { return c.ID == o.ID && slices.Equal(c.Products, o.Products) }

// Count returns how many things are in the cart: the sum of the quantities.
func (c Cart) Count() (n int64) {
	for _, item := range c.Products {
		n += item.Quantity
	}
	return n
}

// Quantity returns how many of a choice are in the cart.
func (c Cart) Quantity(of Choice) (n int64) {
	for _, item := range c.Products {
		if item.Choice() == of {
			n += item.Quantity
		}
	}
	return n
}

// Add puts n more of a choice in; its quantity grows if it is there already. [Cart.Check] refuses
// too large a sum, and any n that is no quantity.
func (c *Cart) Add(of Choice, n int64) {
	if i := c.index(of); i >= 0 {
		n = addUp(c.Products[i].Quantity, n)
	}
	c.Set(of, n)
}

// Set makes n the quantity of a choice, and puts it in if it is not there.
func (c *Cart) Set(of Choice, n int64) {
	if i := c.index(of); i >= 0 {
		c.Products[i].Quantity = n
		return
	}
	c.Products = append(c.Products, Item{of.Product, of.Variant, n})
}

// Remove takes a choice out; without it the cart stays as it is. Without a variant all items of the
// product go.
func (c *Cart) Remove(of Choice) {
	c.Products = slices.DeleteFunc(c.Products, func(item Item) bool {
		return item.Choice() == of || of.Variant.IsZero() && item.Product == of.Product
	})
}

func (c *Cart) index(of Choice) int {
	return slices.IndexFunc(c.Products, func(item Item) bool { return item.Choice() == of })
}

// Normalize adds up the quantities of a choice that is named twice and turns a missing list into
// an empty one.
func (c *Cart) Normalize() {
	if c.Products != nil && !c.isRepeated() {
		return
	}
	items := c.Products
	c.Products = make([]Item, 0, len(items))
	at := make(map[Choice]int, len(items))
	for _, item := range items {
		if i, twice := at[item.Choice()]; twice {
			c.Products[i].Quantity = addUp(c.Products[i].Quantity, item.Quantity)
			continue
		}
		at[item.Choice()] = len(c.Products)
		c.Products = append(c.Products, item)
	}
}

// isRepeated says whether a choice is named twice.
func (c *Cart) isRepeated() bool {
	const few = 20 // among which to look takes less than a map
	if len(c.Products) <= few {
		for i, item := range c.Products {
			if c.index(item.Choice()) < i {
				return true
			}
		}
		return false
	}
	known := make(map[Choice]bool, len(c.Products))
	for _, item := range c.Products {
		known[item.Choice()] = true
	}
	return len(known) < len(c.Products)
}

// addUp adds quantities without running over; one that is out of range stays so, for Check to
// refuse.
func addUp(a, b int64) int64 {
	if a < 1 || a > MaxQuantity {
		return a
	}
	if b < 1 || b > MaxQuantity {
		return b
	}
	return a + b
}

// Check returns [Invalid] with every item that breaks a rule, or nil.
func (c Cart) Check() error { return c.CheckChange(Cart{}) }

// CheckChange is Check for a change of old: an item that stays as it was is not held against it, so
// that a cart which another program wrote badly can still be used and mended.
func (c Cart) CheckChange(old Cart) error {
	var v Invalid
	if n := len(c.Products); n > max(MaxItems, len(old.Products)) {
		v.Add("products", TooMany, MaxItems, strconv.Itoa(n))
	}
	for i, item := range c.Products {
		if slices.Contains(old.Products, item) {
			continue
		}
		v.addUnder("products", i, item.problems())
	}
	return v.Err()
}

func (i Item) problems() (v Invalid) {
	if i.Product.IsZero() {
		v.Add("product", Required, nil, "")
	}
	checkRange(&v, "quantity", i.Quantity, 1, MaxQuantity)
	return v
}
