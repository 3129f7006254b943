package shoptest

import (
	"fmt"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// shelf is the model of a product. Its variants are sold by their ids.
type shelf struct {
	figures map[models.ID]*figure // by the variant; zero without
	off     bool
}

type figure struct{ stock, held int64 }

// product returns one that there is, by chance.
func (r *random) product() (models.ID, *shelf, bool) {
	ids := make([]models.ID, 0, len(r.shelves))
	for id := range r.shelves {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return models.ID{}, nil, false
	}
	slices.SortFunc(ids, models.ID.Compare)
	id := ids[r.IntN(len(ids))]
	return id, r.shelves[id], true
}

func (r *random) choice() (models.Choice, *figure, bool) {
	id, s, there := r.product()
	if !there {
		return models.Choice{}, nil, false
	}
	variants := make([]models.ID, 0, len(s.figures))
	for variant := range s.figures {
		variants = append(variants, variant)
	}
	slices.SortFunc(variants, models.ID.Compare)
	variant := variants[r.IntN(len(variants))]
	return models.Choice{Product: id, Variant: variant}, s.figures[variant], true
}

const cent = models.One / 100

func (r *random) fresh() models.Product {
	r.made++
	code := fmt.Sprintf("P-%d", r.made)
	p := models.Product{
		Title: code, Description: "d", Code: code, Category: "c", Price: cent * models.Money(r.IntN(1000)), Status: true,
		Stock: int64(r.IntN(8)),
	}
	if r.IntN(3) == 0 {
		p.Stock = 0
		for i, size := range []string{"S", "M"} {
			p.Variants = append(p.Variants, models.Variant{
				ID: models.NewID(time.Now()), Code: code + size, Options: models.Options{{Name: "Talle", Value: size}},
				Price: p.Price + cent*models.Money(i), Stock: int64(r.IntN(8)),
			})
		}
		p.Derive()
	}
	return p
}

func (r *random) learn(p models.Product) {
	s := &shelf{figures: map[models.ID]*figure{}}
	if len(p.Variants) == 0 {
		s.figures[models.ID{}] = &figure{stock: p.Stock}
	}
	for _, v := range p.Variants {
		s.figures[v.ID] = &figure{stock: v.Stock}
	}
	r.shelves[p.ID] = s
}

func (r *random) add() {
	if len(r.shelves) > 12 {
		return
	}
	p, _, err := r.shop.CreateProduct(r.t.Context(), r.fresh())
	if r.check("add", err, true) {
		r.learn(p)
	}
}

func (r *random) importOne() {
	if len(r.shelves) > 12 {
		return
	}
	p := r.fresh()
	p.ID = models.NewID(time.Now())
	if _, err := r.shop.TakeIn(r.t.Context(), dao.Batch{Products: []models.Product{p}}); r.check("import", err, true) {
		r.learn(p)
	}
}

func (r *random) remove() {
	id, s, there := r.product()
	if !there {
		return
	}
	held := int64(0)
	for _, f := range s.figures {
		held += f.held
	}
	if _, _, err := r.shop.RemoveProduct(r.t.Context(), id); r.check("remove", err, held == 0) {
		delete(r.shelves, id)
	}
}

func (r *random) offSale() {
	id, s, there := r.product()
	if !there {
		return
	}
	off := r.IntN(4) == 0
	_, _, err := r.shop.ChangeProduct(r.t.Context(), id, func(p *models.Product) error {
		p.Status, p.Held = !off, 999 // which nobody can say
		return nil
	})
	if r.check("off sale", err, true) {
		s.off = off
	}
}

func (r *random) setStock() {
	choice, f, there := r.choice()
	if !there {
		return
	}
	n := int64(r.IntN(10))
	_, _, err := r.shop.ChangeProduct(r.t.Context(), choice.Product, func(p *models.Product) error {
		if v := p.Variant(choice.Variant); v != nil {
			v.Stock, v.Held = n, 0
		} else {
			p.Stock = n
		}
		return nil
	})
	if r.check("set stock", err, true) {
		f.stock = n
	}
}

func (r *random) count() {
	choice, f, there := r.choice()
	if !there {
		return
	}
	set, was := int64(r.IntN(10)), f.stock+f.held
	_, _, err := r.shop.ChangeStock(r.t.Context(), shop.Machine, choice.Product,
		shop.StockChange{Variant: choice.Variant, Set: &set, Was: &was})
	if r.check("count", err, set >= f.held) {
		f.stock = set - f.held
	}
}
