package filemanagers

import (
	"strings"
	"testing"

	"pulperia/dao/models"
)

// folderOf returns a disk with the given files; those without content are not there.
func folderOf(t *testing.T, files map[string][]byte) disk {
	t.Helper()
	d := newMemDisk()
	for name, text := range files {
		if len(text) == 0 {
			continue
		}
		f, err := d.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt(text, 0); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// Whatever the files of a folder hold, it is opened or refused in one line; what is opened breaks
// no rule, and is read the same after a clean stop.
func FuzzFolder(f *testing.F) {
	product := `[{"_id":"660000000000000000000001","title":"A","description":"d","code":"c","price":1.5,"status":true,"stock":1,"category":"x","thumbnails":[],"rev":1}]`
	cart := `[{"_id":"660000000000000000000003","products":[{"product":"660000000000000000000001","quantity":2}],"rev":1}]`
	message := `{"offset":1,"_id":"660000000000000000000005","user":"a@b.c","message":"m","createdAt":"2026-11-23T12:00:00.000Z"}` + "\n"
	sound := meta{Format: formatVersion, Epoch: "9f2c61ab", Offset: 3, Clean: true, Products: vouch([]byte(product)), Carts: vouch([]byte(cart)), Messages: vouch([]byte(message))}
	f.Add([]byte(product), []byte(cart), []byte(message), sound.encode())
	f.Add([]byte(product), []byte(cart), []byte(message), []byte(nil))
	f.Add([]byte(`[{"title":"A"}]`), []byte("[]"), []byte(`{"user":"a@b.c","message":"m"}`), []byte("{}"))
	f.Add([]byte("[null,{},7]"), []byte("{"), []byte("\n\n{\n"), []byte(`{"format":9}`))
	f.Fuzz(func(t *testing.T, products, carts, messages, store []byte) {
		d := folderOf(t, map[string][]byte{productsFile: products, cartsFile: carts, messagesFile: messages, metaFile: store})
		s, err := openDisk(d, 100)
		if err != nil {
			if strings.ContainsAny(strings.TrimSpace(err.Error()), "\n\x00") {
				t.Errorf("refused with %q", err)
			}
			return
		}
		page, err := s.Products.List(t.Context(), models.ProductQuery{Limit: models.MaxLimit, Page: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.Products {
			if err := p.Check(); err != nil {
				t.Errorf("%s: %v", p.ID, err)
			}
		}
		want := content(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := openDisk(d, 100)
		if err != nil {
			t.Fatalf("after a clean stop: %v", err)
		}
		if got := content(t, again); got != want {
			t.Errorf("%s became %s", want, got)
		}
		again.Close()
	})
}
