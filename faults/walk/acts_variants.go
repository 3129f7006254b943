package walk

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// variantActs are what becomes of the forms that a product is sold in, and of the lines of carts that
// are of them.
var variantActs = []act{
	{name: "addVariant", weight: 3, fits: hasProducts, do: addVariant},
	{name: "changeVariant", weight: 4, fits: hasVaried, do: changeVariant},
	{name: "dropVariant", weight: 3, fits: hasVaried, do: dropVariant},
	{name: "unknownVariant", weight: 1, fits: func(w *walk) bool { return hasCarts(w) && hasVaried(w) }, do: unknownVariant},
	{name: "addVariedByForm", weight: 2, fits: hasRoom, do: addVariedByForm},
	{name: "changeVariantsByForm", weight: 3, fits: hasProducts, do: changeVariantsByForm},
	{name: "chooseInCart", weight: 4, fits: hasCarts, do: chooseInCart},
	{name: "removeLineByForm", weight: 2, fits: hasCarts, do: removeLineByForm},
	{name: "editVariant", weight: 3, fits: func(w *walk) bool { return editable(w) && hasVaried(w) }, do: editVariant, restless: true},
	{name: "importVariants", weight: 3, fits: hasVaried, do: importVariants},
}

// figures are the fields of a product that follow its variants, and these.
func (p product) figures() []string {
	if len(p.Variants) == 0 {
		return nil
	}
	return []string{"variants", "price", "stock", "counted"}
}

// putVariants sends what variants a product has from now on.
func (w *walk) putVariants(p product) {
	sent := p.Variants
	if sent == nil {
		sent = []variant{}
	}
	w.api(w.either(), http.StatusOK, "PUT", "/products/"+p.ID, map[string]any{"variants": sent})
	w.putVaried(p)
}

// putVaried says that a product has other variants now.
func (w *walk) putVaried(p product) {
	w.model.put(p)
	w.changed("products", p.ID, "variants", "price", "stock", "counted")
}

// addVariant gives a product one more, which may be its first.
func addVariant(w *walk) {
	p := w.anyProduct()
	w.putVariants(p.changedBy(func(is []variant) []variant { return append(is, w.newVariants(is, 1)...) }))
}

// revalued is a list of variants of which one has another price and stock.
func (w *walk) revalued(is []variant) []variant {
	one := &is[w.random.IntN(len(is))]
	one.Price, one.Stock = w.newPrice(), int64(w.random.IntN(20))
	return is
}

func changeVariant(w *walk) { w.putVariants(w.varied().changedBy(w.revalued)) }

// dropVariant takes one away, which may be the last: the product keeps what it cost, and how many
// there were.
func dropVariant(w *walk) {
	w.putVariants(w.varied().changedBy(func(is []variant) []variant {
		at := w.random.IntN(len(is))
		return slices.Delete(is, at, at+1)
	}))
}

// unknownVariant asks for none where there is one to choose, and for one that there is not.
func unknownVariant(w *walk) {
	c, p := w.anyCart(), w.varied()
	path, of := "/carts/"+c.ID+"/products/"+p.ID, choice{p.ID, ""}
	a := w.api(w.either(), http.StatusBadRequest, "PUT", path, of.said(c.of(of)+1))
	for _, one := range p.Variants {
		if !strings.Contains(a.Text, one.ID) {
			w.Fatalf("who names no variant is not told of %s: %s", one.ID, a.Text)
		}
	}
	w.api(w.either(), http.StatusNotFound, "PUT", path, choice{p.ID, w.id()}.said(1))
}

// grid is what the form of a product says of it.
func (p product) grid() url.Values {
	fields := url.Values{"_id": {p.ID}, "title": {p.Title}, "code": {p.Code}, "category": {p.Category}, "description": {p.Description},
		"grid": {"1"}, "option1": {option}, "thumbnails": {strings.Join(p.Thumbnails, "\n")}}
	if p.Status {
		fields.Set("status", "true")
	}
	if len(p.Variants) == 0 {
		fields.Set("price", p.Price.String())
		fields.Set("stock", text(p.Stock))
	}
	for i, one := range p.Variants {
		said := map[string]string{"_id": one.ID, "code": one.Code, "option1": one.Options[option], "price": one.Price.String(), "stock": text(one.Stock)}
		for name, value := range said {
			fields.Set(fmt.Sprintf("variants[%d].%s", i, name), value)
		}
	}
	return fields
}

func addVariedByForm(w *walk) {
	p := w.newProduct()
	w.form(w.either(), "/admin/products", p.grid(), "Accept-Language", "en")
	w.model.put(p)
}

var revField = regexp.MustCompile(`name="rev" value="(\d+)"`)

