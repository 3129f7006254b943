package api

import (
	"errors"
	"net/http"
	"slices"

	"pulperia/dao/models"
	"pulperia/routes/fields"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// defaultLimit is how many entries a page has when nobody asks for another number.
const defaultLimit = 10

// Products are the operations of the catalogue.
type Products struct{ List, Create, Get, Update, Remove, Count Operation }

func newProducts(a *API, trade *shop.Shop) Products {
	r := productRoutes{trade}
	return Products{
		List:   a.reading(r.list, r.describeList),
		Create: a.writing(r.create, r.describeCreate),
		Get:    a.reading(r.get, r.describeGet),
		Update: a.writing(r.update, r.describeUpdate),
		Remove: a.writing(r.remove, r.describeRemove),
		Count:  a.writing(r.count, r.describeCount),
	}
}

// productRoutes are the catalogue.
type productRoutes struct {
	shop *shop.Shop
}

func (p productRoutes) list(r *http.Request, answer []byte) (body []byte, single bool, err error) {
	var wrong models.Invalid
	values := readQuery(r, &wrong)
	query := readProductQuery(values)
	merge(&wrong, query.Check())
	if err := wrong.Err(); err != nil {
		return nil, false, err
	}
	page, err := p.shop.Products.List(r.Context(), query)
	if err != nil {
		return nil, false, err
	}
	answer = append(answer, frame.Begin+"["...)
	for i, product := range page.Products {
		if i > 0 {
			answer = append(answer, ',')
		}
		answer = seenBy(r, product).AppendJSON(answer)
	}
	return endPage(append(answer, ']'), page, "/api/products", values.values), false, nil
}

func (p productRoutes) get(r *http.Request, answer []byte) (body []byte, single bool, err error) {
	var wrong models.Invalid
	pid := idInPath(r, "pid", &wrong)
	if err := wrong.Err(); err != nil {
		return nil, false, err
	}
	product, err := p.shop.Products.Get(r.Context(), pid)
	if err != nil {
		return nil, false, err
	}
	return append(seenBy(r, product).AppendJSON(append(answer, frame.Begin...)), frame.End...), true, nil
}

// seenBy is a product as whoever asks sees it: how many pieces of it are in open orders is for those
// who count them.
func seenBy(r *http.Request, product models.Product) models.Product {
	if frame.WhoFrom(r.Context()).Can(shop.StockWrite) {
		return product
	}
	return product.WithoutHeld()
}

func (p productRoutes) create(r *http.Request) (written, error) {
	var wrong models.Invalid
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return written{}, err
	}
	product, err := readNewProduct(body)
	if err != nil {
		return written{}, err
	}
	product, receipt, err := p.shop.CreateProduct(r.Context(), product)
	if err != nil {
		return written{}, err
	}
	return created(models.JSON(product), receipt), nil
}

func (p productRoutes) update(r *http.Request) (written, error) {
	var wrong models.Invalid
	pid := idInPath(r, "pid", &wrong)
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return written{}, err
	}
	seen, body := readCondition(r, body), body.asProduct()
	if len(wrong) > 0 { // then there is no product to change, but whoever asks gets to know all that is wrong
		var nothing models.Product
		read(body, fields.Product, fields.Update, &nothing)
		return written{}, withRules(body, &nothing)
	}
	product, receipt, err := p.shop.ChangeProduct(r.Context(), pid, func(current *models.Product) error {
		var wrong models.Invalid
		change := object{fields: body.fields, wrong: &wrong}
		read(change, fields.Product, fields.Update, current)
		countAgain(change, current)
		if len(wrong) == 0 {
			return nil // the store checks the rules
		}
		return withRules(change, current)
	}, seen.ofProduct)
	if err != nil {
		return written{}, err
	}
	return changed(models.JSON(product), receipt), nil
}

// withRules returns what is wrong with the fields that body has: what it has noted, and the rules
// that the product breaks with them.
func withRules(body object, product *models.Product) error {
	completed(product)
	broken, _ := errors.AsType[models.Invalid](product.Check())
	merge(body.wrong, slices.DeleteFunc(broken, func(p models.Problem) bool {
		return !slices.ContainsFunc(fields.Product.Fields, func(f fields.Field[models.Product]) bool {
			return f.Name == baseOf(p.Field) && body.has(spelling(body, f))
		})
	}))
	arrange(*body.wrong, order(fields.Product)...)
	return body.wrong.Err()
}

func (p productRoutes) remove(r *http.Request) (written, error) {
	var wrong models.Invalid
	pid := idInPath(r, "pid", &wrong)
	if err := wrong.Err(); err != nil {
		return written{}, err
	}
	product, receipt, err := p.shop.RemoveProduct(r.Context(), pid, readCondition(r, object{}).ofProduct)
	if err != nil {
		return written{}, err
	}
	return changed(models.JSON(product), receipt), nil
}

// count changes how many there are of a product.
func (p productRoutes) count(r *http.Request) (written, error) {
	var wrong models.Invalid
	pid := idInPath(r, "pid", &wrong)
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return written{}, err
	}
	var change shop.StockChange
	for name, into := range map[string]**int64{"add": &change.Add, "set": &change.Set, "was": &change.Was} {
		if body.has(name) {
			*into = new(int64)
			body.whole(name, models.MaxStock, *into)
		}
	}
	body.id("variant", &change.Variant)
	if arrange(wrong, "body", "variant", "add", "set", "was"); len(wrong) > 0 {
		return written{}, wrong
	}
	product, receipt, err := p.shop.ChangeStock(r.Context(), frame.WhoFrom(r.Context()), pid, change)
	if err != nil {
		return written{}, err
	}
	return changed(models.JSON(product), receipt), nil
}
