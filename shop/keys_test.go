package shop_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// A key has the rights of its role, is one text of letters and digits that is shown once, and is none
// when it has expired, was revoked, or is not quite it.
func TestKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := open(t, cheap)
		ctx := t.Context()
		ana := join(t, s, "ana@example.com", models.RoleOwner).Who
		soon := models.TimeOf(time.Now().Add(time.Hour))
		till, text, err := s.AddKey(ctx, ana, " till\u00a01 ", models.RoleManager, soon)
		wants(t, "a key", err, nil)
		if !regexp.MustCompile(`^plp_[0-9a-f]{24}_[A-Za-z0-9]{26}$`).MatchString(text) || till.Name != "till 1" || till.MadeBy != ana.By {
			t.Errorf("%q is %+v", text, till)
		}
		who, err := s.ByKey(ctx, text)
		wants(t, "the key", err, nil)
		if !who.Can(shop.CatalogueWrite) || who.Can(shop.KeysWrite) || who.By != "key:"+till.ID.String() || who.Staff() {
			t.Errorf("it is %+v", who)
		}
		for _, none := range []string{
			"", "plp_", text[4:], text[1:], text[:len(text)-1], text + "A", strings.ToUpper(text), text[:29], text[:29] + strings.Repeat("A", 26),
			"plp_" + strings.Repeat("0", 24) + text[28:], "plp_" + strings.ToUpper(text[4:28]) + text[28:],
		} {
			_, err := s.ByKey(ctx, none)
			wants(t, "what is no key: "+none, err, shop.ErrUnauthorized)
			_, err = s.ByCookie(ctx, none)
			wants(t, "a key as a cookie: "+none, err, shop.ErrUnauthorized)
		}
		keys, err := s.Keys(ctx, ana)
		wants(t, "list", err, nil)
		if len(keys) != 1 || keys[0].Seen.Std().Add(daily).Before(time.Now()) || keys[0].Seen.Std().Hour() != 0 {
			t.Errorf("there are %+v", keys)
		}
		time.Sleep(time.Hour)
		_, err = s.ByKey(ctx, text)
		wants(t, "one that has expired", err, shop.ErrUnauthorized)
		_, err = s.Still(ctx, who)
		wants(t, "who came by it", err, shop.ErrUnauthorized)
		_, err = s.RevokeKey(ctx, ana, till.ID)
		wants(t, "revoke", err, nil)
		_, err = s.RevokeKey(ctx, ana, till.ID)
		wants(t, "revoke again", err, dao.ErrNotFound)
		if left := valuesOf(t, store, dao.Key.Schema); len(left) > 0 {
			t.Errorf("left are %s", models.JSON(left))
		}
		_, _, err = s.AddKey(ctx, ana, "", "boss", 0)
		if got := refused(err); got != "name required, role not_one_of owner, manager, helper" {
			t.Errorf("refused with %q", got)
		}
	})
}

// A visit's cookie is one that this shop has made, for a year, whatever store the shop is moved to; it
// gives no rights, and two visits are two.
func TestVisits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := open(t, cheap)
		ctx := t.Context()
		cookie, who, err := s.NewVisit(ctx)
		wants(t, "a visit", err, nil)
		if who.SignedIn() || len(who.Rights()) > 0 || !regexp.MustCompile(`^visitor:[0-9a-f]{8}$`).MatchString(who.By) {
			t.Errorf("it is %+v", who)
		}
		if since := time.Since(who.Since.Std()); since < 0 || since > time.Second {
			t.Errorf("it has begun %v ago", since)
		}
		_, other, err := s.NewVisit(ctx)
		if wants(t, "another", err, nil); other.By == who.By {
			t.Error("two visits are one")
		}
		for _, none := range []string{"", ".", "..", cookie[1:], cookie[:len(cookie)-1], cookie + "0", "9" + cookie, strings.ToUpper(cookie)} {
			_, err := s.ByVisit(ctx, none)
			wants(t, "a cookie that is none: "+none, err, shop.ErrUnauthorized)
		}
		foreign, _ := open(t, cheap)
		_, err = foreign.ByVisit(ctx, cookie)
		wants(t, "a cookie of another shop", err, shop.ErrUnauthorized)
		_, err = shop.New(store, cheap).ByVisit(ctx, cookie)
		wants(t, "after a restart", err, nil)
		time.Sleep(shop.VisitLasts + time.Minute)
		_, err = s.ByVisit(ctx, cookie)
		wants(t, "after a year", err, shop.ErrUnauthorized)
	})
}

// A network goes by a name that says nothing about it, the same all day and another one the next.
func TestNetworks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := open(t, cheap)
		name := func(network string) string {
			who, err := s.ByNetwork(t.Context(), network)
			if wants(t, network, err, nil); who.SignedIn() || strings.Contains(who.By, network) {
				t.Errorf("it is %+v", who)
			}
			return who.By
		}
		today := name("192.0.2.0/32")
		if today != name("192.0.2.0/32") || today == name("192.0.2.1/32") {
			t.Error("a network has another name, or that of another one")
		}
		if time.Sleep(daily); today == name("192.0.2.0/32") {
			t.Error("it has the same name the day after")
		}
	})
}

// All processes sign with one key, whoever needs it first.
func TestOneShopKey(t *testing.T) {
	onEngines(t, func(t *testing.T, another process) {
		processes := []*shop.Shop{another(), another()}
		codes := make(chan string, 16)
		for i := range cap(codes) {
			go func() {
				code, err := processes[i%2].Sign(t.Context(), "test", "x")
				wants(t, "sign", err, nil)
				codes <- string(code)
			}()
		}
		first := <-codes
		for range cap(codes) - 1 {
			if <-codes != first {
				t.Error("two codes of one text")
			}
		}
		other, err := processes[0].Sign(t.Context(), "tes", "tx")
		if wants(t, "sign", err, nil); string(other) == first {
			t.Error("the code of one purpose is that of another")
		}
	})
}
