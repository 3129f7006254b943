package dbmanagers

import (
	"context"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/dbmanagers/mongotest"
)

// The engine keeps the contract.
func TestContract(t *testing.T) {
	urls := map[dao.Engine]string{}
	open := func(t *testing.T, url string) dao.Store {
		t.Helper()
		s, err := Open(context.Background(), url, Options{Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		urls[s.Engine] = url
		t.Cleanup(func() { s.Close() })
		return s
	}
	daotest.Run(t, daotest.Harness{
		Open: func(t *testing.T) dao.Store { return open(t, mongotest.URI(t)) },
		Reopen: func(t *testing.T, s dao.Store) dao.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, urls[s.Engine])
		},
	})
}
