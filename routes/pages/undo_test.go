package pages_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/pages"
	"pulperia/routes/routestest"
)

// What was deleted is back as it was, in its own place, with a revision that goes on; done twice,
// it is done.
func TestUndoDelete(t *testing.T) {
	v := routestest.NewVisitor(t)
	first := v.Shop.Product("A-1", `"title":"Miel"`)
	v.Shop.Product("A-2")
	v.Follow("/realtimeproducts/"+first.ID.String()+"/delete", "page", "1").Want(200, ".undo p", "Borraste «Miel».")
	v.Get("/").Want(200, ".undo p", "Borraste «Miel».") // on every page, and after a reload
	held := v.Cookies[v.Ours("undo")]
	for range 2 {
		v.Cookies[v.Ours("undo")] = held
		got := v.Post("/undo")
		got.Want(303)
		if to := got.Header().Get("Location"); to != "/realtimeproducts#p-"+first.ID.String() {
			t.Errorf("leads to %q", to)
		}
	}
	list := allProducts(v)
	if len(list) != 2 || !list[0].Same(first) || list[0].CreatedAt != first.CreatedAt || list[0].Rev != 3 {
		t.Errorf("put back %+v, was %+v", list, first)
	}
	if len(v.Get("/realtimeproducts").All(".undo")) > 0 {
		t.Error("it can still be undone")
	}
	v.Post("/undo").Want(409, "h1", "Ya no hay nada que deshacer")
}

// What another has put there since is not replaced.
func TestUndoOvertaken(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Shop.Product("A-1")
	v.Post("/realtimeproducts/" + p.ID.String() + "/delete")
	v.Shop.Product("A-1", `"title":"Otra"`)
	v.Post("/undo").Want(409, "h1", "No se puede deshacer")

	v.Post("/cart/products/" + allProducts(v)[0].ID.String())
	v.Post("/cart/empty")
	v.Post("/cart/products/"+allProducts(v)[0].ID.String(), "quantity", "2")
	v.Post("/undo").Want(409, "h1", "No se puede deshacer")
}

// A cart that was emptied, or had a line or a quantity changed, is as it was before.
func TestUndoCart(t *testing.T) {
	v := routestest.NewVisitor(t)
	one, two := v.Shop.Product("A-1"), v.Shop.Product("A-2")
	v.Post("/cart/products/"+one.ID.String(), "quantity", "3")
	v.Post("/cart/products/" + two.ID.String())
	item := "/cart/products/" + one.ID.String()
	for _, act := range [][]string{{"/cart/empty"}, {item + "/remove"}, {item + "/quantity", "quantity", "6"}} {
		v.Post(act[0], act[1:]...).Want(303)
		v.Follow("/undo").Want(200, ".badge", "(4)")
		if n := len(v.Get("/cart").All(".line")); n != 2 {
			t.Errorf("after %v: %d lines", act, n)
		}
	}
}

// A cart gets back what can still be bought, and no more, whatever the visitor holds.
func TestUndoCartOfWhatIsScarce(t *testing.T) {
	v := routestest.NewVisitor(t)
	one, two := v.Shop.Product("A-1"), v.Shop.Product("A-2")
	v.Post("/cart/products/"+one.ID.String(), "quantity", "3")
	v.Post("/cart/products/" + two.ID.String())
	v.Post("/cart/empty").Want(303)
	v.Shop.Must("PUT", "/api/products/"+one.ID.String(), `{"stock":2}`)
	v.Shop.Must("DELETE", "/api/products/"+two.ID.String(), "")
	v.Follow("/undo").Want(200, ".badge", "(2)", ".line__title", one.Title,
		".notice--over", "Volvió al carrito lo que todavía se puede comprar; lo demás ya no está o no alcanza.")

	v.Post("/cart/empty").Want(303)
	v.Shop.Must("PUT", "/api/products/"+one.ID.String(), `{"status":false}`)
	refused := v.Post("/undo")
	refused.Want(409, "h1", "No se puede deshacer")
	if !strings.Contains(refused.Body.String(), "Lo que había en el carrito ya no se puede comprar") {
		t.Errorf("%s", refused.Body)
	}

	cart := models.Cart{Products: []models.Item{{Product: v.Shop.Product("A-3").ID, Quantity: 100_000}}}
	cart.ID, _ = models.ParseID(v.Cookies[v.Ours("cart")])
	v.Cookies[v.Ours("undo")] = pages.Undo{Did: "emptied", Cart: &cart, Back: "/cart"}.Seal()
	v.Follow("/undo").Want(200, ".badge", "(7)")
}

// What no cookie can hold is not done before the visitor has been told that it cannot be taken
// back.
func TestTooLargeToUndo(t *testing.T) {
	v := routestest.NewVisitor(t)
	var noise strings.Builder
	random := rand.New(rand.NewPCG(1, 2))
	for noise.Len() < 12_000 {
		fmt.Fprintf(&noise, "%c", 0x4e00+random.IntN(0x5000))
	}
	p := v.Shop.Product("A-1", fmt.Sprintf(`"description":%q`, noise.String()))
	path := "/realtimeproducts/" + p.ID.String() + "/delete"
	asked := v.Post(path, "page", "1")
	asked.Want(200, "h1", "No se va a poder deshacer")
	if len(allProducts(v)) != 1 || asked.Attribute("form[action="+path+"] [name=sure]", "value") != "true" {
		t.Error("it was not asked")
	}
	v.Post(path, "page", "1", "sure", "true").Want(303)
	if len(allProducts(v)) != 0 || v.Cookies[v.Ours("undo")] != "" {
		t.Error("it was not done")
	}
}

// What is held may be anything that a visitor writes there.
func TestMadeUpUndo(t *testing.T) {
	v := routestest.NewVisitor(t)
	bad := models.Product{Title: "sin nada"}
	for held, status := range map[string]int{
		"": 409, "%%": 409, "AAAA": 409, pages.Undo{Did: "x", Product: &bad}.Seal(): 400, pages.Undo{Did: "deleted"}.Seal(): 409,
		pages.Undo{Did: "deleted", Product: &bad}.Seal(): 400, pages.Undo{Did: "emptied", Cart: &models.Cart{}}.Seal(): 404,
	} {
		v.Cookies[v.Ours("undo")] = held
		v.Get("/").Want(200)
		v.Post("/undo").Want(status)
	}
}
