package app

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// spoiltFiles are folders that cannot be migrated, made from a sound one that was not stopped
// cleanly (its journal counts), or from one that was, and what is said of each.
var spoiltFiles = []struct {
	name  string
	clean bool
	spoil func(t *testing.T, dir string)
	want  string
}{
	{"journal torn in the middle", false, func(t *testing.T, dir string) { edit(t, dir, "journal-*", cutMiddle) }, "checksum does not match"},
	{"byte of the journal flipped", false, func(t *testing.T, dir string) { edit(t, dir, "journal-*", flip) }, "checksum does not match"},
	{"journal missing", false, func(t *testing.T, dir string) { remove(t, dir, "journal-*") }, "the journal is missing"},
	{"journal of another store", false, func(t *testing.T, dir string) {
		other, err := os.ReadFile(matching(t, openedFiles(t), "journal-*")[0])
		if err != nil {
			t.Fatal(err)
		}
		edit(t, dir, "journal-*", func([]byte) []byte { return other })
	}, "of another store"},
	{"store.json missing", false, func(t *testing.T, dir string) { remove(t, dir, "store.json") }, "it is missing, but there is a journal"},
	{"store.json flipped", false, func(t *testing.T, dir string) { edit(t, dir, "store.json", flip) }, "store.json"},
	{"store.json empty", true, func(t *testing.T, dir string) { edit(t, dir, "store.json", func([]byte) []byte { return nil }) }, "store.json"},
	{"newer format", true, func(t *testing.T, dir string) {
		edit(t, dir, "store.json", func(text []byte) []byte {
			return []byte(strings.Replace(string(text), `"format": 4`, `"format": 9`, 1))
		})
	}, "format 9 is newer"},
	{"products.json flipped", false, func(t *testing.T, dir string) { edit(t, dir, "products.json", flip) }, "not stopped cleanly"},
	{"products.json no JSON", true, func(t *testing.T, dir string) {
		edit(t, dir, "products.json", func([]byte) []byte { return []byte("[{oops\n") })
	}, "products.json: line 1"},
	{"messages.jsonl missing", true, func(t *testing.T, dir string) { remove(t, dir, "messages.jsonl") }, "messages.jsonl: it is missing"},
	{"messages.jsonl cut", false, func(t *testing.T, dir string) { edit(t, dir, "messages.jsonl", cutMiddle) }, "not stopped cleanly"},
	{"messages.jsonl unreadable", true, func(t *testing.T, dir string) {
		remove(t, dir, "messages.jsonl") // file modes do not stop root
		if err := os.Mkdir(filepath.Join(dir, "messages.jsonl"), 0o700); err != nil {
			t.Fatal(err)
		}
	}, "messages.jsonl: it is a folder"},
	{"empty folder", true, func(t *testing.T, dir string) { remove(t, dir, "*") }, "there is no store in it"},
	{"folder that is not there", true, func(t *testing.T, dir string) {
		remove(t, dir, "*")
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
	}, "no such file or directory"},
	{"file", true, func(t *testing.T, dir string) {
		remove(t, dir, "*")
		if err := errors.Join(os.Remove(dir), os.WriteFile(dir, []byte("hello"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}, "not a directory"},
	{"store without anything", true, func(t *testing.T, dir string) {
		remove(t, dir, "*")
		fillFiles(t, dir)
	}, "holds nothing: is it the right one?"},
	{"unfinished migration", true, func(t *testing.T, dir string) {
		remove(t, dir, "*")
		if _, err := migrateMeeting(t, fillFiles(t, t.TempDir(), someBatch(10)), dir, 20, func(stop func()) { stop() }); err == nil {
			t.Fatal("it was not stopped")
		}
	}, "was not finished"},
}

// spoiltDatabases are the same for MongoDB: the store of someBatch(20), spoilt.
var spoiltDatabases = []struct {
	name  string
	spoil func(t *testing.T, url string) (from string)
	want  []string
}{
	{"no server", func(t *testing.T, url string) string {
		return "mongodb://ana:secreto@127.0.0.1:1/x?serverSelectionTimeoutMS=300"
	}, []string{"mongodb://ana:***@127.0.0.1:1/x", "nothing listens"}},
	{"password placeholder", func(t *testing.T, url string) string { return "mongodb://ana:<password>@127.0.0.1:1/x" }, []string{"no password is given"}},
	{"another scheme", func(t *testing.T, url string) string { return "postgres://ana:secreto@127.0.0.1/x" }, []string{"--from", "postgres://ana:***@", "must be a folder, or a URL"}},
	{"a lost slash", func(t *testing.T, url string) string { return "mongodb:/ana:secreto@127.0.0.1/x" }, []string{"--from", "must be a folder, or a URL"}},
	{"another database", func(t *testing.T, url string) string { return database(t) }, []string{"there is no store in it"}},
	{"newer format", setting("meta", bson.M{"version": 3}), []string{"newer pulperia"}},
	{"unfinished migration", func(t *testing.T, url string) string {
		to := database(t)
		if _, err := migrateMeeting(t, url, to, 20, func(stop func()) { stop() }); err == nil {
			t.Fatal("it was not stopped")
		}
		return to
	}, []string{"was not finished"}},
	{"bad product", setting("products", bson.M{"title": "", "price": -5}), []string{"product 660000000000000000000000: title is required; price must be at least 0", "1 values", "mend products and carts in the shop"}},
	{"bad cart", setting("carts", bson.M{"products.0.quantity": 0}), []string{"cart 660000000000000000000000: products[0].quantity must be at least 1"}},
	{"bad message", setting("messages", bson.M{"user": "ana@"}), []string{"message 660000000000000000000001: user must be a bare e-mail address"}},
	{"code twice", setting("products", bson.M{"code": "Y-7"}), []string{`product 660000000000000000000007: code "Y-7" is that of product 660000000000000000000000, too`}},
	{"unknown fields", setting("products", bson.M{"color": "rojo", "size.width": 3}), []string{"products.color is unknown here: 1 documents", "--drop-unknown"}},
}

// setting sets fields of the first document of a collection.
func setting(collection string, fields bson.M) func(t *testing.T, url string) string {
	return func(t *testing.T, url string) string {
		t.Helper()
		filter := bson.M{}
		if collection == "messages" {
			filter = bson.M{"message": "hola 19"}
		} else if collection != "meta" {
			filter = bson.M{"createdAt": bson.DateTime(1_700_000_000_000)}
		}
		result, err := databaseOf(t, url).Collection(collection).UpdateOne(t.Context(), filter, bson.M{"$set": fields})
		if err != nil || result.ModifiedCount != 1 {
			t.Fatal(result, err)
		}
		return url
	}
}

// openedFiles is a folder as a process that was killed leaves it: a part of it stands in the JSON
// files, a part only in the journal.
func openedFiles(t *testing.T) string {
	t.Helper()
	dir := fillFiles(t, t.TempDir(), someBatch(20))
	s := openShop(t, dir, "--cart-days", "0")
	for range 5 {
		if _, _, err := s.do(http.DefaultClient, "POST", "/api/messages", `{"user":"ana@example.com","message":"hola"}`); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func edit(t *testing.T, dir, pattern string, change func([]byte) []byte) {
	t.Helper()
	for _, path := range matching(t, dir, pattern) {
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, change(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func remove(t *testing.T, dir, pattern string) {
	t.Helper()
	for _, path := range matching(t, dir, pattern) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func matching(t *testing.T, dir, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s has no %s (%v)", dir, pattern, err)
	}
	return paths
}

func flip(text []byte) []byte {
	text[len(text)/2] ^= 1
	return text
}

func cutMiddle(text []byte) []byte { return append(text[:len(text)/2-20], text[len(text)/2+20:]...) }
