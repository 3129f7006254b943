package routes

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pulperia/dao/models"
)

// What was deleted is back as it was, in its own place, with a revision that goes on; done twice,
// it is done.
func TestUndoDelete(t *testing.T) {
	v := newVisitor(t)
	first := v.shop.product("A-1", `"title":"Miel"`)
	v.shop.product("A-2")
	v.follow("/realtimeproducts/"+first.ID.String()+"/delete", "page", "1").want(200, ".undo p", "Borraste «Miel».")
	v.get("/").want(200, ".undo p", "Borraste «Miel».") // on every page, and after a reload
	held := v.cookies[v.ours(undoCookie)]
	for range 2 {
		v.cookies[v.ours(undoCookie)] = held
		got := v.post("/undo")
		got.want(303)
		if to := got.Header().Get("Location"); to != "/realtimeproducts#p-"+first.ID.String() {
			t.Errorf("leads to %q", to)
		}
	}
	list := v.catalogue()
	if len(list) != 2 || !list[0].Same(first) || list[0].CreatedAt != first.CreatedAt || list[0].Rev != 3 {
		t.Errorf("put back %+v, was %+v", list, first)
	}
	if len(v.get("/realtimeproducts").all(".undo")) > 0 {
		t.Error("it can still be undone")
	}
	v.post("/undo").want(409, "h1", "Ya no hay nada que deshacer")
}

// What another has put there since is not replaced.
func TestUndoOvertaken(t *testing.T) {
	v := newVisitor(t)
	p := v.shop.product("A-1")
	v.post("/realtimeproducts/" + p.ID.String() + "/delete")
	v.shop.product("A-1", `"title":"Otra"`)
	v.post("/undo").want(409, "h1", "No se puede deshacer")

	v.post("/cart/products/" + v.catalogue()[0].ID.String())
	v.post("/cart/empty")
	v.post("/cart/products/"+v.catalogue()[0].ID.String(), "quantity", "2")
	v.post("/undo").want(409, "h1", "No se puede deshacer")
}

// A cart that was emptied, or had a line or a quantity changed, is as it was before.
func TestUndoCart(t *testing.T) {
	v := newVisitor(t)
	one, two := v.shop.product("A-1"), v.shop.product("A-2")
	v.post("/cart/products/"+one.ID.String(), "quantity", "3")
	v.post("/cart/products/" + two.ID.String())
	item := "/cart/products/" + one.ID.String()
	for _, act := range [][]string{{"/cart/empty"}, {item + "/remove"}, {item + "/quantity", "quantity", "6"}} {
		v.post(act[0], act[1:]...).want(303)
		v.follow("/undo").want(200, ".badge", "(4)")
		if n := len(v.get("/cart").all(".line")); n != 2 {
			t.Errorf("after %v: %d lines", act, n)
		}
	}
}

// A cart gets back what can still be bought, and no more, whatever the visitor holds.
func TestUndoCartOfWhatIsScarce(t *testing.T) {
	v := newVisitor(t)
	one, two := v.shop.product("A-1"), v.shop.product("A-2")
	v.post("/cart/products/"+one.ID.String(), "quantity", "3")
	v.post("/cart/products/" + two.ID.String())
	v.post("/cart/empty").want(303)
	v.shop.must("PUT", "/api/products/"+one.ID.String(), `{"stock":2}`)
	v.shop.must("DELETE", "/api/products/"+two.ID.String(), "")
	v.follow("/undo").want(200, ".badge", "(2)", ".line__title", one.Title,
		".notice--over", "Volvió al carrito lo que todavía se puede comprar; lo demás ya no está o no alcanza.")

	v.post("/cart/empty").want(303)
	v.shop.must("PUT", "/api/products/"+one.ID.String(), `{"status":false}`)
	refused := v.post("/undo")
	refused.want(409, "h1", "No se puede deshacer")
	if !strings.Contains(refused.Body.String(), "Lo que había en el carrito ya no se puede comprar") {
		t.Errorf("%s", refused.Body)
	}

	cart := models.Cart{Products: []models.Item{{Product: v.shop.product("A-3").ID, Quantity: 100_000}}}
	cart.ID, _ = models.ParseID(v.cookies[v.ours(cartCookie)])
	v.cookies[v.ours(undoCookie)] = undo{Did: "emptied", Cart: &cart, Back: "/cart"}.seal()
	v.follow("/undo").want(200, ".badge", "(7)")
}

// What no cookie can hold is not done before the visitor has been told that it cannot be taken
// back.
func TestTooLargeToUndo(t *testing.T) {
	v := newVisitor(t)
	var noise strings.Builder
	random := rand.New(rand.NewPCG(1, 2))
	for noise.Len() < 12_000 {
		fmt.Fprintf(&noise, "%c", 0x4e00+random.IntN(0x5000))
	}
	p := v.shop.product("A-1", fmt.Sprintf(`"description":%q`, noise.String()))
	path := "/realtimeproducts/" + p.ID.String() + "/delete"
	asked := v.post(path, "page", "1")
	asked.want(200, "h1", "No se va a poder deshacer")
	if len(v.catalogue()) != 1 || asked.attribute("form[action="+path+"] [name=sure]", "value") != "true" {
		t.Error("it was not asked")
	}
	v.post(path, "page", "1", "sure", "true").want(303)
	if len(v.catalogue()) != 0 || v.cookies[v.ours(undoCookie)] != "" {
		t.Error("it was not done")
	}
}

// What is held may be anything that a visitor writes there.
func TestMadeUpUndo(t *testing.T) {
	v := newVisitor(t)
	bad := models.Product{Title: "sin nada"}
	for held, status := range map[string]int{
		"": 409, "%%": 409, "AAAA": 409, undo{Did: "x", Product: &bad}.seal(): 400, undo{Did: "deleted"}.seal(): 409,
		undo{Did: "deleted", Product: &bad}.seal(): 400, undo{Did: "emptied", Cart: &models.Cart{}}.seal(): 404,
	} {
		v.cookies[v.ours(undoCookie)] = held
		v.get("/").want(200)
		v.post("/undo").want(status)
	}
}
