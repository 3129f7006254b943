package dbmanagers

import (
	"context"
	"sync"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dose"
)

// The engine keeps the contract.
func TestContract(t *testing.T) {
	dose.Checks(t, 30)
	var urls sync.Map // of engines
	open := func(t *testing.T, url string) dao.Store {
		t.Helper()
		s, err := Open(context.Background(), url, Options{Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		urls.Store(s.Engine, url)
		t.Cleanup(func() { s.Close() })
		return s
	}
	daotest.Run(t, daotest.Harness{
		Open: func(t *testing.T) dao.Store { return open(t, mongotest.Emptied(t)) },
		Reopen: func(t *testing.T, s dao.Store) dao.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			url, _ := urls.Load(s.Engine)
			return open(t, url.(string))
		},
	})
}
