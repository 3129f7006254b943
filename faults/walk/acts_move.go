package walk

import (
	"path/filepath"
	"syscall"
)

// moveActs take the shop to another store.
var moveActs = []act{
	{name: "exportAndImport", weight: 2, fits: hasProducts, do: exportAndImport, restless: true},
	{name: "migrate", weight: 3, fits: func(w *walk) bool { return mayMove(w) && hasProducts(w) }, do: migrate, restless: true},
	{name: "importOwnExport", weight: 1, fits: hasProducts, do: importOwnExport},
}

// engine is where the shop is.
func (w *walk) engine() string {
	if w.onMongoDB() {
		return "mongodb"
	}
	return "files"
}

// exportAndImport brings everything into a new store of the same kind, which is what a backup is
// for.
func exportAndImport(w *walk) {
	w.close(syscall.SIGTERM)
	path := filepath.Join(w.TempDir(), "all.jsonl.gz")
	w.must(w.store, "export", path)
	fresh := w.newStore(w.engine())
	w.must(fresh, "import", path)
	w.moved(fresh)
}

// migrate goes over to the other engine.
func migrate(w *walk) {
	w.close(syscall.SIGTERM)
	other := "mongodb"
	if w.onMongoDB() {
		other = "files"
	}
	fresh := w.newStore(other)
	from, _ := w.through(w.store)
	to, _ := w.through(fresh)
	w.must("", "migrate", "--from", from, "--to", to, "--drop-unknown")
	w.moved(fresh)
}

func (w *walk) moved(to string) {
	w.store, w.backup, w.kept, w.model.epoch = to, "", nil, ""
	w.guests = map[string]*guest{}
}

// importOwnExport brings a store's own export back into it, which changes nothing.
func importOwnExport(w *walk) {
	path := filepath.Join(w.TempDir(), "all.jsonl")
	w.must(w.store, "export", path)
	w.bring(path)
}
