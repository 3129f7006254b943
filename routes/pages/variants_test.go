package pages_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// A shopper sees each variant with its price and what there is of it; who chooses none is told, and
// nothing goes into the cart.
func TestShopperChoosesAVariant(t *testing.T) {
	v := newMerchant(t)
	made := makeShirt(v)
	_, _, err := v.Shop.Trade.ChangeProduct(t.Context(), made.ID, func(p *models.Product) error {
		p.Variants = append(p.Variants, models.Variant{Code: "R-S", Options: models.Options{{Name: "Talle", Value: "S"}}, Price: 12000})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	at := "/products/" + made.ID.String()
	page := v.Get(at)
	page.Want(200, ".variants legend bdi", "Talle")
	for selector, want := range map[string][]string{
		".variant__name": {"M", "L", "S"}, ".variant__price": {"$ 10,00", "$ 15,00", "$ 12,00"}, ".variant .stock": {"Quedan 2", "Queda 1", "Agotado"},
	} {
		if got := page.Texts(selector); !slices.Equal(got, want) {
			t.Errorf("%s: %q", selector, got)
		}
	}
	for i, input := range page.All(".variant input") {
		if _, disabled := routestest.AttributeOf(input, "disabled"); disabled != (i == 2) {
			t.Errorf("variant %d: disabled is %t", i, disabled)
		}
	}
	v.Post("/cart"+at, "quantity", "1").Want(400, ".notice--bad", "Elegí una de las opciones, y agregala.", "h1", "Remera")
	v.Post("/cart"+at, "quantity", "2", "variant", made.Variants[1].ID.String()).Want(400, "#quantity-problem", "Alcanza para 1, contando lo que ya hay en el carrito.")
	v.Follow("/cart"+at, "quantity", "1", "variant", made.Variants[1].ID.String()).Want(200)
	v.Get("/cart").Want(200, ".line__title", "Remera – L", ".sum__total strong", "$ 15,00")
}

// A line whose variant is gone, and one that needs one, are shown as such and not in the total; the
// shopper chooses there, or takes just that line out.
func TestCartMendsVariants(t *testing.T) {
	v := newMerchant(t)
	made := makeShirt(v)
	m, l := made.Variants[0].ID, made.Variants[1].ID
	line := "/cart/products/" + made.ID.String()
	v.Follow(line, "quantity", "1", "variant", l.String()).Want(200)
	_, _, err := v.Shop.Trade.ChangeProduct(t.Context(), made.ID, func(p *models.Product) error {
		p.Variants = p.Variants[:1]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	page := v.Get("/cart")
	page.Want(200, ".line__title", "Remera", ".line .stock", "Esa opción ya no está. Elegí otra.", ".sum__total strong", "$ 0,00")
	v.Post(line+"/variant", "of", l.String(), "variant", "").Want(400)
	v.Follow(line+"/variant", "of", l.String(), "variant", m.String()).Want(200, ".line__title", "Remera – M", ".sum__total strong", "$ 10,00")

	cart, _, err := v.Shop.Store.Carts.Create(t.Context(), models.Cart{Products: []models.Item{
		{Product: made.ID, Quantity: 7}, {Product: made.ID, Variant: m, Quantity: 1},
	}})
	if err != nil {
		t.Fatal(err)
	}
	given := "/carts/" + cart.ID.String()
	page = v.Get(given)
	page.Want(200, ".line .stock", "Elegí cuál: hay varias opciones.")
	lines := func() (said []string) {
		now, err := v.Shop.Store.Carts.Get(t.Context(), cart.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range now.Products {
			said = append(said, strings.TrimSpace(item.Variant.String()+" "+strconv.FormatInt(item.Quantity, 10)))
		}
		return said
	}
	v.Follow(given+"/products/"+made.ID.String()+"/remove").Want(200, ".line__title", "Remera – M")
	if got := lines(); len(got) != 1 {
		t.Errorf("after one line is taken out there are %q", got)
	}
	if _, _, err := v.Shop.Store.Carts.Update(t.Context(), cart.ID, func(c *models.Cart) error {
		c.Products = append(c.Products, models.Item{Product: made.ID, Quantity: 7})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	v.Follow(given+"/products/"+made.ID.String()+"/variant", "of", "", "variant", m.String()).Want(200)
	if got := lines(); !slices.Equal(got, []string{m.String() + " 2"}) {
		t.Errorf("after choosing there are %q", got)
	}
}
