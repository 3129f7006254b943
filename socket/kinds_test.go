package socket

import (
	"testing"

	"pulperia/dao/daotest"
	"pulperia/dao/models"
)

// What is private is told to whoever may follow its topic, and to nobody else, whatever kind it is
// of.
func TestPrivateKind(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		first, other := models.ID{11: 1}, models.ID{11: 2}
		mine := s.hello(ana, s.head(), "parcel:"+first.String())
		public := s.hello(ana, s.head(), "messages", "products", "parcel:"+other.String())
		parcel := daotest.Parcel.Example(1)
		parcel.SetHead(models.Head{ID: first})
		if _, _, err := s.store.Values.Create(t.Context(), daotest.Parcel.Schema, parcel); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.store.Values.Delete(t.Context(), daotest.Parcel.Schema, first, func(models.Value) error { return nil }); err != nil {
			t.Fatal(err)
		}
		settle()
		told := only(mine.heard(), "change")
		if len(told) != 2 || told[0].Kind != "parcel" || told[0].Op != "put" || told[1].Op != "delete" {
			t.Errorf("who follows it hears %+v", told)
		}
		if told := only(public.heard(), "change"); len(told) > 0 {
			t.Errorf("others hear %+v", told)
		}
	})
}
