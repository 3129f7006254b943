package shop_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/shop"
	"pulperia/shop/shoptest"
)

// Whatever is done to a shop in whatever order, every figure is what a model says that it must be.
func TestRandomShops(t *testing.T) {
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			s, store := open(t, shop.Options{PasswordPasses: 1})
			defer store.Close()
			shoptest.Random(t, s, 1000, rand.Uint64(), time.Sleep)
		})
	}
}