// changeVariantsByForm adds, changes and drops variants in the grid.
func changeVariantsByForm(w *walk) {
	p, s := w.anyProduct(), w.either()
	path := "/admin/products/" + p.ID
	a, err := s.send("GET", path, "")
	rev := revField.FindStringSubmatch(a.Text)
	if err != nil || rev == nil {
		w.Fatalf("GET %s: %d %v %.500s", path, a.StatusCode, err, a.Text)
	}
	was := p
	p = p.changedBy(func(is []variant) []variant {
		if len(is) > 0 {
			is = w.revalued(is)
		}
		if len(is) > 1 && w.random.IntN(2) == 0 {
			is = is[:len(is)-1]
		}
		return append(is, w.newVariants(is, 1)...)
	})
	fields := p.grid()
	fields.Set("rev", rev[1])
	fields.Set("sure", "true")
	for i := len(p.Variants); i < len(was.Variants); i++ {
		fields.Set(fmt.Sprintf("variants[%d].code", i), was.Variants[i].Code)
		fields.Set(fmt.Sprintf("variants[%d].drop", i), "true")
	}
	w.form(s, path, fields, "Accept-Language", "en")
	w.putVaried(p)
}

// chooseInCart makes a line one of a variant: it becomes as many as can be bought, and joins the line
// of that variant where there is one.
func chooseInCart(w *walk) {
	c := w.anyCart()
	of := w.anyLine(c)
	all := w.model.products[of.product].choices()
	to := all[w.random.IntN(len(all))]
	n, had, left := c.of(of), c.of(to), w.model.leftOf(to)
	if n == 0 || to.variant == "" || left == 0 {
		return
	}
	w.form(w.either(), "/cart/products/"+of.product+"/variant", url.Values{"of": {of.variant}, "variant": {to.variant}}, "Cookie", "cart="+c.ID)
	now := c.clone()
	at := slices.IndexFunc(now.Products, func(i item) bool { return i.choice() == of })
	switch {
	case of == to:
	case had > 0:
		now = c.with(of, 0).with(to, max(had, min(had+n, left)))
	default:
		now.Products[at] = item{of.product, to.variant, min(n, left)}
	}
	w.putCart(now)
}

// removeLineByForm takes one line out, and leaves those of other variants.
func removeLineByForm(w *walk) {
	c := w.anyCart()
	of := w.anyLine(c)
	w.form(w.either(), "/cart/products/"+of.product+"/remove", url.Values{"variant": {of.variant}}, "Cookie", "cart="+c.ID)
	w.putCart(c.with(of, 0))
}

// editVariant changes one by hand. As long as the file says something else of the product, nobody
// can say which is right, and the start is refused by name; what it leaves out follows.
func editVariant(w *walk) {
	was := w.varied()
	p := was.changedBy(w.revalued)
	write := func(figures bool) func(list []map[string]any) []map[string]any {
		return func(list []map[string]any) []map[string]any {
			for _, one := range list {
				if one["_id"] == p.ID {
					one["variants"] = p.Variants
					if !figures {
						delete(one, "price")
						delete(one, "stock")
					}
				}
			}
			return list
		}
	}
	w.edit("products.json", syscall.SIGTERM, write(true))
	if was.Price != p.Price || was.Stock != p.Stock {
		if s, err := w.start(w.store); err == nil {
			w.shop = s
			w.Fatalf("a file that says two things of a product is taken in:\n%s", s.Log.Tail())
		} else if !strings.Contains(err.Error(), "products.json: line ") || !strings.Contains(err.Error(), "variants") {
			w.Fatalf("the refusal does not name what is wrong: %v", err)
		}
	}
	w.rewrite("products.json", write(false))
	w.model.put(p)
}

// importVariants brings a sheet that knows one variant of a product with another price and stock,
// and one more; of the others it says nothing, and they stay.
func importVariants(w *walk) {
	p := w.varied()
	var rows []variant
	p = p.changedBy(func(is []variant) []variant {
		one := &is[w.random.IntN(len(is))]
		one.Price, one.Stock = w.newPrice(), int64(w.random.IntN(20))
		fresh := w.newVariants(is, 1)
		rows = append([]variant{*one}, fresh...)
		return append(is, fresh...)
	})
	sheet := "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n"
	for i, one := range rows {
		title, name := "", ""
		if i == 0 {
			title, name = strings.ReplaceAll(p.Title, `"`, `""`), option
		}
		sheet += fmt.Sprintf("%s,\"%s\",%s,%s,%s,shopify,%d,%s\n", p.Code, title, name, one.Options[option], one.Code, one.Stock, one.Price)
	}
	path := w.file("shop.csv", sheet)
	w.bring(path)
	w.learnVariants(&p)
	w.putVaried(p)
	if said := w.must(w.store, "import", path); !strings.Contains(said, "1 the same") {
		w.Fatalf("an import again is not one that changes nothing:\n%s", said)
	}
}
