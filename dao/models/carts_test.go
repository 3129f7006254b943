package models_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"pulperia/dao/models"
)

func item(product byte, n int64) models.Item {
	return models.Item{Product: models.ID{product}, Quantity: n}
}

func TestCartChanges(t *testing.T) {
	c := models.Cart{Products: []models.Item{item(1, 2), item(2, 3)}}
	steps := []struct {
		what   string
		change func()
		want   []models.Item
		count  int64
	}{
		{"add to what is there", func() { c.Add(models.Choice{Product: models.ID{1}}, 5) }, []models.Item{item(1, 7), item(2, 3)}, 10},
		{"add what is new", func() { c.Add(models.Choice{Product: models.ID{3}}, 1) }, []models.Item{item(1, 7), item(2, 3), item(3, 1)}, 11},
		{"set what is there", func() { c.Set(models.Choice{Product: models.ID{2}}, 9) }, []models.Item{item(1, 7), item(2, 9), item(3, 1)}, 17},
		{"set what is new", func() { c.Set(models.Choice{Product: models.ID{4}}, 4) }, []models.Item{item(1, 7), item(2, 9), item(3, 1), item(4, 4)}, 21},
		{"remove what is there", func() { c.Remove(models.Choice{Product: models.ID{2}}) }, []models.Item{item(1, 7), item(3, 1), item(4, 4)}, 12},
		{"remove what is not", func() { c.Remove(models.Choice{Product: models.ID{2}}) }, []models.Item{item(1, 7), item(3, 1), item(4, 4)}, 12},
	}
	for _, step := range steps {
		step.change()
		if diff := cmp.Diff(step.want, c.Products); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.what, diff)
		}
		if got := c.Count(); got != step.count {
			t.Errorf("%s: %d things, want %d", step.what, got, step.count)
		}
	}
}

func TestCartCheck(t *testing.T) {
	c := models.Cart{Products: []models.Item{item(1, 1), item(2, models.MaxQuantity), item(3, 0), item(4, models.MaxQuantity+1), {Quantity: 1}, {Quantity: -1}}}
	wants(t, "cart", c.Check(), "products[2].quantity too_small 1", "products[3].quantity too_large 1000000",
		"products[4].product required", "products[5].product required", "products[5].quantity too_small 1")
	c.Products = nil
	for i := range models.MaxItems {
		c.Products = append(c.Products, models.Item{Product: models.ID{1, byte(i), byte(i >> 8)}, Quantity: models.MaxQuantity})
	}
	wants(t, "500 items", c.Check())
	c.Products = append(c.Products, item(9, 1))
	wants(t, "501 items", c.Check(), "products too_many 500")
	wants(t, "no items", models.Cart{}.Check())
}

func TestCartSame(t *testing.T) {
	a := models.Cart{ID: models.ID{1}, Products: []models.Item{item(1, 1), item(2, 2)}, Rev: 1}
	b := a.Clone()
	b.Rev, b.CreatedAt, b.UpdatedAt = 2, 3, 4
	if !a.Same(b) {
		t.Error("another revision or time counts as other content")
	}
	b.Products[0], b.Products[1] = b.Products[1], b.Products[0]
	if a.Same(b) || a.Products[0] != item(1, 1) {
		t.Error("another order counts as the same content, or a clone shares it")
	}
	b = a.Clone()
	b.ID = models.ID{2}
	if a.Same(b) {
		t.Error("another id counts as the same content")
	}
}

// Quantities of all sizes, the ends of int64 among them.
func drawnItems() *rapid.Generator[[]models.Item] {
	quantity := rapid.OneOf(rapid.Int64Range(1, 5), rapid.Int64Range(models.MaxQuantity-3, models.MaxQuantity+1), rapid.Int64(),
		rapid.SampledFrom([]int64{0, -1, math.MaxInt64, math.MinInt64, math.MaxInt64 - 1}))
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) models.Item {
		return item(byte(rapid.IntRange(1, 4).Draw(t, "product")), quantity.Draw(t, "quantity"))
	}), 0, 8)
}

