package e2e

import (
	"os"
	"strings"
	"testing"

	"pulperia/dao/dbmanagers/mongotest"
)

// engineVariable in the environment says where the shops keep things: in files, or in databases
// when it is "mongodb".
const engineVariable = "E2E_ENGINE"

// newStore returns a store that has never been opened, for --store.
func newStore(t *testing.T) string {
	t.Helper()
	if os.Getenv(engineVariable) == "mongodb" || strings.HasPrefix(t.Name(), "TestOnMongoDB/") {
		return mongotest.URI(t)
	}
	return t.TempDir()
}

// What people do in the shop they do on a database as well: a tour of all pages, a cart, the table,
// the chat with and without scripts and when the line breaks. The other tests are about what the
// browser makes of the same pages.
func TestOnMongoDB(t *testing.T) {
	t.Parallel()
	for _, flow := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"tour", walk}, {"cart", TestCart}, {"checkout", TestCheckout}, {"order", TestOrderIsLive}, {"table", TestAddAndDeleteProduct}, {"table follows", TestTableFollows},
		{"chat without script", TestChatWithoutScript}, {"two chat", TestTwoChat}, {"older messages", TestOlderMessages}, {"offline", TestOffline},
	} {
		t.Run(flow.name, flow.run)
	}
}

// walk sees every page once. The watcher and the statuses say whether all is well.
func walk(t *testing.T) {
	shop := openShop(t, "--demo")
	p := shop.visit(t, desktop)
	for _, sight := range shop.tour() {
		sight.reach(p)
	}
}
