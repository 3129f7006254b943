package app

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/dbmanagers/mongotest"
)

// While the database refuses to write and a thousand documents of another program wait for that,
// the shop asks it ten times a second at most, says so in a line or two, and goes on showing what is
// there; when there is room again it takes in all of them.
func TestFullDatabase(t *testing.T) {
	store := database(t)
	line := mongotest.NewLine(t, store, 0)
	s := openShop(t, line.URI, "--demo")
	before := make([]any, 1_500)
	for i := range before {
		before[i] = bson.D{{Key: "title", Value: fmt.Sprint("Mate ", i)}, {Key: "code", Value: fmt.Sprint("guest-", i)}, {Key: "price", Value: 10}, {Key: "stock", Value: 1}}
	}
	line.Fill()
	mongotest.Insert(t, databaseOf(t, store).Collection("products"), before...)
	viewer, err := http.Get(s.URL + "/events?topics=products") // so that it is looked for what others insert
	if err != nil {
		t.Fatal(err)
	}
	during(line, 3*time.Second) // all that fails has begun to
	if refused := during(line, 6*time.Second); refused < 2 || refused > 6*10 {
		t.Errorf("%d commands in 6 seconds while writes are refused, want at most ten a second: it looks four times, as always after a start", refused)
	}
	viewer.Body.Close()
	if status, _, err := s.do(http.DefaultClient, "POST", "/api/carts", "{}"); status != http.StatusServiceUnavailable {
		t.Errorf("a new cart: %d, %v", status, err)
	}
	var products []struct{ Code string }
	s.get(t, "/api/products?limit=100", &products)
	line.Mend()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		if s.get(t, "/api/products?q=1499", &products); len(products) == 1 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("there is room again, and the documents are not taken in")
		}
	}
	if err := s.stop(t, syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if n := strings.Count(s.Log.String(), mongotest.Quota); n < 1 || n > 10 { // once for each thing that is refused
		t.Errorf("the log says %d times what is wrong:\n%s", n, &s.Log)
	}
}

// during counts the commands of some time.
func during(line *mongotest.Line, some time.Duration) int {
	before := line.Count()
	time.Sleep(some)
	return line.Count() - before
}

// A shop that cannot open because the database is full says that, and not that a right or a
// password is missing.
func TestOpensOnFullDatabase(t *testing.T) {
	t.Parallel()
	line := mongotest.NewLine(t, database(t), 0)
	line.Fill()
	out, code := execute(t, "--store", line.URI, "--listen", "127.0.0.1:0")
	if code != 1 || !strings.Contains(out, "the database is full (error 8000") || !strings.Contains(out, "make room") || strings.Contains(out, "who asks") {
		t.Errorf("exit %d: %s", code, out)
	}
}
