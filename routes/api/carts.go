package api

import (
	"context"
	"errors"
	"math"
	"net/http"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/fields"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// Carts are the operations of carts.
type Carts struct{ List, Create, Get, Replace, Empty, Add, Set, Remove Operation }

func newCarts(a *API, trade *shop.Shop) Carts {
	r := cartRoutes{trade}
	return Carts{
		List:    a.reading(r.list, r.describeList),
		Create:  a.writing(r.create, r.describeCreate),
		Get:     a.reading(r.get, r.describeGet),
		Replace: a.writing(r.replace, r.describeReplace),
		Empty:   a.writing(r.empty, r.describeEmpty),
		Add:     a.writing(r.add, r.describeAdd),
		Set:     a.writing(r.set, r.describeSet),
		Remove:  a.writing(r.remove, r.describeRemove),
	}
}

// cartRoutes are the carts. Whoever knows a cart's id may do everything with it.
type cartRoutes struct{ shop *shop.Shop }

func (c cartRoutes) list(r *http.Request, answer []byte) (body []byte, single bool, err error) {
	var wrong models.Invalid
	values := readQuery(r, &wrong)
	page := values.whole("page", 1, math.MaxInt, 1)
	limit := values.whole("limit", 1, models.MaxLimit, defaultLimit)
	if err := wrong.Err(); err != nil {
		return nil, false, err
	}
	carts, total, err := c.shop.Carts.List(r.Context(), page, limit)
	if err != nil {
		return nil, false, err
	}
	if carts == nil {
		carts = []models.Cart{} // a list is never null
	}
	numbers := models.ProductPage{Total: total, Page: page, Limit: limit}
	answer = append(append(answer, frame.Begin...), models.JSON(carts)...)
	return endPage(answer, numbers, "/api/carts", values.values), false, nil
}

func (c cartRoutes) get(r *http.Request, answer []byte) (body []byte, single bool, err error) {
	var wrong models.Invalid
	cid := idInPath(r, "cid", &wrong)
	populate := readQuery(r, &wrong).flag("populate")
	if err := wrong.Err(); err != nil {
		return nil, false, err
	}
	cart, err := c.shop.Carts.Get(r.Context(), cid)
	if err != nil {
		return nil, false, err
	}
	if populate == nil || !*populate {
		return frame.Success(answer, models.JSON(cart)), true, nil
	}
	whole, err := c.populate(r, cart)
	return frame.Success(answer, models.JSON(whole)), false, err
}

// populatedCart is a cart with its products in the place of their ids.
type populatedCart struct {
	ID        models.ID       `json:"_id"`
	Products  []populatedItem `json:"products"`
	CreatedAt models.Time     `json:"createdAt"`
	UpdatedAt models.Time     `json:"updatedAt"`
	Rev       int64           `json:"rev"`
}

type populatedItem struct {
	Product  *models.Product `json:"product"` // nil for one that is gone
	Variant  models.ID       `json:"variant,omitzero"`
	Quantity int64           `json:"quantity"`
}

func (c cartRoutes) populate(r *http.Request, cart models.Cart) (populatedCart, error) {
	bill, err := c.shop.Bill(r.Context(), cart)
	whole := populatedCart{cart.ID, make([]populatedItem, len(bill.Lines)), cart.CreatedAt, cart.UpdatedAt, cart.Rev}
	for i, line := range bill.Lines {
		whole.Products[i] = populatedItem{line.Product, line.Variant, line.Quantity}
	}
	return whole, err
}

func (c cartRoutes) create(r *http.Request) (written, error) {
	var wrong models.Invalid
	body, err := readObject(r, false, &wrong)
	if err != nil {
		return written{}, err
	}
	var cart models.Cart
	body.id("_id", &cart.ID)
	cart.Products = readItems(body)
	if err := wrong.Err(); err != nil {
		return written{}, err
	}
	cart, receipt, err := c.shop.CreateCart(r.Context(), cart)
	if err != nil {
		return written{}, err
	}
	return created(models.JSON(cart), receipt), nil
}

func (c cartRoutes) replace(r *http.Request) (written, error) {
	var wrong models.Invalid
	cid := idInPath(r, "cid", &wrong)
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return written{}, err
	}
	seen := readCondition(r, body)
	body.require("products")
	items := readItems(body)
	if err := wrong.Err(); err != nil {
		return written{}, err
	}
	return changedCart(c.shop.ReplaceCart(r.Context(), cid, items, seen.ofCart))
}

