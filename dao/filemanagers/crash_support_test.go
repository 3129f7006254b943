package filemanagers

import (
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dose"
)

var (
	crashSeed  = flag.Uint64("crashseed", 0, "seed of the crash tests; 0 takes a new one")
	crashTimes = flag.Int("crashtimes", 1, "how many times longer than usual the crash tests are")
)

// crashesEach is how many losses of power each step meets.
func crashesEach() int { return dose.Of(1, 2) * *crashTimes }

// newRandom returns a source of random numbers and prints how to get it again.
func newRandom(t *testing.T) *rand.Rand {
	seed := *crashSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Attr("seed", strconv.FormatUint(seed, 10))
	t.Logf("to reproduce: go test -run '^%s$' -crashseed %d", t.Name(), seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func openDisk(d disk, keep int) (dao.Store, error) {
	o := Options{disk: d, Keep: keep, Fold: 1 << 40, Log: slog.New(slog.DiscardHandler)}
	return open(o.withDefaults(""), func() error { return nil })
}

// openSmall opens a store that soon begins another journal file.
func openSmall(d disk, keep int) (dao.Store, error) {
	s, err := openDisk(d, keep)
	if err == nil {
		s.Engine.(*engine).committer.segmentSize = 1_500
	}
	return s, err
}

func testID(n int) models.ID { return models.ID{0x66, 11: byte(n)} }

func testProduct(n int) models.Product {
	return models.Product{
		ID: testID(n), Title: fmt.Sprintf("Yerba %d", n), Description: "Con palo", Code: fmt.Sprintf("Y-%d", n),
		Price: 123450, Status: true, Stock: 7, Category: "almacén", Thumbnails: []string{"/y.svg"},
	}
}
