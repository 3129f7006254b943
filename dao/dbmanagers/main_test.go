package dbmanagers

import (
	"os"
	"testing"

	"pulperia/dao/dbmanagers/mongotest"
)

func TestMain(m *testing.M) { os.Exit(mongotest.Main(m)) }
