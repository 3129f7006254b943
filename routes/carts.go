package routes

import (
	"math"
	"net/http"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

// cartRoutes are the carts. Whoever knows a cart's id may do everything with it.
type cartRoutes struct {
	store   dao.Store
	clients clients
}

func (c cartRoutes) list(r *http.Request, answer []byte) (body []byte, single bool, err error) {
	if !c.clients.isLocal(r) {
		return nil, false, problem{status: http.StatusForbidden, code: "forbidden",
			message: "The list of carts is only for programs on the shop's own machine, because a cart's id opens it."}
	}
	var wrong models.Invalid
	values := readQuery(r, &wrong)
	page := values.whole("page", 1, math.MaxInt, 1)
	limit := values.whole("limit", 1, models.MaxLimit, defaultLimit)
	if err := wrong.Err(); err != nil {
		return nil, false, err
	}
	carts, total, err := c.store.Carts.List(r.Context(), page, limit)
	if err != nil {
		return nil, false, err
	}
	if carts == nil {
		carts = []models.Cart{} // a list is never null
	}
	numbers := models.ProductPage{Total: total, Page: page, Limit: limit}
	answer = append(append(answer, begin...), models.JSON(carts)...)
	return endPage(answer, numbers, "/api/carts", values.values), false, nil
}

func (c cartRoutes) get(r *http.Request, answer []byte) (body []byte, single bool, err error) {
	var wrong models.Invalid
	cid := idInPath(r, "cid", &wrong)
	populate := readQuery(r, &wrong).flag("populate")
	if err := wrong.Err(); err != nil {
		return nil, false, err
	}
	cart, err := c.store.Carts.Get(r.Context(), cid)
	if err != nil {
		return nil, false, missing("cart", cid, err)
	}
	if populate == nil || !*populate {
		return success(answer, models.JSON(cart)), true, nil
	}
	whole, err := c.populate(r, cart)
	return success(answer, models.JSON(whole)), false, err
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
	Quantity int64           `json:"quantity"`
}

func (c cartRoutes) populate(r *http.Request, cart models.Cart) (populatedCart, error) {
	whole := populatedCart{cart.ID, make([]populatedItem, len(cart.Products)), cart.CreatedAt, cart.UpdatedAt, cart.Rev}
	products, err := productsOf(r.Context(), c.store.Products, cart.Products)
	if err != nil {
		return populatedCart{}, err
	}
	for i, item := range cart.Products {
		whole.Products[i].Quantity = item.Quantity
		if product, there := products[item.Product]; there {
			whole.Products[i].Product = &product
		}
	}
	return whole, nil
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
	gone, err := c.gone(r, cart.Products, itemField)
	if err == nil {
		err = gone.allow(models.Cart{}, cart)
	}
	if err != nil {
		return written{}, err
	}
	cart, receipt, err := c.store.Carts.Create(r.Context(), cart)
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
	gone, err := c.gone(r, items, itemField)
	if err != nil {
		return written{}, err
	}
	return c.change(r, cid, seen, gone, func(cart *models.Cart) error {
		cart.Products = slices.Clone(items)
		return nil
	})
}

func (c cartRoutes) empty(r *http.Request) (written, error) {
	var wrong models.Invalid
	cid := idInPath(r, "cid", &wrong)
	if err := wrong.Err(); err != nil {
		return written{}, err
	}
	return c.change(r, cid, readCondition(r, object{}), nil, func(cart *models.Cart) error {
		cart.Products = nil
		return nil
	})
}

func (c cartRoutes) add(r *http.Request) (written, error) {
	return c.changeItem(r, false, func(cart *models.Cart, item models.Item) error {
		cart.Add(item.Product, item.Quantity)
		return checkQuantity(models.Item{Product: item.Product, Quantity: cart.Quantity(item.Product)})
	})
}

func (c cartRoutes) set(r *http.Request) (written, error) {
	return c.changeItem(r, true, func(cart *models.Cart, item models.Item) error {
		cart.Set(item.Product, item.Quantity)
		return nil
	})
}

// changeItem reads {"quantity":n} and changes the item of one product.
func (c cartRoutes) changeItem(r *http.Request, required bool, change func(*models.Cart, models.Item) error) (written, error) {
	var wrong models.Invalid
	cid := idInPath(r, "cid", &wrong)
	item := models.Item{Product: idInPath(r, "pid", &wrong), Quantity: 1}
	body, err := readObject(r, required, &wrong)
	if err != nil {
		return written{}, err
	}
	seen := readCondition(r, body)
	body.whole("quantity", models.MaxQuantity, &item.Quantity)
	if required {
		body.require("quantity")
	}
	merge(&wrong, checkQuantity(item))
	if err := wrong.Err(); err != nil {
		return written{}, err
	}
	gone, err := c.gone(r, []models.Item{item}, func(int) string { return "pid" })
	if err != nil {
		return written{}, err
	}
	return c.change(r, cid, seen, gone, func(cart *models.Cart) error { return change(cart, item) })
}

func (c cartRoutes) remove(r *http.Request) (written, error) {
	var wrong models.Invalid
	cid, pid := idInPath(r, "cid", &wrong), idInPath(r, "pid", &wrong)
	if err := wrong.Err(); err != nil {
		return written{}, err
	}
	return c.change(r, cid, readCondition(r, object{}), nil, func(cart *models.Cart) error {
		cart.Remove(pid)
		return nil
	})
}

// change changes a cart if it is what the client has seen, and if that does not bring in more of
// what is gone.
func (c cartRoutes) change(r *http.Request, cid models.ID, seen condition, gone goneProducts, change func(*models.Cart) error) (written, error) {
	cart, receipt, err := c.store.Carts.Update(r.Context(), cid, func(cart *models.Cart) error {
		if err := seen.check(*cart, cart.Rev); err != nil {
			return err
		}
		old := cart.Clone()
		if err := change(cart); err != nil {
			return err
		}
		return gone.allow(old, *cart)
	})
	if err != nil {
		return written{}, missing("cart", cid, err)
	}
	return changed(models.JSON(cart), receipt), nil
}
