package shop_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dose"
	"pulperia/shop"
	"pulperia/shop/shoptest"
)

var (
	randomActs = dose.Flag("acts", 1000, 2000, "random acts on orders, in shops of a thousand each")
	actsSeed   = flag.Uint64("acts.seed", 0, "seed of these; 0 takes a new one")
)

// Whatever is done to a shop in whatever order, every figure is what a model says that it must be.
func TestRandomShops(t *testing.T) {
	const most = 1000
	seed := *actsSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Attr("seed", fmt.Sprint(seed))
	t.Attr("acts", fmt.Sprint(randomActs.Get()))
	for left := randomActs.Get(); left > 0; left -= most {
		synctest.Test(t, func(t *testing.T) {
			s, store := open(t, shop.Options{PasswordPasses: 1})
			defer store.Close()
			shoptest.Random(t, s, min(left, most), seed, time.Sleep)
		})
		seed++
	}
}
