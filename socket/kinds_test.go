package socket

import (
	"testing"

	"pulperia/dao"
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
		for _, do := range []func(dao.Tx) error{
			func(tx dao.Tx) error { return tx.Put(daotest.Parcel.Schema, parcel) },
			func(tx dao.Tx) error { return tx.Delete(daotest.Parcel.Schema, first) },
		} {
			if _, err := s.store.Update(t.Context(), do); err != nil {
				t.Fatal(err)
			}
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
