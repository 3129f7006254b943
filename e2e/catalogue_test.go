package e2e

import (
	"net/url"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A shopper who knows a word of what they want finds it, and opens it.
func TestSearch(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/")
		p.fill("#search", "QUÉSO camp")
		p.leave(chromedp.KeyEvent(kb.Enter))
		p.expect("title", p.text("h1"), "Resultados para «QUÉSO camp»")
		p.expect("what was found", p.texts(".card__title"), []string{"Queso de campo, horma de 3 kg"})
		p.expect("search box", p.value("#search"), "QUÉSO camp")
		p.follow(".card__title a")
		p.expect("product", p.text("h1"), "Queso de campo, horma de 3 kg")
		p.expect("price", p.text(".product__price [data-show=price]"), "$ 42.800,00")

		p.fill("#search", "telescopio")
		p.follow(".search__go")
		p.expect("nothing", p.text(".main [role=status]"), "Encontramos 0 productos.")
		p.follow(".empty a")
		p.expect("all products", p.where(), "/products")
	})
}

// openFilters shows the form with the filters, which a phone hides at first.
func openFilters(p *page) {
	if !eval[bool](p, `document.querySelector("#category").checkVisibility()`) {
		p.click(".filters summary")
	}
}

// A shopper narrows the list by category, price and availability, and puts it in order.
func TestFilter(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/")
		openFilters(p)
		p.choose("#category", "almacén")
		p.fill("#minPrice", "1.500")
		p.fill("#maxPrice", "4000,50")
		p.choose("#sort", "asc")
		p.follow(".filters__form [type=submit]")
		p.expect("products", p.texts(".card__title"), []string{"Polenta de maíz colorado, 500 g",
			"Tomates enteros al natural, lata de 400 g", "Fideos largos de sémola, 500 g", "Aceite de girasol, 1,5 l"})
		p.expect("category", p.value("#category"), "almacén")
		p.expect("price from", p.value("#minPrice"), "1500")
		p.expect("price to", p.value("#maxPrice"), "4000,5")

		p.expect("chips", len(p.texts(".chip")), 4)
		p.follow(".chips li:nth-child(3) a") // without the highest price
		if titles := p.texts(".card__title"); !slices.Contains(titles, "Miel de monte, 500 g") {
			p.fail("without the highest price there is no honey in %q", titles)
		}
		p.follow(".chip--all")
		p.expect("without filters", p.where(), "/products")
	})
}

// What is sold out is in the list until a shopper asks for what there is.
func TestAvailability(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/products?category=bazar")
		const lamp = "Farol a querosén"
		if !slices.Contains(p.texts(".card__title"), lamp) || !slices.Contains(p.texts(".stock"), "Agotado") {
			p.fail("no sold-out lamp in %q", p.texts(".card"))
		}
		openFilters(p)
		p.click("label[for=available]")
		p.follow(".filters__form [type=submit]")
		if titles := p.texts(".card__title"); slices.Contains(titles, lamp) || len(titles) == 0 {
			p.fail("what there is: %q", titles)
		}
	})
}

// A price that cannot be read is shown beside its field as it was typed, and nothing else is lost.
func TestFilterWithMistake(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/products?category=bebidas")
		openFilters(p)
		p.fill("#minPrice", "barato")
		p.follow(".filters__form [type=submit]")
		p.answered(400)
		p.expect("field", p.value("#minPrice"), "barato")
		p.expect("problem", p.text("#minPrice-problem"), "Tiene que ser un número, como 1234,50.")
		p.expect("category", p.value("#category"), "bebidas")
	})
}

// The links to other pages keep what was asked for; the pages together show each product once, in
// the one order.
func TestPagesKeepTheFilter(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/products?available=true&sort=desc&limit=8&q=de")
		var seen []string
		pages := 1
		for ; ; pages++ {
			seen = append(seen, p.texts(".card__title")...)
			asked, _ := url.Parse(p.where())
			query := asked.Query()
			p.expect("what is asked", []string{query.Get("available"), query.Get("sort"), query.Get("limit"), query.Get("q")},
				[]string{"true", "desc", "8", "de"})
			if p.count(".pager [rel=next]") == 0 {
				break
			}
			p.follow(".pager [rel=next]")
		}
		var want []product
		shop.call("GET", "/api/products?available=true&sort=desc&limit=100&q=de", nil, &want)
		var titles []string
		for _, product := range want {
			titles = append(titles, product.Title)
		}
		p.expect("all pages", seen, titles)
		if pages < 3 {
			t.Fatalf("%d products are no three pages", len(titles))
		}
		p.follow(".pager [rel=prev]")
		p.expect("page before the last", p.texts(".card__title"), titles[8*(pages-2):8*(pages-1)])
	})
}
