package app

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

// A shop that is open for long does not keep what has ended: neither a session nor a link.
func TestAccessIsSwept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := slog.New(slog.DiscardHandler)
		store, err := filemanagers.Open(t.Context(), t.TempDir(), filemanagers.Options{Log: log})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		shop := trade.New(store, trade.Options{PasswordPasses: 1})
		defer inBackground(t.Context(), sweepAccess(shop, log))()
		const password = "tres tristes tigres"
		_, _, err = shop.AddPerson(t.Context(), trade.Machine, trade.NewPerson{Email: "ana@example.com", Name: "Ana", Role: models.RoleOwner, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		signed, err := shop.SignIn(t.Context(), "ana@example.com", password, trade.From{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := shop.LinkPerson(t.Context(), trade.Machine, signed.Who.Person.ID); err != nil {
			t.Fatal(err)
		}
		kept := func() (n int) {
			for _, kind := range []*dao.Schema{dao.Session.Schema, dao.Link.Schema} {
				_, some, err := store.Values.List(t.Context(), kind, models.Query{Limit: 1})
				if err != nil {
					t.Fatal(err)
				}
				n += some
			}
			return n
		}
		time.Sleep(trade.JoinLinkLasts - time.Hour)
		if n := kept(); n != 2 {
			t.Errorf("%d of 2 are there while they are good", n)
		}
		time.Sleep(trade.SessionIdle)
		if n := kept(); n != 0 {
			t.Errorf("%d are there long after", n)
		}
	})
}