func (c cartRoutes) empty(r *http.Request) (written, error) {
	var wrong models.Invalid
	cid := idInPath(r, "cid", &wrong)
	if err := wrong.Err(); err != nil {
		return written{}, err
	}
	return changedCart(c.shop.EmptyCart(r.Context(), cid, readCondition(r, object{}).ofCart))
}

func (c cartRoutes) add(r *http.Request) (written, error) {
	return changeItem(r, false, c.shop.AddToCart)
}

func (c cartRoutes) set(r *http.Request) (written, error) {
	return changeItem(r, true, c.shop.SetQuantity)
}

// changeItem reads {"variant":id, "quantity":n} and changes the item of one product.
func changeItem(
	r *http.Request, required bool,
	change func(context.Context, models.ID, models.Item, ...shop.Check[models.Cart]) (models.Cart, dao.Receipt, error),
) (written, error) {
	var wrong models.Invalid
	cid := idInPath(r, "cid", &wrong)
	item := models.Item{Product: idInPath(r, "pid", &wrong), Quantity: 1}
	body, err := readObject(r, required, &wrong)
	if err != nil {
		return written{}, err
	}
	seen := readCondition(r, body)
	body.variant(&item.Variant)
	body.whole("quantity", models.MaxQuantity, &item.Quantity)
	if required {
		body.require("quantity")
	}
	merge(&wrong, shop.CheckQuantity(item.Quantity))
	if err := wrong.Err(); err != nil {
		return written{}, err
	}
	return changedCart(change(r.Context(), cid, item, seen.ofCart))
}

func (c cartRoutes) remove(r *http.Request) (written, error) {
	var wrong models.Invalid
	cid, of := idInPath(r, "cid", &wrong), models.Choice{Product: idInPath(r, "pid", &wrong)}
	of.Variant = readQuery(r, &wrong).id("variant")
	if err := wrong.Err(); err != nil {
		return written{}, err
	}
	return changedCart(c.shop.RemoveFromCart(r.Context(), cid, of, readCondition(r, object{}).ofCart))
}

// changedCart is the answer to a change of a cart. A product that the path names is there called as
// the path calls it.
func changedCart(cart models.Cart, receipt dao.Receipt, err error) (written, error) {
	if missing, is := errors.AsType[shop.Missing](err); is {
		for i, problem := range missing.Problems {
			if problem.Field == "product" {
				missing.Problems[i].Field = "pid"
			}
		}
	}
	if err != nil {
		return written{}, err
	}
	return changed(models.JSON(cart), receipt), nil
}

// variant reads which variant an item is of; null, as a client may keep it for none, is none.
func (o object) variant(into *models.ID) {
	if !o.clears("variant") {
		o.id("variant", into)
	}
}

// readItems reads "products" by the places that the client gave. The shop checks the rules; where
// something cannot be read at all, they are noted here, so that an answer names every bad field.
func readItems(body object) []models.Item {
	entries := body.list("products")
	items := make([]models.Item, len(entries))
	for i, raw := range entries {
		read(body.entry("products", i, raw).asItem(), fields.Item, fields.Create, &items[i])
	}
	if len(*body.wrong) > 0 {
		merge(body.wrong, models.Cart{Products: items}.Check())
		body.wrong.SortEntries()
	}
	return items
}
