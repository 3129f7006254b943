package dao

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao/models"
)

// Batch is a part of a store, as Load takes it and Dump gives it. The kinds that every shop has
// have their own lists, for those who only want these.
type Batch struct {
	Products []models.Product
	Carts    []models.Cart
	Messages []models.Message
	Others   []models.Value `json:",omitempty"` // of all other kinds, each in its order
}

// Len returns how many values the batch holds.
func (b Batch) Len() int { return len(b.Products) + len(b.Carts) + len(b.Messages) + len(b.Others) }

// Add puts a value at the end. The batch may share it.
func (b *Batch) Add(v models.Value) {
	switch v := v.(type) {
	case *models.Product:
		b.Products = append(b.Products, *v)
	case *models.Cart:
		b.Carts = append(b.Carts, *v)
	case *models.Message:
		b.Messages = append(b.Messages, *v)
	default:
		b.Others = append(b.Others, v)
	}
}

// AddCopy puts a copy of a value at the end.
func (b *Batch) AddCopy(s *Schema, v models.Value) {
	switch v := v.(type) {
	case *models.Product:
		b.Products = append(b.Products, v.Clone())
	case *models.Cart:
		b.Carts = append(b.Carts, v.Clone())
	default:
		b.Add(s.Clone(v))
	}
}

// Of returns the values of a kind, which stay the batch's.
func (b Batch) Of(s *Schema) iter.Seq[models.Value] {
	return func(yield func(models.Value) bool) {
		switch s.Kind {
		case KindProduct:
			each(b.Products, yield)
		case KindCart:
			each(b.Carts, yield)
		case KindMessage:
			each(b.Messages, yield)
		default:
			for _, v := range b.Others {
				if s.has(v) && !yield(v) {
					return
				}
			}
		}
	}
}

func each[T any, P interface {
	*T
	models.Value
}](list []T, yield func(models.Value) bool) {
	for i := range list {
		if !yield(P(&list[i])) {
			return
		}
	}
}

// All yields all values in the order of a dump.
func (b Batch) All() iter.Seq2[*Schema, models.Value] {
	return func(yield func(*Schema, models.Value) bool) {
		for _, s := range schemas {
			for v := range b.Of(s) {
				if !yield(s, v) {
					return
				}
			}
		}
	}
}

// Without returns the batch without the first n of its values, in the order of a dump.
func (b Batch) Without(n int) (rest Batch) {
	for _, v := range b.All() {
		if n--; n < 0 {
			rest.Add(v)
		}
	}
	return rest
}

// Portable returns the batch without what stays in its store, which left counts, too. Whoever writes
// a dump down elsewhere asks for it.
func (b Batch) Portable(left Counts) Batch {
	stays := func(v models.Value) bool {
		for _, s := range schemas {
			if s.Stays && s.has(v) {
				left[s.Kind]++
				return true
			}
		}
		return false
	}
	b.Others = slices.DeleteFunc(b.Others, stays)
	return b
}

// Counts is how many values of each kind there are.
type Counts map[Kind]int

// Count returns how many values of each kind the batch holds.
func (b Batch) Count() Counts {
	n := Counts{}
	n.Add(b)
	return n
}

// Add counts the values of a batch, too.
func (c Counts) Add(b Batch) {
	c[KindProduct] += len(b.Products)
	c[KindCart] += len(b.Carts)
	c[KindMessage] += len(b.Messages)
	for s := range (Batch{Others: b.Others}).All() {
		c[s.Kind]++
	}
}

// Total returns how many values there are in all.
func (c Counts) Total() (n int) {
	for _, one := range c {
		n += one
	}
	return n
}

// String names all of them, as "3 products, 2 carts and 1 messages"; of what not every shop has
// only what is there.
func (c Counts) String() string {
	list := c.list()
	last := len(list) - 1
	return strings.Join(list[:last], ", ") + " and " + list[last]
}

// List names all of them with commas only.
func (c Counts) List() string { return strings.Join(c.list(), ", ") }

// names says whether a kind is named: those that not every shop has only when they are there.
func (c Counts) names(s *Schema) bool { return c[s.Kind] > 0 || s.Always }

func (c Counts) list() (list []string) {
	for _, s := range schemas {
		if c.names(s) {
			list = append(list, strconv.Itoa(c[s.Kind])+" "+s.Plural)
		}
	}
	return list
}

// MarshalJSON writes the counts that String names, by plurals.
func (c Counts) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for _, s := range schemas {
		if c.names(s) {
			b = strconv.AppendInt(append(strconv.AppendQuote(b, s.Plural), ':'), int64(c[s.Kind]), 10)
			b = append(b, ',')
		}
	}
	return append(bytes.TrimSuffix(b, []byte{','}), '}'), nil
}

// UnmarshalJSON reads what MarshalJSON writes. Plurals that no kind has are refused.
func (c *Counts) UnmarshalJSON(text []byte) error {
	var byPlural map[string]int
	if err := json.Unmarshal(text, &byPlural); err != nil {
		return err
	}
	*c = Counts{}
	for _, s := range schemas {
		(*c)[s.Kind] = byPlural[s.Plural]
		delete(byPlural, s.Plural)
	}
	for plural := range byPlural {
		return fmt.Errorf("%.40q are no kind of values that this program knows", plural)
	}
	return nil
}
