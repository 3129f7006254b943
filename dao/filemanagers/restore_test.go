package filemanagers

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

// restored are the values of the restorations here, in the batches in which they are put.
func restored() []dao.Batch {
	said := func(n int) models.Message {
		return models.Message{ID: testID(n), User: "ana@example.com", Message: fmt.Sprint("hola ", n), CreatedAt: models.Time(n)}
	}
	var products []models.Product
	for n := range 3 {
		p := testProduct(n + 1)
		p.Rev, p.CreatedAt, p.UpdatedAt = int64(n+5), 7, 9
		products = append(products, p)
	}
	cart := models.Cart{ID: testID(1), Products: []models.Item{{Product: testID(2), Quantity: 3}}, CreatedAt: 1, UpdatedAt: 2, Rev: 4}
	return []dao.Batch{
		{Products: products[:2]}, {Products: products[2:], Carts: []models.Cart{cart}},
		{Messages: []models.Message{said(9), said(3)}}, {Messages: []models.Message{said(5)}},
	}
}

// dumped writes down what a dump hands out, times and revisions included.
func dumped(t *testing.T, dump func(context.Context, func(dao.Batch) error) (dao.Position, error)) string {
	t.Helper()
	var b strings.Builder
	if _, err := dump(t.Context(), func(batch dao.Batch) error { fmt.Fprintf(&b, "%s\n", models.JSON(batch)); return nil }); err != nil {
		return err.Error()
	}
	return b.String()
}

// wantRestored is what is dumped of a whole restoration.
func wantRestored(t *testing.T) string {
	return dumped(t, func(_ context.Context, visit func(dao.Batch) error) (at dao.Position, err error) {
		b := restored()
		visit(dao.Batch{Products: append(b[0].Products, b[1].Products...)})
		visit(dao.Batch{Carts: b[1].Carts})
		return at, visit(dao.Batch{Messages: append(b[2].Messages, b[3].Messages...)})
	})
}

// restoreAll begins or goes on with a restoration, noting after every batch that it is in, and
// finishes it.
func restoreAll(t *testing.T, d disk) error {
	t.Helper()
	o := Options{disk: d, Log: slog.New(slog.DiscardHandler)}
	r, err := beginRestoration(o.withDefaults(""), "elsewhere", "all")
	if err != nil {
		return err
	}
	defer r.Close()
	r.every = 1
	before := r.Done()
	sum := 0
	for _, batch := range restored() {
		if sum += batch.Len(); sum <= before {
			continue
		}
		if err := r.Put(t.Context(), batch); err != nil {
			return err
		}
		if r.Done() != sum {
			t.Fatalf("after %d values, of which %d were in, %d are in", sum, before, r.Done())
		}
	}
	if got, want := dumped(t, r.Dump), wantRestored(t); got != want {
		return fmt.Errorf("read back\n%s, not\n%s", got, want)
	}
	return r.Finish(t.Context())
}

