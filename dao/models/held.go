package models

import "strconv"

// MaxHeld is how many pieces of one choice can be in open orders.
const MaxHeld = 1 << 53

func heldOf(variants []Variant) (n int64) {
	for _, v := range variants {
		n += v.Held
	}
	return n
}

// Hold moves n pieces of a choice from the stock to what is held, or with n below 0 back to it.
// What is not counted has as many as ever. It is not ok where there is no such choice.
func (p *Product) Hold(variant ID, n int64) (ok bool) {
	stock, held, uncounted, ok := p.pieces(variant)
	if !ok {
		return false
	}
	if !uncounted {
		*stock -= n
	}
	*held = max(0, *held+n)
	return true
}

// LetGo has n pieces that were held be gone.
func (p *Product) LetGo(variant ID, n int64) (ok bool) {
	_, held, _, ok := p.pieces(variant)
	if ok {
		*held = max(0, *held-n)
	}
	return ok
}

// Restock has n pieces that were gone be there to be sold again.
func (p *Product) Restock(variant ID, n int64) (ok bool) {
	stock, _, uncounted, ok := p.pieces(variant)
	if ok && !uncounted {
		*stock += n
	}
	return ok
}

// Has says whether there is such a choice of the product.
func (p *Product) Has(variant ID) bool {
	_, _, _, ok := p.pieces(variant)
	return ok
}

// pieces are the figures of a choice.
func (p *Product) pieces(variant ID) (stock, held *int64, uncounted, ok bool) {
	switch v := p.Variant(variant); {
	case v != nil:
		return &v.Stock, &v.Held, bool(v.Uncounted), true
	case variant.IsZero() && len(p.Variants) == 0:
		return &p.Stock, &p.Held, bool(p.Uncounted), true
	}
	return nil, nil, false, false
}

// KeepHeld has a product keep what was held of it, whatever is said of that by who changes it, and
// refuses a change that would leave held pieces without the choice that they are of.
func (p *Product) KeepHeld(was Product) error {
	var v Invalid
	if p.Held = was.Held; (len(p.Variants) > 0) != (len(was.Variants) > 0) && was.Held > 0 {
		v.Add("variants", Held, was.Held, "")
		return v
	}
	for i := range p.Variants {
		p.Variants[i].Held = 0
	}
	for i, before := range was.Variants {
		switch now := p.Variant(before.ID); {
		case now != nil:
			now.Held = before.Held
		case before.Held > 0:
			v.Add("variants["+strconv.Itoa(i)+"]", Held, before.Held, quote(before.Code))
		}
	}
	return v.Err()
}

// Holds says whether a product says that pieces of it are held.
func (p Product) Holds() bool { return p.Held > 0 || heldOf(p.Variants) > 0 }

// WithoutHeld is the product as everybody sees it.
func (p Product) WithoutHeld() Product {
	if p.Held == 0 {
		return p
	}
	p.Held, p.Variants = 0, cloneVariants(p.Variants)
	for i := range p.Variants {
		p.Variants[i].Held = 0
	}
	return p
}
