package models

import (
	"slices"
	"strconv"
)

// Counter is what a step that must count has for that: one value, with the id [TheOne], of which a
// step reads and writes no more than of any other.
type Counter struct {
	Head
	Orders int64 `json:"orders"` // the highest number that an order has been given
}

// Clone returns a copy.
func (c Counter) Clone() Counter { return c }

// Same says whether both hold the same content.
func (c Counter) Same(o Counter) bool { return c.ID == o.ID && c.Orders == o.Orders }

// Normalize does nothing.
func (c *Counter) Normalize() {}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (c Counter) Check() error {
	var v Invalid
	checkRange(&v, "orders", c.Orders, 0, 1<<53)
	return v.Err()
}

// MaxOpen bounds an [OpenOrders].
const MaxOpen = 1_000

// OpenOrders are the orders that one visit, telephone or address had open and unpaid when it placed
// the last of them. Its id is a code of whom it is about, which only the shop can make.
type OpenOrders struct {
	Head
	Orders []ID `json:"orders"` // never nil once normalized
}

// Clone returns a copy that shares nothing with o.
func (o OpenOrders) Clone() OpenOrders { o.Orders = append([]ID{}, o.Orders...); return o }

// Same says whether both hold the same content.
func (o OpenOrders) Same(p OpenOrders) bool { return o.ID == p.ID && slices.Equal(o.Orders, p.Orders) }

// Normalize turns a missing list into an empty one.
func (o *OpenOrders) Normalize() {
	if o.Orders == nil {
		o.Orders = []ID{}
	}
}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (o OpenOrders) Check() error {
	var v Invalid
	if n := len(o.Orders); n > MaxOpen {
		v.Add("orders", TooMany, MaxOpen, strconv.Itoa(n))
	}
	return v.Err()
}
