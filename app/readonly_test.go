package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
)

// On every engine what only reads, and what is refused, changes not one byte of a store, although
// something waits there to be taken in: an edit by hand, documents of another program. What is read
// is what the next start shows.
func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store, taken := newStore(), openShop(t, t.TempDir())
		if err := openShop(t, store, "--demo").stop(t, os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if dbmanagers.IsURL(store) {
			databaseOf(t, store).Collection("messages").InsertOne(t.Context(), bson.M{"user": "ana@example.com", "message": "de otro"})
		} else {
			writtenByHand(t, store, "messages.jsonl", func(string) string { return `{"user":"ana@example.com","message":"de otro"}` })
			writtenByHand(t, store, "products.json", priceTo("98765"))
			writtenByHand(t, store, "products.json~", func(string) string { return "old" })
		}
		before, other := bytesOf(t, store), t.TempDir()
		backup := filepath.Join(other, "backup.jsonl")
		for _, one := range []struct {
			code int
			want string
			args []string
		}{
			{0, "", []string{"check", "--store", store}},
			{0, "", []string{"export", backup, "--store", store}},
			{1, "address already in use", []string{"--store", store, "--listen", strings.TrimPrefix(taken.URL, "http://")}},
			{1, "--cart-days -1", []string{"--store", store, "--cart-days=-1"}},
			{1, "--lisen", []string{"--store", store, "--lisen", ":1"}},
			{1, "are the same store", []string{"migrate", "--from", store, "--to", store}},
			{1, "--to", []string{"migrate", "--from", store, "--to", "postgres://h/db"}},
			{1, "--rounds 0", []string{"selftest", "--store", store, "--rounds", "0"}},
			{0, "were kept", []string{"selftest", "--store", store, "--rounds", "2"}},
		} {
			out, code := execute(t, one.args...)
			if code != one.code || !strings.Contains(out, one.want) || strings.Contains(out, "epoch begins") {
				t.Errorf("%v: exit %d: %s", one.args, code, out)
			}
			if after := bytesOf(t, store); after != before {
				t.Fatalf("%v: there was\n%s, and is\n%s", one.args, before, after)
			}
		}
		if text, err := os.ReadFile(backup); err != nil || strings.Count(string(text), "de otro") != 1 || !dbmanagers.IsURL(store) && !strings.Contains(string(text), `"price":98765,`) {
			t.Errorf("the export lacks what waited (%v): %s", err, text)
		}
		s := openShop(t, store)
		for end := time.Now().Add(patience); !slices.Contains(s.texts(t), "de otro"); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the shop does not take in what waited")
			}
		}
		taken.stop(t, os.Interrupt)
	})
}

// texts returns what was said in a shop.
func (s *shop) texts(t *testing.T) (texts []string) {
	t.Helper()
	var said []struct{ Message string }
	s.get(t, "/api/messages", &said)
	for _, one := range said {
		texts = append(texts, one.Message)
	}
	return texts
}

// A start that is refused leaves a folder as it was, down to the lock, or that there was none.
func TestRefusedStartLeavesFolder(t *testing.T) {
	t.Parallel()
	never, store := t.TempDir(), t.TempDir()
	openShop(t, store, "--demo").stop(t, syscall.SIGTERM)
	for _, dir := range []string{never, store} {
		writtenByHand(t, dir, "products.json", func(string) string { return `[{"title":""}]` })
		before := bytesOf(t, dir)
		if out, code := execute(t, "--store", dir, "--listen", "127.0.0.1:0"); code == 0 || !strings.Contains(out, "title is required") {
			t.Errorf("exit %d: %s", code, out)
		}
		if after := bytesOf(t, dir); after != before {
			t.Errorf("there was\n%s, and is\n%s", before, after)
		}
	}
}

// On every engine a store that is not there is named by whoever was to read it, and is not made.
func TestStoreThatIsNotThere(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore() // a folder with nothing in it, a database that nobody has made
		stores := []string{store}
		if !dbmanagers.IsURL(store) {
			stores = append(stores, filepath.Join(store, "nowhere"))
		}
		before := bytesOf(t, store)
		for _, store := range stores {
			target := filepath.Join(t.TempDir(), "target")
			for _, args := range [][]string{{"check", "--store", store}, {"export", target, "--store", store}, {"migrate", "--from", store, "--to", target}} {
				out, code := execute(t, args...)
				if code == 0 || strings.Count(out, "\n") != 1 || !strings.Contains(out, dbmanagers.Redact(store)) {
					t.Errorf("%v: exit %d: %s", args, code, out)
				}
				if _, err := os.Stat(target); err == nil {
					t.Errorf("%v made %s", args, target)
				}
			}
		}
		if after := bytesOf(t, store); after != before {
			t.Errorf("there was\n%s, and is\n%s", before, after)
		}
	})
}

// On every engine an export names what an import of it would refuse, which an older program has
// stored or another one.
func TestExportNamesWhatImportRefuses(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		batch := someBatch(3)
		batch.Messages[1].Message = "\u200b" // the rule is younger than the message
		restoreInto(t, store, batch)
		target := filepath.Join(t.TempDir(), "export.jsonl")
		out, code := execute(t, "export", target, "--store", store)
		named := "message " + batch.Messages[1].ID.String() + ": message must show something"
		if code != 0 || strings.Count(out, "\n") != 3 || !strings.Contains(out, "not take 1 of them") || !strings.Contains(out, named) {
			t.Errorf("exit %d: %s", code, out)
		}
		if out, code := execute(t, "check", "--store", store); code != 0 || !strings.Contains(out, batch.Messages[1].ID.String()) {
			t.Errorf("check: exit %d: %s", code, out)
		}
		if out, code := execute(t, "import", target, "--store", newStore()); code == 0 || !strings.Contains(out, "message must show something") || !strings.Contains(out, "8 created") {
			t.Errorf("import: exit %d: %s", code, out)
		}
		s := openShop(t, store)
		if said := s.texts(t); len(said) != 3 || !slices.Contains(said, "\u200b") {
			t.Errorf("the shop that has it shows %q", said)
		}
	})
}

// restoreInto makes a store of values whatever they are, as an older program may have left them.
func restoreInto(t *testing.T, store string, batch dao.Batch) {
	t.Helper()
	e, err := new(globals).newEnd("--to", store, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.restore(t.Context(), "test", "test")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []dao.Batch{{Products: batch.Products}, {Carts: batch.Carts}, {Messages: batch.Messages}} {
		if err := r.Put(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Dump(t.Context(), func(dao.Batch) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := r.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// Whoever reads a database whose feed is gone says what will come of it, and begins nothing.
func TestReadingBeginsNoEpoch(t *testing.T) {
	t.Parallel()
	store := database(t)
	if err := openShop(t, store, "--demo").stop(t, os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := databaseOf(t, store).Collection("feed").Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := bytesOf(t, store)
	for _, args := range [][]string{{"check", "--store", store}, {"export", filepath.Join(t.TempDir(), "export.jsonl"), "--store", store}} {
		if out, code := execute(t, args...); code != 0 || !strings.Contains(out, "a new epoch begins when a shop opens it") {
			t.Errorf("%v: exit %d: %s", args, code, out)
		}
	}
	if after := bytesOf(t, store); after != before {
		t.Errorf("there was\n%s, and is\n%s", before, after)
	}
}
