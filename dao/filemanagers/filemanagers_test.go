package filemanagers

import (
	"testing"

	"pulperia/dao"
	"pulperia/dao/daotest"
)

// The engine keeps the contract.
func TestContract(t *testing.T) {
	dirs := map[dao.Engine]string{}
	open := func(t *testing.T, dir string) dao.Store {
		t.Helper()
		s, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		dirs[s.Engine] = dir
		t.Cleanup(func() { s.Close() })
		return s
	}
	daotest.Run(t, daotest.Harness{
		Open: func(t *testing.T) dao.Store { return open(t, t.TempDir()) },
		Reopen: func(t *testing.T, s dao.Store) dao.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, dirs[s.Engine])
		},
	})
}
