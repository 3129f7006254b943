package filemanagers

import (
	"cmp"
	"fmt"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

// replay applies the changes of the journal by id, in order, and builds the values at the end.
type replay struct {
	*contents
	products map[models.ID]*models.Product // nil for deleted ones
	carts    map[models.ID]*models.Cart
	err      error
}

func newReplay(c *contents) *replay {
	return &replay{contents: c, products: map[models.ID]*models.Product{}, carts: map[models.ID]*models.Cart{}}
}

func (r *replay) visit(l *line) {
	if len(r.edited) > 0 {
		r.past[value{l.Kind, l.ID}] = l.Doc
	}
	if l.Op == dao.OpDelete {
		r.graves[value{l.Kind, l.ID}] = grave{l.Offset, l.Rev}
	}
	if l.Offset <= r.meta.Offset {
		return
	}
	if r.meta.Clean {
		r.err = cmp.Or(r.err, fmt.Errorf("change %d came after the clean stop at change %d", l.Offset, r.meta.Offset))
		return
	}
	if r.unfolded++; len(r.edited) > 0 {
		return // loadEdits will refuse it
	}
	r.lastOf[l.Kind] = l.Offset
	var err error
	switch l.Kind {
	case dao.KindProduct:
		r.products[l.ID], err = decodeDoc(l, models.DecodeProduct)
	case dao.KindCart:
		r.carts[l.ID], err = decodeDoc(l, decodeCart)
	case dao.KindMessage:
		r.log.append(l.ID, l.Offset)
	default:
		err = fmt.Errorf("kind %q is unknown", l.Kind)
	}
	if err != nil {
		r.err = cmp.Or(r.err, fmt.Errorf("change %d: %w", l.Offset, err))
	}
}

func decodeDoc[T any](l *line, decode func([]byte) (T, error)) (*T, error) {
	if l.Op == dao.OpDelete {
		return nil, nil
	}
	value, err := decode(l.Doc)
	return &value, err
}

func (r *replay) finish() error {
	if r.err != nil {
		return &Damage{File: "journal", Byte: -1, Wrong: r.err.Error(), Remedy: restore}
	}
	r.contents.products = overlay(r.contents.products, r.products, func(p *models.Product) models.ID { return p.ID })
	r.contents.carts = overlay(r.contents.carts, r.carts, func(c *models.Cart) models.ID { return c.ID })
	return nil
}

// overlay returns the values with the changed ones in place of what they were.
func overlay[T any](values []*T, changed map[models.ID]*T, id func(*T) models.ID) []*T {
	values = slices.DeleteFunc(values, func(value *T) bool { _, ok := changed[id(value)]; return ok })
	for _, value := range changed {
		if value != nil {
			values = append(values, value)
		}
	}
	return values
}
