package socket

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

// Topics are kept apart, and changes of several of them come in the one order of the feed. A cart's
// changes come only to who knows its id.
func TestTopics(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		ctx := context.Background()
		cart, _, err := s.store.Carts.Create(ctx, models.Cart{})
		if err != nil {
			t.Fatal(err)
		}
		settle()
		at := s.head()
		all := s.hello(ana, at, "messages", "products", "cart:"+cart.ID.String())
		products := s.hello("", at, "products")
		other := s.hello("", at, "cart:ffffffffffffffffffffffff", "products")
		s.post("hola")
		product, _, err := s.store.Products.Create(ctx, models.Product{Title: "Yerba", Description: "x", Code: "Y", Category: "c", Status: true})
		if err != nil {
			t.Fatal(err)
		}
		s.store.Carts.Update(ctx, cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: product.ID}, 1); return nil })
		s.store.Products.Delete(ctx, product.ID)
		settle()
		kinds := func(c *client) (list []string) {
			for _, f := range c.heard("change") {
				list = append(list, f.Kind+" "+f.Op)
				if (f.Op == "delete") != (f.Doc == nil) {
					t.Errorf("%+v", f)
				}
			}
			return list
		}
		for name, tt := range map[string]struct {
			c    *client
			want []string
		}{
			"all":      {all, []string{"message put", "product put", "cart put", "product delete"}},
			"products": {products, []string{"product put", "product delete"}},
			"other":    {other, []string{"product put", "product delete"}},
		} {
			if diff := cmp.Diff(tt.want, kinds(tt.c)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	})
}

// doc is what the API shows, byte for byte.
func TestDocIsTheAPIs(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		c := s.hello(ana, s.head(), "messages")
		m, _ := s.post("<b>¿&yerba?</b>")
		settle()
		got := c.heard("change")
		if len(got) != 1 || string(got[0].Doc) != string(models.JSON(m)) || got[0].ID != m.ID.String() {
			t.Errorf("%+v", got)
		}
	})
}

// Every 25 seconds everybody learns a position to resume from, also when nothing of his topics has
// happened.
func TestPosition(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		c := s.hello("", s.head(), "products")
		at := s.posts(5)
		time.Sleep(26 * time.Second)
		synctest.Wait()
		if got := c.heard("position"); len(got) != 1 || got[0].Position != at {
			t.Errorf("%+v, not %s", got, at)
		}
		time.Sleep(25 * time.Second)
		synctest.Wait()
		if got := c.heard("position"); len(got) != 1 || got[0].Position != at {
			t.Errorf("%+v", got)
		}
		// What was missed had nothing of the topic: the position comes at once, lest all is looked
		// through again.
		c = s.hello("", "", "products")
		old := c.heard("welcome")[0].Position
		at = s.posts(3)
		synctest.Wait() // until the hub has read them
		c = s.hello("", old, "products")
		if got := c.heard(); len(got) != 2 || got[1].Type != "position" || got[1].Position != at {
			t.Errorf("%+v", got)
		}
	})
}
