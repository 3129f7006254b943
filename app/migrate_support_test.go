package app

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
)

// databaseOf is a database as the bare driver sees it.
func databaseOf(t *testing.T, url string) *mongo.Database {
	t.Helper()
	parsed, err := connstring.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(url))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	return client.Database(parsed.Database)
}

// bytesOf writes down every byte of a store, file by file, or document by document with the
// indexes. A folder that is not there has none.
func bytesOf(t *testing.T, store string) string {
	t.Helper()
	var b strings.Builder
	if dbmanagers.IsURL(store) {
		db := databaseOf(t, store)
		names, err := db.ListCollectionNames(t.Context(), bson.M{})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(names) // servers list collections in any order, and not always in the same
		for _, name := range names {
			indexes, err := db.Collection(name).Indexes().ListSpecifications(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&b, name)
			for _, index := range indexes {
				fmt.Fprintln(&b, name, index.Name)
			}
			cursor, err := db.Collection(name).Find(t.Context(), bson.M{}, options.Find().SetSort(bson.M{"_id": 1}))
			if err != nil {
				t.Fatal(err)
			}
			for cursor.Next(t.Context()) {
				fmt.Fprintf(&b, "%s %x\n", name, sha256.Sum256(cursor.Current))
			}
			if cursor.Err() != nil {
				t.Fatal(cursor.Err())
			}
		}
		return b.String()
	}
	if real, err := filepath.EvalSymlinks(store); err == nil {
		store = real
	}
	err := filepath.WalkDir(store, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			fmt.Fprintln(&b, path)
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s %x\n", path, sha256.Sum256(text))
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return b.String()
}

// valuesOf returns an export without its first line, which names the store that it was made of.
func valuesOf(export string) string {
	_, values, _ := strings.Cut(export, "\n")
	return values
}

// exported returns the export of a store by the program.
func exported(t *testing.T, store string) string {
	t.Helper()
	target := filepath.Join(t.TempDir(), "export.jsonl")
	if out, code := execute(t, "export", target, "--store", store); code != 0 {
		t.Fatal(out)
	}
	text, err := os.ReadFile(target)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// migrate runs the command to its good end.
func migrate(t *testing.T, from, to string, flags ...string) string {
	t.Helper()
	out, code := execute(t, append([]string{"migrate", "--from", from, "--to", to}, flags...)...)
	if code != 0 {
		t.Fatal(out)
	}
	return out
}

// fillFiles makes a store of a folder.
func fillFiles(t *testing.T, dir string, batches ...dao.Batch) string {
	t.Helper()
	store, err := filemanagers.Open(t.Context(), dir, filemanagers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range batches {
		if _, err := store.Load(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// someBatch holds n products, carts and messages each.
func someBatch(n int) (batch dao.Batch) {
	id := func(i int) models.ID { return models.ID{0x66, 10: byte(i >> 8), 11: byte(i)} }
	for i := range n {
		at := models.Time(1_700_000_000_000 + i)
		batch.Products = append(batch.Products, models.Product{ID: id(i), Title: fmt.Sprint("Yerba ", i), Description: strings.Repeat("con palo ", i%9+1), Code: fmt.Sprint("Y-", i),
			Price: models.Money(i), Status: i%3 > 0, Stock: int64(i), Category: fmt.Sprint("c", i%7), CreatedAt: at, UpdatedAt: at + 1, Rev: int64(i%5 + 1)})
		batch.Carts = append(batch.Carts, models.Cart{ID: id(i), Products: []models.Item{{Product: id(i + 1), Quantity: 2}}, CreatedAt: at, UpdatedAt: at + 2, Rev: 2})
		batch.Messages = append(batch.Messages, models.Message{ID: id(n - i), User: "ana@example.com", Message: fmt.Sprint("hola ", i), CreatedAt: at})
	}
	return batch
}

// meeting is a restoration during which something happens once a number of values is put.
type meeting struct {
	restoring
	after int
	what  func()
}

// Dump begins when all that was put is in, and not on its way.
func (m *meeting) Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	if m.after > 0 {
		if at, err := m.restoring.Dump(ctx, func(dao.Batch) error { return nil }); err != nil {
			return at, err
		}
		m.what()
	}
	return m.restoring.Dump(ctx, visit)
}

func (m *meeting) Put(ctx context.Context, batch dao.Batch) error {
	err := m.restoring.Put(ctx, batch)
	before := m.after
	if m.after -= batch.Len(); before > 0 && m.after <= 0 {
		m.what()
	}
	return err
}

// migrateMeeting migrates in this process; what happens when half values are put, or all of them
// are in and there are fewer than that.
func migrateMeeting(t *testing.T, from, to string, half int, what func(stop func())) (said string, err error) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	file, err := os.Create(filepath.Join(t.TempDir(), "said"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	m, err := (&migrateCommand{From: from, To: to}).migration(&globals{}, Streams{Out: file, Err: file})
	if err != nil {
		t.Fatal(err)
	}
	restore := m.restore
	m.restore = func(ctx context.Context, source, content string) (restoring, error) {
		target, err := restore(ctx, source, content)
		if half == 0 {
			what(stop)
		}
		return &meeting{target, half, func() { what(stop) }}, err
	}
	err = m.run(ctx)
	text, readErr := os.ReadFile(file.Name())
	if readErr != nil {
		t.Fatal(readErr)
	}
	return string(text), err
}
