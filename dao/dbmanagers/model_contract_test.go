package dbmanagers

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/daotest"
)

// openModel opens a store on a model server, as one process.
func openModel(ctx context.Context, db database, o Options) (*engine, error) {
	e := newEngine(db, o)
	if err := e.prepare(ctx); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	e.start()
	return e, nil
}

// The engine keeps the contract on the model, too, so that what the simulation finds there says
// something of it.
func TestContractOnModel(t *testing.T) {
	var servers sync.Map // by engine
	open := func(t *testing.T, server *modelServer) dao.Store {
		t.Helper()
		e, err := openModel(t.Context(), &modelClient{modelServer: server}, Options{Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		servers.Store(dao.Engine(e), server)
		t.Cleanup(func() { e.Close() })
		return e.store()
	}
	daotest.Run(t, daotest.Harness{
		Open: func(t *testing.T) dao.Store { return open(t, newModelServer(1)) },
		Reopen: func(t *testing.T, s dao.Store) dao.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			server, _ := servers.Load(s.Engine)
			return open(t, server.(*modelServer))
		},
	})
}
