package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/dbmanagers"
	"pulperia/dao/dbmanagers/mongotest"
)

// A source that is damaged, or none, is refused with a reason. Neither side changes, and no
// password is shown.
func TestMigrateRefusesSources(t *testing.T) {
	t.Parallel()
	opened, closed := openedFiles(t), fillFiles(t, t.TempDir(), someBatch(20))
	for _, test := range spoiltFiles {
		t.Run(test.name, func(t *testing.T) {
			dir, sound := filepath.Join(t.TempDir(), "shop"), opened
			if test.clean {
				sound = closed
			}
			if err := os.CopyFS(dir, os.DirFS(sound)); err != nil {
				t.Fatal(err)
			}
			test.spoil(t, dir)
			wantRefused(t, dir, database(t), dir, test.want)
		})
	}
	for _, test := range spoiltDatabases {
		t.Run(test.name, func(t *testing.T) {
			url := database(t)
			migrate(t, closed, url)
			from := test.spoil(t, url)
			kept := url
			if dbmanagers.IsURL(from) && !strings.Contains(from, "ana:") {
				kept = from
			}
			wantRefused(t, from, filepath.Join(t.TempDir(), "new"), kept, test.want...)
		})
	}
}

// wantRefused fails unless a migration is refused for the reasons that it must name, and leaves its
// source and its target as they were.
func wantRefused(t *testing.T, from, to, source string, want ...string) {
	t.Helper()
	sourceBefore, targetBefore := bytesOf(t, source), bytesOf(t, to)
	_, missing := os.Stat(to)
	out, code := execute(t, "migrate", "--from", from, "--to", to)
	if code != 1 || strings.Contains(out, "secreto") {
		t.Errorf("exit %d: %s", code, out)
	}
	for _, part := range want {
		if !strings.Contains(out, part) {
			t.Errorf("%s does not say %q", out, part)
		}
	}
	if bytesOf(t, source) != sourceBefore || bytesOf(t, to) != targetBefore {
		t.Errorf("refused (%s), but something was written", out)
	}
	if _, err := os.Stat(to); (err == nil) != (missing == nil) {
		t.Errorf("refused (%s), and the target was made", out)
	}
}

// A target that is the source by any name, lies in it, or holds anything is refused.
func TestMigrateRefusesTargets(t *testing.T) {
	t.Parallel()
	dir, url := fillFiles(t, t.TempDir(), someBatch(20)), database(t)
	migrate(t, dir, url)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	other, export := fillFiles(t, t.TempDir(), someBatch(1)), t.TempDir()
	for name, text := range map[string]string{"products.json": `[{"title":"T","description":"D","code":"C","price":1,"stock":1,"category":"C"}]`, "notes.txt": "mine"} {
		if err := os.WriteFile(filepath.Join(export, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	foreign, open := database(t), t.TempDir()
	mongotest.Insert(t, databaseOf(t, foreign).Collection("carts"), bson.M{"products": bson.A{}})
	s := openShop(t, open)
	for _, test := range []struct{ from, to, want string }{
		{dir, dir, "are the same store"},
		{dir, dir + "/../" + filepath.Base(dir) + "/", "are the same store"},
		{dir, link, "are the same store"},
		{link, dir, "are the same store"},
		{dir, filepath.Join(link, "new", "deeper"), "lies in --from"},
		{dir, filepath.Dir(dir), "lies in --to"},
		{url, url, "are the same store"},
		{url, strings.Replace(url, "127.0.0.1", "LOCALHOST", 1) + "?appName=other", "are the same store"},
		{dir, other, "it holds 1 products, 1 carts and 1 messages"},
		{dir, export, "it holds 1 products, 0 carts and 0 messages"},
		{dir, url, "it holds 20 products, 20 carts and 20 messages"},
		{dir, foreign, "it holds 0 products, 1 carts and 0 messages"},
		{dir, filepath.Join(export, "notes.txt"), "not a directory"},
		{dir, open, fmt.Sprint("process ", s.Pid(), " has it open")},
		{dir, "postgres://ana:secreto@127.0.0.1/x", "--to"},
	} {
		wantRefused(t, test.from, test.to, test.from, test.want)
	}
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
}

// What another program wrote goes over as the shop shows it, in the order of ids whatever its _id
// is; fields without a place only go when that is allowed, and the source keeps them.
func TestMigrateForeignDocuments(t *testing.T) {
	t.Parallel()
	url := database(t)
	db := databaseOf(t, url)
	for i := range 30 {
		product := bson.M{"title": fmt.Sprint("T", i), "description": "D", "code": fmt.Sprint("C", i), "price": "12.50", "stock": 3, "category": "x", "color": "rojo", "__v": 0}
		message := bson.M{"user": "ana@example.com", "message": fmt.Sprint("hola ", i), "read": true}
		if i%2 > 0 {
			product["_id"], message["_id"] = fmt.Sprint("p", i), i
		}
		mongotest.Insert(t, db.Collection("products"), product)
		mongotest.Insert(t, db.Collection("messages"), message)
	}
	wantRefused(t, url, filepath.Join(t.TempDir(), "new"), url, "messages.read is unknown here: 30 documents", "products.color is unknown here: 30 documents", "no place for messages.read, products.color: --drop-unknown")
	before := bytesOf(t, url)
	for _, to := range []string{filepath.Join(t.TempDir(), "new"), database(t)} {
		if out := migrate(t, url, to, "--drop-unknown"); !strings.Contains(out, "documents of other programs are taken as the shop shows them") {
			t.Error(out)
		}
		if valuesOf(exported(t, to)) != valuesOf(exported(t, url)) {
			t.Errorf("%s does not give what %s does", to, url)
		}
	}
	if bytesOf(t, url) != before {
		t.Error("the source has changed")
	}
}
