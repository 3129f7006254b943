package mongotest

import (
	"fmt"
	"testing"
)

// Address returns one of the loopback interface on which nobody listens. Nobody else is given its
// port until the test ends; the test may listen there, again and again.
func Address(t testing.TB) string {
	t.Helper()
	port, free, err := reservePort()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(free)
	return fmt.Sprintf("127.0.0.1:%d", port)
}
