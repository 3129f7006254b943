package shop_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// One user has one limit, whatever the spelling; what breaks a rule costs nothing of it, and what
// was said elsewhere goes by nobody's.
func TestSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := open(t, shop.Options{MessagesPerMinute: 6})
		say := func(id models.ID, user, text string) error {
			_, _, err := s.Say(t.Context(), models.Message{ID: id, User: user, Message: text})
			return err
		}
		for range 5 {
			if err := say(models.ID{}, "ana", ""); refused(err) != "user not_email, message required" {
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
