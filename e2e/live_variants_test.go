package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// size is a variant as the API takes it.
func size(name string, stock int) map[string]any {
	return map[string]any{"code": "MATE-" + name, "options": map[string]string{"Talle": name}, "price": 1000, "stock": stock}
}

// The first variants of a product, one more, one fewer and none again appear on the pages of those
// who look at it, as the server shows them; what somebody has chosen, and where the keyboard is, stays.
func TestVariantsFollow(t *testing.T) {
	names := `[...document.querySelectorAll(".variant__name")].map(e => e.textContent).join()`
	onBoth(t, func(t *testing.T, v visitor) {
		shop := openShop(t, "--demo")
		mate := shop.product("mate de calabaza")
		at := "/products/" + mate.ID
		p := shop.visit(t, v)
		p.open(at)
		p.isLive()
		give := func(want string, sizes ...map[string]any) {
			t.Helper()
			shop.call("PUT", "/api"+at, map[string]any{"variants": append([]map[string]any{}, sizes...)}, nil)
			p.soon("sizes", names, want)
		}
		give("M,L", size("M", 2), size("L", 4))
		p.expect("what is chosen", p.count(".variant :checked"), 0)
		p.do(chromedp.Click(chromedp.CSS(".variant:nth-of-type(2) input")))
		give("S,M,L", size("S", 1), size("M", 2), size("L", 4))
		chosen := `(e => e.matches(":checked") && e.closest("label").innerText.split(/\s/)[0])(document.activeElement)`
		p.expect("what is chosen and has the focus", eval[any](p, chosen), "L")
		give("L,M", size("L", 3), size("M", 2))
		p.expect("what is chosen and has the focus", eval[any](p, chosen), "L")
		p.lookAt("live-variants", ".buy [type=submit]", v)
		live := p.looks(".product")
		other := shop.visit(t, v)
		other.open(at)
		other.expect("as the server shows it", live, other.looks(".product"))
		p.buy(".buy")
		p.open("/cart")
		p.expect("line", p.texts(".line__title"), []string{mate.Title + " – L"})
		p.open(at)
		p.isLive()
		give("")
		p.expect("what is to be chosen", p.count(".buy fieldset"), 0)
	})
}

// On an open list, what has got variants is to be chosen and no more added at once, and the other way
// round when it has none; sold out it is neither.
func TestCardOfVariantsFollows(t *testing.T) {
	onBoth(t, func(t *testing.T, v visitor) {
		shop := openShop(t, "--demo")
		mate := shop.product("mate de calabaza")
		p := shop.visit(t, v)
		p.open("/")
		p.isLive()
		card := "#p-" + mate.ID + " "
		offered := `[...document.querySelectorAll("` + card + `.card__buy")].filter(e => e.checkVisibility()).map(e => e.dataset.show).join()`
		p.expect("what is offered", eval[any](p, offered), "add")
		for _, tt := range []struct {
			want  string
			sizes []map[string]any
		}{
			{"choose", []map[string]any{size("M", 2), size("L", 4)}}, {"", []map[string]any{size("M", 0), size("L", 0)}},
			{"choose", []map[string]any{size("M", 1)}}, {"add", []map[string]any{}},
		} {
			shop.call("PUT", "/api/products/"+mate.ID, map[string]any{"variants": tt.sizes}, nil)
			p.soon("what is offered", offered, tt.want)
			live := p.looks(card)
			other := shop.visit(t, v)
			other.open("/")
			other.expect("as the server shows it", live, other.looks(card))
			if tt.want == "choose" {
				p.lookAt("card-choose", card, v)
			}
		}
	})
}

// The price before appears, follows and goes as the product has it.
func TestPriceBeforeFollows(t *testing.T) {
	shop := openShop(t, "--demo")
	mate := shop.product("mate de calabaza")
	p := shop.visit(t, phone)
	p.open("/products/" + mate.ID)
	p.isLive()
	shown := `(e => e.checkVisibility() && getComputedStyle(e).textDecorationLine + " " + e.textContent)(document.querySelector(".product__before"))`
	p.expect("price before", eval[any](p, shown), false)
	for _, before := range []int{99000, 98000, 0} {
		var sent any = before
		want := any(fmt.Sprintf("line-through El precio antes: $ %d.000,00", before/1000))
		if before == 0 {
			sent, want = nil, false
		}
		shop.call("PUT", "/api/products/"+mate.ID, map[string]any{"compareAt": sent}, nil)
		p.soon("price before", shown, want)
	}
}
