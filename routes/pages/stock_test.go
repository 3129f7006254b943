package pages_test

import (
	"strconv"
	"strings"
	"testing"

	"pulperia/dao/models"
)

// Counting and receiving are two acts: a count says what lies on the shelf and is refused where that
// has changed, what has come is added to whatever lies there. What orders hold lies there, too.
func TestCountAndReceive(t *testing.T) {
	v := staff(t, models.RoleHelper)
	product, _, _ := orderOf(v, "7")
	act, row := "/admin/products/"+product.ID.String()+"/stock", "#p-"+product.ID.String()
	stock := func(want, held int64) {
		t.Helper()
		if p, err := v.Shop.Trade.Products.Get(t.Context(), product.ID); err != nil || p.Stock != want || p.Held != held {
			t.Errorf("%d, %d held, %v; want %d", p.Stock, p.Held, err, want)
		}
	}
	for _, page := range []string{"/admin/stock", "/admin/products"} {
		if got := v.Get(page).Attribute("#stock-"+product.ID.String(), "value"); got != "7" {
			t.Errorf("%s: %q pieces", page, got)
		}
	}
	v.Get("/admin/stock").Want(200, row+" .row__quiet", "Y · Hay en stock · 1 reservada")
	v.Follow(act, "back", "/admin/stock", "received", "5").Want(200, "h1", "Stock")
	stock(11, 1)
	v.Follow(act, "back", "/admin/stock", "was", "12", "stock", "10")
	stock(9, 1)
	v.Shop.Order(product.ID) // a sale while somebody counts: the shelf is as it was
	v.Follow(act, "back", "/admin/stock", "was", "10", "stock", "10")
	stock(8, 2)
	v.Post(act, "back", "/admin/stock", "was", "12", "stock", "30").Want(409, "h1", "Stock", "#stock-"+product.ID.String()+"-problem", "Cambió mientras tanto. Mirá cómo está ahora y probá de nuevo. Ahora dice: 10")
	v.Post(act, "back", "/admin/stock", "received", "cinco").Want(400, "h1", "Stock")
	v.Post(act, "back", "/admin/stock", "was", "10", "stock", "1").Want(409) // less than orders hold
	stock(8, 2)
	got := v.Post("/undo")
	if got.Code != 303 && got.Code != 409 {
		t.Errorf("%d", got.Code)
	}
}

// What there is least of stands first, a row for each variant, and a code that a scanner has read is
// found alone.
func TestStockRows(t *testing.T) {
	v := staff(t, models.RoleHelper)
	for _, code := range []string{"A-10", "A-1", "B-3"} {
		v.Product(code, `"title":"T `+code+`"`, `"stock":`+code[2:])
	}
	v.Product("V", `"title":"Remera"`, `"price":10`, `"stock":2`, `"variants":[{"options":{"talle":"S"},"code":"V-S","price":10,"stock":2},{"options":{"talle":"M"},"code":"V-M","price":10,"stock":0}]`)
	v.Product("H", `"title":"Oculto"`, `"stock":0`, `"status":false`)
	if got := strings.Join(v.Get("/admin/stock").Texts(".stocks .row__title"), ", "); got != "Remera – M, T A-1, Remera – S, T B-3, T A-10, Oculto oculto" {
		t.Errorf("%s", got)
	}
	for q, want := range map[string]string{"a-1": "T A-1", "V-S": "Remera – S", "v-": "Remera – M, Remera – S", "remera": "Remera – M, Remera – S", "nada": ""} {
		if got := strings.Join(v.Get("/admin/stock?q="+q).Texts(".stocks .row__title"), ", "); got != want {
			t.Errorf("%s: %s, want %s", q, got, want)
		}
	}
	for i := range 60 {
		v.Product("Z-"+strconv.Itoa(i), `"stock":50`)
	}
	got := v.Get("/admin/stock?page=2")
	if n := len(got.All(".stocks")); n != 16 {
		t.Errorf("%d rows on the second page", n)
	}
	v.Get("/admin/stock?page=9").Want(200, ".empty a", "Ir a la última página")
}
