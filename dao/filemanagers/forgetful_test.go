package filemanagers

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dose"
)

var diskSeeds = dose.Flag("diskseeds", 30, 100, "how many lives are lived on a disk that forgets and reorders")

// Random lives on a disk that forgets what was not synced, or keeps any part of it in any order,
// through several losses of power each: what was acknowledged is there, what was not is there as a
// whole or not at all.
func TestForgetfulDisk(t *testing.T) {
	base := newRandom(t).Uint64()
	losses, acknowledged := 0, 0
	for n := range uint64(diskSeeds.Get()) {
		f := forgetful{random: rand.New(rand.NewPCG(base, n)), disk: newMemDisk(), shadow: newShadow(t)}
		for range 1 + f.random.IntN(4) {
			f.live(t)
			f.losePower(t, fmt.Sprintf("life %d", n))
			losses++
		}
		acknowledged += f.acknowledged
	}
	t.Attr("lives", strconv.Itoa(diskSeeds.Get()))
	t.Attr("power_losses", strconv.Itoa(losses))
	t.Attr("acknowledged", strconv.Itoa(acknowledged))
	t.Attr("lost", "0")
	if acknowledged < 5*diskSeeds.Get() {
		t.Error("hardly anything was written: the test says little")
	}
}

// forgetful is a life on a forgetful disk, with the model of it.
type forgetful struct {
	random *rand.Rand
	disk   *memDisk
	*shadow
	acknowledged int
}

// live works for a while, or until the power goes in the middle of something.
func (f *forgetful) live(t *testing.T) {
	t.Helper()
	if f.random.IntN(4) > 0 {
		f.disk.fail = f.disk.steps + 1 + f.random.IntN(60)
	}
	s, err := openSmall(f.disk, 4)
	if err != nil {
		return
	}
	for range f.random.IntN(25) {
		if !f.do(s, randomAct(f.random)) {
			break
		}
		f.acknowledged++
	}
	if f.random.IntN(3) == 0 {
		s.Close() // the power may go here, too
	} else {
		s.Engine.(*engine).committer.stop()
	}
}

// losePower turns the disk into what it may be afterwards, and looks at it.
func (f *forgetful) losePower(t *testing.T, where string) {
	t.Helper()
	f.disk = f.disk.crash(f.random)
	s, err := openSmall(f.disk.image(), 4) // f.disk is what the next life starts from
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	defer s.Engine.(*engine).committer.stop()
	wantWholeFeed(t, s)
	got, want := withoutRevs(content(t, s)), withoutRevs(content(t, f.store))
	if got != want { // then what is unknown was done
		allowed := f.outcomes()
		want = withoutRevs(allowed[len(allowed)-1])
	}
	if got != want {
		t.Fatalf("%s: there is\n%s, not\n%s", where, got, want)
	}
	f.unknown = nil
}

var revs = regexp.MustCompile(`,"rev":\d+`)

// withoutRevs drops the revisions: those of an id that is used again begin anew when the feed has
// forgotten the first one, and the model forgets nothing.
func withoutRevs(content string) string { return revs.ReplaceAllString(content, "") }

// randomAct draws a write, or a compaction. Ids are few, so that acts meet.
func randomAct(random *rand.Rand) act {
	n, stock := 1+random.IntN(6), random.Int64N(1_000)
	switch random.IntN(8) {
	case 0:
		return func(t *testing.T, s dao.Store) error { return s.Engine.(*engine).compactor.compact(false) }
	case 1, 2:
		m := models.Message{ID: models.ID{0x67, 4: byte(stock >> 8), 11: byte(stock)}, User: "ana@example.com", Message: fmt.Sprint("hola ", stock)}
		return func(t *testing.T, s dao.Store) error { _, _, err := s.Messages.Append(t.Context(), m); return err }
	case 3:
		return func(t *testing.T, s dao.Store) error {
			_, _, err := s.Products.Delete(t.Context(), testID(n))
			return err
		}
	case 4:
		return func(t *testing.T, s dao.Store) error {
			_, _, err := s.Carts.Create(t.Context(), models.Cart{ID: testID(n), Products: []models.Item{{Product: testID(n), Quantity: 1 + stock}}})
			return err
		}
	case 5:
		return func(t *testing.T, s dao.Store) error {
			batch := dao.Batch{Products: []models.Product{testProduct(n), testProduct(n + 10), testProduct(n + 20)}}
			_, err := s.Load(t.Context(), batch)
			return err
		}
	case 6:
		return func(t *testing.T, s dao.Store) error {
			_, _, err := s.Products.Create(t.Context(), testProduct(n))
			return err
		}
	}
	return func(t *testing.T, s dao.Store) error {
		_, _, err := s.Products.Update(t.Context(), testID(n), func(p *models.Product) error { p.Stock = stock; return nil })
		return err
	}
}
