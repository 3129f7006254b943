package shop

import (
	"context"
	"errors"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// stillFeed is a feed in which nothing happens.
type stillFeed struct{ dao.Feed }

func (stillFeed) Fresh(context.Context) (dao.Position, error) {
	return dao.Position{Epoch: "9f2c61ab", Offset: 1}, nil
}

// oneValue is values of which there is one, or none.
type oneValue struct {
	dao.Values
	value models.Value
	reads int
}

func (o *oneValue) Get(_ context.Context, s *dao.Schema, id models.ID) (models.Value, error) {
	o.reads++
	if o.value == nil {
		return nil, s.Absent(id)
	}
	return o.value, nil
}

// What is taken out of a shared store behind the feed's back, by hand or by another program, is held
// for some seconds and no longer, however often it is asked for.
func TestWhatIsHeldIsReadAgain(t *testing.T) {
	id, now := models.ID{1}, time.Now()
	values := &oneValue{value: &models.Key{Head: models.Head{ID: id}}}
	r := newRegister(dao.Store{Values: values, Feed: stillFeed{}, Shared: true})
	r.now = func() time.Time { return now }
	ask := func() error { _, err := r.get(t.Context(), dao.Key.Schema, id); return err }

	for range 3 {
		if err := ask(); err != nil {
			t.Fatal(err)
		}
	}
	if values.reads != 1 {
		t.Errorf("three who ask have read it %d times", values.reads)
	}
	values.value = nil
	for range 20 { // asking does not make it younger
		now = now.Add(heldFor / 10)
		ask()
	}
	if err := ask(); !errors.Is(err, dao.ErrNotFound) {
		t.Errorf("the key is gone, and yet there is one: %v", err)
	}
}
