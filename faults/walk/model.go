package walk

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// model is what the shop must hold: what everybody who asks must be told.
type model struct {
	products map[string]product
	carts    map[string]cart
	messages []message // in the order of the chat
	epoch    string    // of the feed; "" when the last act may have begun another one
}

func newModel() *model {
	return &model{products: map[string]product{}, carts: map[string]cart{}}
}

// clone is the model as it is now, for who wants to come back to it.
func (m *model) clone() *model {
	c := &model{products: maps.Clone(m.products), carts: map[string]cart{}, messages: slices.Clone(m.messages)}
	for id, one := range m.carts {
		c.carts[id] = one.clone()
	}
	return c
}

type product struct {
	ID          string   `json:"_id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Code        string   `json:"code"`
	Price       cents    `json:"price"`
	Status      bool     `json:"status"`
	Stock       int64    `json:"stock"`
	Category    string   `json:"category"`
	Thumbnails  []string `json:"thumbnails"`
	// Never changed in place: products share it.
	Variants []variant `json:"variants,omitempty"`
}

type cart struct {
	ID       string `json:"_id"`
	Products []item `json:"products"`
}

type item struct {
	Product  string `json:"product"`
	Variant  string `json:"variant,omitempty"`
	Quantity int64  `json:"quantity"`
}

type message struct {
	ID      string `json:"_id"`
	User    string `json:"user"`
	Message string `json:"message"`
}

func (c cart) clone() cart {
	return cart{c.ID, append([]item{}, c.Products...)}
}

// with is the cart with another quantity of a choice; 0 takes it out.
func (c cart) with(of choice, quantity int64) cart {
	c = c.clone()
	at := slices.IndexFunc(c.Products, func(i item) bool { return i.choice() == of })
	switch {
	case quantity == 0:
		c.Products = slices.DeleteFunc(c.Products, func(i item) bool { return i.choice() == of })
	case at < 0:
		c.Products = append(c.Products, item{of.product, of.variant, quantity})
	default:
		c.Products[at].Quantity = quantity
	}
	return c
}

// without is the cart without a product, whatever the variant.
func (c cart) without(product string) cart {
	c = c.clone()
	c.Products = slices.DeleteFunc(c.Products, func(i item) bool { return i.Product == product })
	return c
}

// unvaried is the cart as an application writes it that knows no variants.
func (c cart) unvaried() cart {
	all := cart{c.ID, []item{}}
	for _, one := range c.Products {
		of := choice{one.Product, ""}
		all = all.with(of, all.of(of)+one.Quantity)
	}
	return all
}

// of is how many of a choice the cart holds.
func (c cart) of(of choice) (n int64) {
	for _, one := range c.Products {
		if one.choice() == of {
			n = one.Quantity
		}
	}
	return n
}

// cents is an amount of money, written as a decimal number.
type cents int64

func (c cents) String() string {
	if c%100 == 0 {
		return strconv.FormatInt(int64(c/100), 10)
	}
	return strings.TrimSuffix(fmt.Sprintf("%d.%02d", c/100, c%100), "0")
}

// MarshalJSON writes 1234.5.
func (c cents) MarshalJSON() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalJSON reads a number of at most two decimals; whatever else is there is no price.
func (c *cents) UnmarshalJSON(text []byte) error {
	whole, fraction, _ := strings.Cut(string(text), ".")
	if len(fraction) > 2 {
		return fmt.Errorf("price %s has more than two decimals", text)
	}
	n, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	*c = cents(n)
	return err
}

// keys are the ids of a map in an order that every run has: what is drawn among them is drawn
// alike.
func keys[T any](of map[string]T) []string { return slices.Sorted(maps.Keys(of)) }

// text is the JSON form of a value that has one.
func text(value any) string {
	b, err := json.Marshal(value)
	if err != nil {
		panic(err) // the model holds texts and numbers only
	}
	return string(b)
}
