package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"pulperia/dao/models"
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
		answer = product.AppendJSON(answer)
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
	return append(product.AppendJSON(append(answer, frame.Begin...)), frame.End...), true, nil
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
		readProductFields(body, &nothing)
		return written{}, withRules(body, &nothing)
	}
	product, receipt, err := p.shop.ChangeProduct(r.Context(), pid, func(current *models.Product) error {
		var wrong models.Invalid
		change := object{fields: body.fields, wrong: &wrong}
		readProductFields(change, current)
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
	product.Normalize()
	broken, _ := errors.AsType[models.Invalid](product.Check())
	merge(body.wrong, slices.DeleteFunc(broken, func(p models.Problem) bool {
		field := baseOf(p.Field)
		return !body.has(field) && !(field == "thumbnails" && body.has("thumbnail"))
	}))
	arrange(*body.wrong, productOrder()...)
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
	if body.has("variant") {
		wrong.Add("variant", models.NotSet, nil, shown(body.fields["variant"]))
	}
	if arrange(wrong, "body", "variant", "add", "set", "was"); len(wrong) > 0 {
		return written{}, wrong
	}
	product, receipt, err := p.shop.ChangeStock(r.Context(), frame.WhoFrom(r.Context()), pid, change)
	if err != nil {
		return written{}, err
	}
	return changed(models.JSON(product), receipt), nil
}

func productOrder() []string {
	return []string{"body", "_id", "rev", "title", "description", "code", "price", "status", "stock", "category", "thumbnails", "thumbnail"}
}

// readProductFields reads the fields that body has into a product, and leaves the others as they
// are.
func readProductFields(body object, p *models.Product) {
	body.text("title", &p.Title)
	body.text("description", &p.Description)
	body.text("code", &p.Code)
	body.money("price", &p.Price)
	body.flag("status", &p.Status)
	body.whole("stock", models.MaxStock, &p.Stock)
	body.text("category", &p.Category)
	spelling := "thumbnails"
	if !body.has(spelling) {
		spelling = "thumbnail"
	}
	switch raw := body.fields[spelling]; {
	case raw == nil:
	case spelling == "thumbnail" && raw[0] != '[':
		var picture string
		if body.text(spelling, &picture); !body.wrong.Has(spelling) {
			p.Thumbnails = []string{picture}
		}
	default:
		p.Thumbnails = readTexts(body, spelling)
	}
}

func readTexts(body object, name string) []string {
	entries := body.list(name)
	texts := make([]string, len(entries))
	for i, raw := range entries {
		body.readText("thumbnails["+strconv.Itoa(i)+"]", raw, &texts[i])
	}
	return texts
}
