package shop_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// Settings are one value, empty at first, that whoever has the right changes field by field, at once
// with others too.
func TestSettings(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		s, ctx := another(), t.Context()
		none, err := s.Settings(ctx)
		wants(t, "the settings of a new shop", err, nil)
		if !none.Same(models.Settings{Head: models.Head{ID: models.TheOne}}) {
			t.Errorf("they are %+v", none)
		}
		manager := join(t, s, "leo@example.com", models.RoleManager).Who
		helper := join(t, s, "eva@example.com", models.RoleHelper).Who
		name := func(v *models.Settings) error { v.Name, v.ID = "Lo de Ana", models.ID{1}; return nil }
		for who, want := range map[*shop.Who]error{
			{}: shop.ErrUnauthorized, &shop.Course: shop.Forbidden{Right: shop.SettingsWrite}, &helper: shop.Forbidden{Right: shop.SettingsWrite},
		} {
			_, _, err := s.ChangeSettings(ctx, *who, name)
			wants(t, "changed by "+who.By, err, want)
		}
		_, _, err = s.ChangeSettings(ctx, manager, name)
		wants(t, "name", err, nil)
		var both sync.WaitGroup
		both.Go(func() {
			_, _, err := s.ChangeSettings(ctx, manager, func(v *models.Settings) error { v.RoomClosed = true; return nil })
			wants(t, "room", err, nil)
		})
		both.Go(func() {
			_, _, err := another().ChangeSettings(ctx, shop.Machine, func(v *models.Settings) error { v.WhatsApp = "+54 9 11 2233-4455"; return nil })
			wants(t, "number", err, nil)
		})
		both.Wait()
		var is models.Settings
		soon(t, "both are there", func() bool {
			is, err = s.Settings(ctx)
			return err != nil || is.Name == "Lo de Ana" && is.RoomClosed && is.WhatsApp == "5491122334455"
		})
		wants(t, "settings", err, nil)
		if is.ID != models.TheOne || is.Rev != 3 {
			t.Errorf("they are %+v", is)
		}
		refusal := errors.New("no")
		_, _, err = s.ChangeSettings(ctx, manager, name, func(was, now models.Settings) error { return refusal })
		wants(t, "a door's condition", err, refusal)
		_, _, err = s.ChangeSettings(ctx, manager, func(v *models.Settings) error {
			v.Language, v.Currency, v.TimeZone, v.WhatsApp = "fr", "pesos", "Buenos Aires", "15 1234"
			return nil
		})
		if got := refused(err); got != "language not_one_of es, en, currency not_currency, timeZone not_zone, whatsapp not_phone" {
			t.Errorf("refused with %q", got)
		}
	})
}

func number(n int64) *int64 { return &n }

// Stock is counted by what is added, or by a count that names what was there; of two who count at the
// same time one is told that it is no longer so.
func TestStock(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		s, ctx := another(), t.Context()
		helper := join(t, s, "eva@example.com", models.RoleHelper).Who
		yerba := stocked(t, s, "Y", 10)
		wrong := fmt.Sprint(models.MaxStock)
		for want, change := range map[string]shop.StockChange{
			"add required": {}, "set required": {Was: number(10)}, "was required": {Set: number(3)},
			"add not_one_of add alone, set with was": {Add: number(1), Set: number(3), Was: number(10)},
			"set too_small 0":                        {Set: number(-1), Was: number(10)}, "add too_large " + wrong: {Add: number(models.MaxStock + 1)},
			"add too_small -" + wrong:  {Add: number(-models.MaxStock - 1)},
			"stock too_large " + wrong: {Add: number(models.MaxStock)},
		} {
			_, _, err := s.ChangeStock(ctx, helper, yerba.ID, change)
			if got := refused(err); got != want {
				t.Errorf("refused with %q, want %q", got, want)
			}
		}
		_, _, err := s.ChangeStock(ctx, shop.Nobody, yerba.ID, shop.StockChange{Add: number(1)})
		wants(t, "nobody counts", err, shop.ErrUnauthorized)
		_, _, err = s.ChangeStock(ctx, helper, models.ID{1}, shop.StockChange{Add: number(1)})
		if got := refused(err); got != "no product" {
			t.Errorf("of what is not there it says %q", got)
		}
		stale := func(what string, err error, now int64, why models.Rule) {
			t.Helper()
			is, said := errors.AsType[shop.Stale](err)
			if !said || is.Product.Stock != now || is.Why != why || is.Limit != now || !errors.Is(err, dao.ErrConflict) {
				t.Errorf("%s: got error %v", what, err)
			}
		}
		_, _, err = s.ChangeStock(ctx, helper, yerba.ID, shop.StockChange{Add: number(-11)})
		stale("fewer than none", err, 10, models.Fewer) // which is no count of before: nobody said what was
		_, _, err = s.ChangeStock(ctx, helper, yerba.ID, shop.StockChange{Set: number(3), Was: number(9)})
		stale("a count of before", err, 10, models.Recounted)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				_, _, err := s.ChangeStock(ctx, helper, yerba.ID, shop.StockChange{Add: number(2)})
				wants(t, "add", err, nil)
			})
		}
		all.Wait()
		counted, _, err := s.ChangeStock(ctx, helper, yerba.ID, shop.StockChange{Set: number(7), Was: number(50)})
		if wants(t, "count", err, nil); counted.Stock != 7 {
			t.Errorf("there are %d", counted.Stock)
		}
	})
}
