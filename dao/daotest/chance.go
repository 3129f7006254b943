package daotest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// stepByChance runs steps that look up an id, or a text, of their own making: an engine that has to
// fetch what is looked up would fetch another one for each run, and never come to an end. Where the
// step runs once it is done; else it panics, and says what its programmer has to do.
func stepByChance(t *testing.T, h Harness) {
	s := open(t, h)
	wantEnd := func(what string, do func(dao.Tx) error) {
		t.Helper()
		ctx, cancel := context.WithTimeout(s.ctx, time.Minute)
		defer cancel()
		defer func() {
			if r := recover(); r != nil && !strings.Contains(fmt.Sprint(r), "before Update") {
				t.Errorf("%s panicked: %v", what, r)
			}
		}()
		_, err := s.Update(ctx, do)
		s.ok(what, err)
	}
	wantEnd("a step that makes an id", func(tx dao.Tx) error {
		_, err := Parcel.Within(tx).Create(parcel{Head: models.Head{ID: models.NewID(time.Now())}, Label: "1"})
		return err
	})
	wantEnd("a step that makes a text", func(tx dao.Tx) error {
		_, err := Parcel.Within(tx).Owner("label", rand.Text())
		return err
	})
	s.step(func(tx dao.Tx) error { // what is as often fetched for, but follows from what was read
		for n := range 60 {
			if _, err := Parcel.Within(tx).Get(id(n + 1)); err != nil && !errors.Is(err, dao.ErrNotFound) {
				return err
			}
		}
		return putAll(tx, Parcel.Schema, example(Parcel.Schema, 2, id(2)))
	})
}
