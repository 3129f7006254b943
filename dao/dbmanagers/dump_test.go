package dbmanagers

import (
	"slices"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

// A process was killed after it had committed and before it brought the documents forward. Who reads
// the store before another process does that, as export does beside nobody, gets all of it, messages
// where the feed has them.
func TestDumpOfWhatIsNotApplied(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{})
	for n := range 2 {
		m := aMessage("hola")
		m.ID = number(100 - n) // by id they stand the other way round
		_, _, err := s.Messages.Append(p.ctx, m)
		p.ok("append", err)
	}
	p.ok("update product", errands["create product"](s, errand{ID: number(7)}))
	p.ok("close", s.Store.Close())
	p.killed(errand{URL: p.url, Do: "append", ID: number(50), Step: "apply"})
	p.killed(errand{URL: p.url, Do: "update product", ID: number(7), Step: "apply"})
	if p.behind() == "" {
		t.Fatal("all is brought forward: there is nothing to see")
	}
	reader, err := OpenReadOnly(p.ctx, p.url, Options{})
	p.ok("open to read", err)
	defer reader.Close()
	var ids []models.ID
	var titles []string
	_, err = reader.Dump(p.ctx, func(b dao.Batch) error {
		for _, m := range b.Messages {
			ids = append(ids, m.ID)
		}
		for _, product := range b.Products {
			titles = append(titles, product.Title)
		}
		return nil
	})
	p.ok("dump", err)
	if want := []models.ID{number(100), number(99), number(50)}; !slices.Equal(ids, want) || !slices.Equal(titles, []string{"Otra"}) {
		t.Errorf("dumped %v and %v, want %v and the product as it was changed", ids, titles, want)
	}
}