// emptyStores are the disks on which a restoration may begin.
func emptyStores(t *testing.T) map[string]*memDisk {
	t.Helper()
	opened := newMemDisk()
	s, err := openDisk(opened, 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Products.Create(t.Context(), testProduct(1)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Products.Delete(t.Context(), testID(1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return map[string]*memDisk{"no store": newMemDisk(), "an empty store": opened.image()}
}

// The power may go at any step of a restoration: the folder opens as a whole store or not at all,
// and whoever restores the same again goes on, to the same store.
func TestRestorationPowerLossAtEveryStep(t *testing.T) {
	random := newRandom(t)
	for name, empty := range emptyStores(t) {
		whole := empty.image()
		if err := restoreAll(t, whole); err != nil {
			t.Fatal(err)
		}
		for fail := 1; fail <= whole.steps; fail++ {
			d := empty.image()
			d.fail = fail
			if err := restoreAll(t, d); err == nil {
				t.Fatalf("%s: step %d failed, and nobody noticed", name, fail)
			}
			for range crashesEach() {
				after := d.crash(random)
				if !opensWhole(t, after.image()) {
					if err := restoreAll(t, after); err != nil {
						t.Fatalf("%s: step %d failed; then: %v", name, fail, err)
					}
				}
				if !opensWhole(t, after) {
					t.Fatalf("%s: step %d failed; restored again, it is not whole", name, fail)
				}
			}
		}
	}
}

// opensWhole says whether a disk opens as the store that was to be restored. It fails when there is
// a part of it.
func opensWhole(t *testing.T, d *memDisk) bool {
	t.Helper()
	s, err := openDisk(d, 10)
	if err != nil {
		if !strings.Contains(err.Error(), "was not finished") {
			t.Fatal(err)
		}
		return false
	}
	defer s.Close()
	got := dumped(t, s.Dump)
	if got != "" && got != wantRestored(t) {
		t.Fatalf("it opens, and holds\n%s", got)
	}
	return got != ""
}

// A restored store goes on as any other: positions of before are gone, changes count on, and it can
// be checked and edited.
func TestRestoredStoreLives(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	r, err := Restore(t.Context(), dir, Options{}, "elsewhere", "all")
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range restored() {
		if err := r.Put(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Finish(t.Context()); err == nil || r.Done() != 0 {
		t.Fatalf("not read back, %d values synced, and it is finished", r.Done())
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for _, open := range []func(context.Context, string, Options) (dao.Store, error){Open, OpenReadOnly} {
		if _, err := open(t.Context(), dir, Options{}); err == nil || !strings.Contains(err.Error(), "from elsewhere into it was not finished (7 values") {
			t.Fatalf("an unfinished one opens: %v", err)
		}
	}
	if r, err = Restore(t.Context(), dir, Options{}, "elsewhere", "all"); err != nil || r.Done() != 7 {
		t.Fatal(r.Done(), err)
	}
	if got := dumped(t, r.Dump); got != wantRestored(t) {
		t.Fatal(got)
	}
	if err := r.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	report, err := Check(t.Context(), dir, Options{})
	if err != nil || len(report.Problems)+len(report.Notes) > 0 || report.Counts[dao.KindMessage] != 3 {
		t.Errorf("%+v, %v", report, err)
	}
	s, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, receipt, err := s.Messages.Append(t.Context(), models.Message{User: "bea@example.com", Message: "sigo"})
	if err != nil || receipt.Position.Offset != 8 {
		t.Errorf("the next change is %v, %v", receipt.Position, err)
	}
	page, err := s.Messages.Page(t.Context(), models.ID{}, 2)
	if err != nil || len(page) != 2 || page[0].ID != testID(5) {
		t.Errorf("the newest messages are %v, %v", page, err)
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if name.Name() == restoreFile || strings.HasSuffix(name.Name(), newSuffix) {
			t.Errorf("%s is left", name.Name())
		}
	}
}

// What is in a folder decides: a store, an export, and what another restoration has left are
// refused and stay byte for byte. Only discarding makes room, and it touches nothing but what a
// restoration has put there.
func TestRestoreRefuses(t *testing.T) {
	d := newMemDisk()
	if err := restoreAll(t, d); err != nil {
		t.Fatal(err)
	}
	export := newMemDisk()
	export.names["products.json"] = &memInode{text: []byte(`[{"title":"Mate","description":"d","code":"M","price":1,"stock":1,"category":"c"}]`)}
	added := emptyStores(t)["an empty store"]
	said := added.names[messagesFile]
	said.text = append(said.text, `{"user":"ana@example.com","message":"hola"}`+"\n"...)
	unfinished := newMemDisk()
	unfinished.fail = d.steps / 2
	if err := restoreAll(t, unfinished); err == nil {
		t.Fatal("it did not fail")
	}
	unfinished = unfinished.image()
	for _, test := range []struct {
		disk                  *memDisk
		source, content, want string
	}{
		{d, "elsewhere", "all", "3 products, 1 carts and 3 messages"},
		{export, "elsewhere", "all", "1 products, 0 carts and 0 messages"},
		{added, "elsewhere", "all", "0 products, 0 carts and 1 messages"},
		{unfinished, "elsewhere", "more", "elsewhere has changed since: begin anew with --restart"},
		{unfinished, "nowhere", "more", "from elsewhere into it was not finished"},
	} {
		before := test.disk.texts()
		o := Options{disk: test.disk}
		_, err := beginRestoration(o.withDefaults(""), test.source, test.content)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v does not say %q", err, test.want)
		}
		if got := fmt.Sprint(test.disk.texts()); got != fmt.Sprint(before) {
			t.Errorf("refused (%v), and changed to %s", err, got)
		}
	}
	for fail := 1; ; fail++ {
		left := unfinished.image()
		left.names["notes.txt"] = &memInode{text: []byte("mine")}
		left.fail = fail
		if discard(left) == nil {
			if names, _ := left.List(); fmt.Sprint(names) != "[notes.txt]" {
				t.Errorf("discarded; left are %v", names)
			}
			break
		}
		left.fail = 0
		if left.names[restoreFile] != nil && opensWhole(t, left.image()) {
			t.Fatalf("step %d of discarding failed, and it opens", fail)
		}
		if err := discard(left); err != nil {
			t.Fatal(err)
		}
	}
}
