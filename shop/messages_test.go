package shop_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// In the course one user has one limit, whatever the spelling; what breaks a rule costs nothing of
// it, and what was said elsewhere goes by nobody's.
func TestSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := open(t, shop.Options{MessagesPerMinute: 6})
		say := func(id models.ID, user, text string) error {
			_, _, err := s.Say(t.Context(), shop.Sender{Who: shop.Course}, models.Message{ID: id, User: user, Message: text})
			return err
		}
		for range 5 {
			if err := say(models.ID{}, "ana@", ""); refused(err) != "user not_email, message required" {
				t.Error(err)
			}
		}
		if err := errors.Join(say(models.ID{1}, "ana@example.com", "uno"), say(models.ID{2}, " ANA@example.com", "dos")); err != nil {
			t.Error(err)
		}
		var tooFast shop.TooFast
		if err := say(models.ID{3}, "ana@example.com", "tres"); !errors.As(err, &tooFast) || tooFast.RetryAfter != 10*time.Second {
			t.Errorf("%v", err)
		}
		if _, _, err := s.TakeMessage(t.Context(), models.Message{ID: models.ID{4}, User: "ana@example.com", Message: "de otro lado"}); err != nil {
			t.Error(err)
		}
		time.Sleep(10 * time.Second)
		if err := say(models.ID{1}, "ana@example.com", "otra"); !errors.Is(err, dao.ErrConflict) {
			t.Errorf("%v", err)
		}
		all, err := s.Messages.Page(t.Context(), models.ID{}, 10)
		var texts []string
		for _, m := range all {
			texts = append(texts, m.Message)
		}
		if got := strings.Join(texts, " "); err != nil || got != "uno dos de otro lado" {
			t.Errorf("%s %v", got, err)
		}
	})
}

// sender is somebody in a network: in a visit that began so long ago, or in none.
func sender(t *testing.T, s *shop.Shop, network string, age time.Duration) shop.Sender {
	t.Helper()
	from := shop.Sender{Network: netip.MustParsePrefix(network)}
	if age < 0 {
		return from
	}
	_, who, err := s.NewVisit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	who.Since = models.TimeOf(time.Now().Add(-age))
	from.Who = who
	return from
}

const noVisit = -1

// A message that comes again is the same only from who has sent it: the same visit, person or key,
// or, where neither side has one, the same network, also after midnight. From anybody else it is a
// conflict, whether he has guessed what it says or not.
func TestSayAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := open(t, shop.Options{PasswordPasses: 1})
		visit, other := sender(t, s, "10.0.0.1/32", time.Hour), sender(t, s, "10.0.0.1/32", time.Hour)
		stranger, neighbour := sender(t, s, "10.0.0.1/32", noVisit), sender(t, s, "10.0.0.2/32", noVisit)
		person, key := shop.Sender{Who: colleague(t, store, "Ana")}, shop.Sender{Who: shop.Who{By: "key:665f1c2ab0e84d3f9a7c1e54"}}
		senders := map[string]shop.Sender{"visit": visit, "other": other, "stranger": stranger, "neighbour": neighbour, "person": person, "key": key}
		ids := map[string]models.ID{}
		for name := range senders {
			ids[name] = models.ID{byte(len(ids) + 1)}
		}
		say := func(name, of, user string) (bool, error) {
			_, receipt, err := s.Say(t.Context(), senders[name], models.Message{ID: ids[of], User: user, Message: "hola"})
			return receipt.Repeated, err
		}
		for name := range senders {
			if repeated, err := say(name, name, "Bea"); err != nil || repeated {
				t.Errorf("%s: %v, %v", name, repeated, err)
			}
		}
		for name := range senders {
			for of := range senders {
				repeated, err := say(name, of, "Bea")
				if name == of && (err != nil || !repeated) || name != of && !errors.Is(err, dao.ErrConflict) {
					t.Errorf("%s repeats what %s said: %v, %v", name, of, repeated, err)
				}
				if name == "person" {
					continue // who has but one name
				}
				if _, err := say(name, of, "Cora"); !errors.Is(err, dao.ErrConflict) {
					t.Errorf("%s says something else in the place of what %s said: %v", name, of, err)
				}
			}
		}
		time.Sleep(24 * time.Hour)
		if repeated, err := say("stranger", "stranger", "Bea"); err != nil || !repeated {
			t.Errorf("after midnight: %v, %v", repeated, err)
		}
		if _, err := say("neighbour", "stranger", "Bea"); !errors.Is(err, dao.ErrConflict) {
			t.Errorf("another network after midnight: %v", err)
		}
	})
}

// colleague makes somebody of the staff, and returns him as he is when he has signed in.
func colleague(t *testing.T, store dao.Store, name string) shop.Who {
	t.Helper()
	person, _, err := dao.Person.In(store.Values).Create(t.Context(), models.Person{
		Email: models.NewID(time.Now()).String() + "@example.com", Name: name, Role: models.RoleHelper,
	})
	if err != nil {
		t.Fatal(err)
	}
	return shop.Who{By: "person:" + person.ID.String(), Role: person.Role, Person: shop.Person{ID: person.ID, Name: person.Name}}
}

// A visit has a share of its own when it is a minute old; all of a network together have ten.
// Whoever has none, because he throws his cookies away or never had any, shares one with his
// network.
func TestShares(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := open(t, shop.Options{MessagesPerMinute: 3, PasswordPasses: 1}) // one at once
		goes := func(from shop.Sender) bool {
			_, _, err := s.Say(t.Context(), from, models.Message{User: "Bea", Message: "hola"})
			return err == nil
		}
		const here, there = "10.0.0.1/32", "10.0.0.2/32"
		for _, tt := range []struct {
			what string
			from shop.Sender
			want bool
		}{
			{"without a visit", sender(t, s, here, noVisit), true},
			{"without a visit again", sender(t, s, here, noVisit), false},
			{"a visit that is too new", sender(t, s, here, 59*time.Second), false},
			{"another network", sender(t, s, there, noVisit), true},
		} {
			if got := goes(tt.from); got != tt.want {
				t.Errorf("%s: %v", tt.what, got)
			}
		}
		for i := range 12 {
			if from := sender(t, s, here, time.Minute); goes(from) != (i < 10) {
				t.Errorf("visit %d of a network", i+1)
			} else if goes(from) {
				t.Errorf("visit %d of a network twice", i+1)
			}
		}
		if !goes(sender(t, s, there, time.Minute)) {
			t.Error("a visit in another network")
		}
	})
}

// A merchant switches the room off: nothing is said or read, and what is refused costs nothing.
func TestRoomClosed(t *testing.T) {
	s, store := open(t, shop.Options{PasswordPasses: 1})
	say := func() error {
		_, _, err := s.Say(t.Context(), sender(t, s, "10.0.0.1/32", noVisit), models.Message{User: "Bea", Message: "hola"})
		return err
	}
	settings := dao.Settings.In(store.Values)
	set, _, err := settings.Create(t.Context(), models.Settings{Head: models.Head{ID: models.TheOne}, RoomClosed: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := say(); !errors.Is(err, shop.ErrRoomClosed) {
		t.Errorf("%v", err)
	}
	if list, err := s.Messages.Page(t.Context(), models.ID{}, 9); !errors.Is(err, shop.ErrRoomClosed) || len(list) > 0 {
		t.Errorf("read: %v, %v", list, err)
	}
	if _, _, err := settings.Update(t.Context(), set.ID, func(now *models.Settings) error { now.RoomClosed = false; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := say(); err != nil {
		t.Errorf("%v", err)
	}
}