// The oracle adds without a limit. A sum that the rules refuse must stay refused, however it is
// made: one that runs over and comes out small again would be a wrong order.
func TestCartSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := drawnItems().Draw(t, "items")
		sums, good := make(map[models.ID]*big.Int), true
		var order []models.ID
		for _, item := range items {
			if sums[item.Product] == nil {
				sums[item.Product] = new(big.Int)
				order = append(order, item.Product)
			}
			sums[item.Product].Add(sums[item.Product], big.NewInt(item.Quantity))
			good = good && 1 <= item.Quantity && item.Quantity <= models.MaxQuantity
		}
		var want []models.Item
		for _, product := range order {
			good = good && sums[product].Cmp(big.NewInt(models.MaxQuantity)) <= 0
			want = append(want, models.Item{Product: product, Quantity: sums[product].Int64()})
		}
		normalized, added := models.Cart{Products: items}.Clone(), models.Cart{}
		normalized.Normalize()
		for _, item := range items {
			added.Add(item.Choice(), item.Quantity)
		}
		for what, c := range map[string]models.Cart{"normalized": normalized, "added": added} {
			if err := c.Check(); (err == nil) != good {
				t.Errorf("%s %v: %v", what, c.Products, err)
			}
			if diff := cmp.Diff(want, c.Products, cmpopts.EquateEmpty()); good && diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
	})
}

func TestCartNormalize(t *testing.T) {
	var c models.Cart
	if c.Normalize(); c.Products == nil {
		t.Error("a cart without a list has none once normalized")
	}
	given := []models.Item{item(1, 1), item(2, 1), item(1, 1)}
	c.Products = given
	c.Normalize()
	if diff := cmp.Diff([]models.Item{item(1, 1), item(2, 1), item(1, 1)}, given); diff != "" {
		t.Errorf("normalizing wrote over the list it was given:\n%s", diff)
	}
	for n := range 60 { // of which one is named twice
		list := make([]models.Item, n, n+1)
		for i := range list {
			list[i] = item(byte(i+1), 1)
		}
		c.Products = list
		if c.Normalize(); len(c.Products) != n {
			t.Errorf("%d items became %d", n, len(c.Products))
		}
		if n == 0 {
			continue
		}
		c.Products = append(list, item(byte(n), 1))
		if c.Normalize(); len(c.Products) != n || c.Products[n-1].Quantity != 2 {
			t.Errorf("%d items, the last of them twice, became %v", n, c.Products)
		}
	}
}

// What another program wrote badly can be used and mended item by item.
func TestCartCheckChange(t *testing.T) {
	one, two := models.ID{1}, models.ID{2}
	bad := models.Cart{Products: []models.Item{{Product: one, Quantity: -3}, {Product: two, Quantity: 1}}}
	for what, c := range map[string]struct {
		change func(*models.Cart)
		want   []string
	}{
		"nothing":                   {func(*models.Cart) {}, nil},
		"another item":              {func(c *models.Cart) { c.Add(models.Choice{Product: models.ID{3}}, 1) }, nil},
		"another item, badly":       {func(c *models.Cart) { c.Add(models.Choice{Product: models.ID{3}}, 0) }, []string{"products[2].quantity too_small 1"}},
		"a good item made bad":      {func(c *models.Cart) { c.Set(models.Choice{Product: two}, 0) }, []string{"products[1].quantity too_small 1"}},
		"the bad item mended":       {func(c *models.Cart) { c.Set(models.Choice{Product: one}, 3) }, nil},
		"the bad item bad as ever":  {func(c *models.Cart) { c.Set(models.Choice{Product: one}, -4) }, []string{"products[0].quantity too_small 1"}},
		"the bad item, moved":       {func(c *models.Cart) { c.Remove(models.Choice{Product: two}) }, nil},
		"the bad quantity, another": {func(c *models.Cart) { c.Set(models.Choice{Product: two}, -3) }, []string{"products[1].quantity too_small 1"}},
	} {
		c2 := bad.Clone()
		c.change(&c2)
		wants(t, what, c2.CheckChange(bad), c.want...)
	}
	full := models.Cart{}
	for i := range models.MaxItems + 2 {
		full.Add(models.Choice{Product: models.ID{1, byte(i >> 8), byte(i)}}, 1)
	}
	fewer, more := full.Clone(), full.Clone()
	fewer.Remove(full.Products[0].Choice())
	more.Add(models.Choice{Product: two}, 1)
	wants(t, "one of too many taken out", fewer.CheckChange(full))
	wants(t, "one more than too many", more.CheckChange(full), "products too_many 500")
}
