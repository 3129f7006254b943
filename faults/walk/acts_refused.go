package walk

import (
	"net/http"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/dbmanagers/mongotest"
)

// refusedActs are walks' whose store does not take writes for a while.
var refusedActs = []act{
	{name: "databaseIsFull", weight: 12, fits: func(w *walk) bool { return w.Refused && guestHasGoods(w) }, do: databaseIsFull},
	{name: "folderIsReadOnly", weight: 12, fits: func(w *walk) bool { return w.Refused && editable(w) && (canFreeze() || mongotest.Required()) }, do: folderIsReadOnly},
}

// databaseIsFull has the database refuse all writes for a while, with a thousand documents of
// another program waiting. Writes are answered 503 and leave nothing, the shop comes to rest all
// the same, and afterwards all goes on by itself.
func databaseIsFull(w *walk) {
	for _, s := range w.shops() {
		s.line.Fill()
	}
	const many = 1000
	docs := make([]any, many)
	for i := range docs {
		docs[i] = bson.D{{Key: "_id", Value: w.objectID(w.id())}, {Key: "user", Value: "bea@example.com"}, {Key: "message", Value: "espera"}}
	}
	waiting := w.collection("messages")
	mongotest.Insert(w.TB, waiting, docs...)
	w.writesAreRefused()
	w.idle()
	if _, err := waiting.DeleteMany(w.Context(), bson.D{{Key: "message", Value: "espera"}}); err != nil {
		w.Fatal(err)
	}
	for _, s := range w.shops() {
		s.line.Mend()
	}
	w.acted = nil
}

// folderIsReadOnly has the files refuse all writes, as a disk does that was remounted. The shop has
// to be started again then.
func folderIsReadOnly(w *walk) {
	w.immutable("+i")
	w.writesAreRefused()
	w.idle()
	w.immutable("-i")
	s := w.shop
	w.shop = nil
	w.turnReaders()
	s.client.CloseIdleConnections()
	s.Stop(syscall.SIGTERM) // how it ends after that is its own affair
}

// canFreeze says whether this machine lets one make files unchangeable: only root may, and not on
// every file system.
var canFreeze = sync.OnceValue(func() bool {
	probe, err := os.MkdirTemp("", "walk")
	if err != nil {
		return false
	}
	defer os.RemoveAll(probe)
	return exec.Command("chattr", "+i", probe).Run() == nil && exec.Command("chattr", "-i", probe).Run() == nil
})

// immutable makes all files of the store unchangeable, for root and open files too, or changeable
// again.
func (w *walk) immutable(sign string) {
	w.Helper()
	folder := w.store
	w.Cleanup(func() { exec.Command("chattr", "-R", "-i", folder).Run() })
	if out, err := exec.Command("chattr", "-R", sign, folder).CombinedOutput(); err != nil {
		w.Fatalf("this machine cannot make files unchangeable: %v %s", err, out)
	}
}

// writesAreRefused tries a write by each door.
func (w *walk) writesAreRefused() {
	w.Helper()
	s, p := w.either(), w.anyProduct()
	for _, one := range []struct{ method, path, body string }{
		{"POST", "/api/products", text(w.newProduct())}, {"PUT", "/api/products/" + p.ID, `{"price":1}`},
		{"POST", "/api/messages", text(w.newMessage())}, {"POST", "/api/carts", "{}"},
	} {
		a, err := s.send(one.method, one.path, one.body)
		if err != nil || a.StatusCode != http.StatusServiceUnavailable {
			w.Fatalf("%s %s, while the store takes no writes: %d %v %.300s", one.method, one.path, a.StatusCode, err, a.Text)
		}
	}
	for _, path := range []string{"/api/products", "/products", "/healthz"} {
		if a, err := s.send("GET", path, ""); err != nil || a.StatusCode != http.StatusOK {
			w.Fatalf("GET %s, while the store takes no writes: %d %v", path, a.StatusCode, err)
		}
	}
}
