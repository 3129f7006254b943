package app

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

// drawing is a picture as somebody uploads it; those of different numbers differ.
func drawing(t *testing.T, n int) []byte {
	t.Helper()
	p := image.NewGray(image.Rect(0, 0, 900, 600))
	for x := range 900 {
		p.SetGray(x, n%600, color.Gray{Y: uint8(x)})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withPictures makes a store of a product with n pictures.
func withPictures(t *testing.T, store string, n int) {
	t.Helper()
	inStore(t, store, func(opened dao.Store) {
		shop := trade.New(opened, trade.Options{})
		product := models.Product{Title: "Mate", Description: "d", Code: "M", Category: "c", Price: 10, Status: true}
		for i := range n {
			picture, _, err := shop.AddPicture(t.Context(), drawing(t, i))
			if err == nil {
				err = shop.DescribePicture(t.Context(), picture.Upload, fmt.Sprintf("Un mate, de lado %d", i))
			}
			if err != nil {
				t.Fatal(err)
			}
			product.Thumbnails = append(product.Thumbnails, picture.Src())
		}
		if _, _, err := shop.CreateProduct(t.Context(), product); err != nil {
			t.Fatal(err)
		}
	})
}

// inStore opens a store as a program does, and closes it.
func inStore(t *testing.T, name string, do func(dao.Store)) {
	t.Helper()
	c, err := parse(t, nil, "--store", name)
	if err != nil {
		t.Fatal(err)
	}
	store, err := c.openStore(t.Context(), name, storeOptions{log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	do(store)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// wantPictures fails unless check finds all pictures of a store, and their bytes.
func wantPictures(t *testing.T, store string, n int) {
	t.Helper()
	if out, code := execute(t, "check", "--store", store); code != 0 || !strings.Contains(out, fmt.Sprintf("%d pictures", n)) || strings.Contains(out, "note:") {
		t.Fatalf("check: %s", out)
	}
	inStore(t, store, func(opened dao.Store) {
		if images := hashesOf(t, opened); len(images) != 4*n {
			t.Errorf("there are %d images, and should be %d", len(images), 4*n)
		}
	})
}

func hashesOf(t *testing.T, store dao.Store) (all []models.Hash) {
	t.Helper()
	if err := store.Images.Each(t.Context(), func(hash models.Hash) error { all = append(all, hash); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

// Pictures go where values go, with their bytes: by a backup in one file, by one in a folder, and by
// migrations there and back.
func TestPicturesAreCarried(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		const n = 2
		source, dir := newStore(), t.TempDir()
		withPictures(t, source, n)
		wantPictures(t, source, n)
		want := exported(t, source)
		for _, backup := range []string{filepath.Join(dir, "backup.jsonl.gz"), filepath.Join(dir, "backup.jsonl"), filepath.Join(dir, "backup")} {
			other := newStore()
			for _, args := range [][]string{{"export", backup, "--store", source}, {"import", backup, "--store", other}, {"import", backup, "--store", other}} {
				if out, code := execute(t, args...); code != 0 {
					t.Fatalf("%v: %s", args, out)
				}
			}
			wantPictures(t, other, n)
			got := exported(t, other)
			if !strings.Contains(backup, "jsonl") { // a folder does not say whose it is
				got = want[:strings.IndexByte(want, '\n')] + got[strings.IndexByte(got, '\n'):]
			}
			if got != want {
				t.Errorf("%s makes another store", backup)
			}
		}
		for _, engine := range engines {
			target := filepath.Join(t.TempDir(), "target")
			if engine.name == "mongodb" {
				target = database(t)
			}
			if out := migrate(t, source, target); !strings.Contains(out, "images: 8 are in both") {
				t.Errorf("migrate says\n%s", out)
			}
			wantPictures(t, target, n)
			if got := exported(t, target); got != want {
				t.Errorf("a migration to %s makes another store", engine.name)
			}
		}
	})
}

// An export in a folder keeps nothing of an earlier one, and a file that is not what its name says
// is named and left out.
func TestExportedFolderOfPictures(t *testing.T) {
	store, dir := t.TempDir(), filepath.Join(t.TempDir(), "export")
	withPictures(t, store, 1)
	export := func() []models.Hash {
		t.Helper()
		if out, code := execute(t, "export", dir, "--store", store); code != 0 {
			t.Fatal(out)
		}
		hashes, err := catalogue.Images(dir)
		if err != nil {
			t.Fatal(err)
		}
		return hashes
	}
	first := export()
	if err := os.WriteFile(filepath.Join(dir, "images", string(models.HashOf([]byte("old")))), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "images", "mine.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if again := export(); len(again) != len(first) || len(first) != 4 {
		t.Errorf("there are %d images, and were %d", len(again), len(first))
	}
	if _, err := os.Stat(filepath.Join(dir, "images", "mine.txt")); err != nil {
		t.Error(err)
	}
	spoilt := filepath.Join(dir, "images", string(first[0]))
	if err := os.WriteFile(spoilt, []byte("spoilt"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	if out, code := execute(t, "import", dir, "--store", other); code == 0 || !strings.Contains(out, spoilt) || !strings.Contains(out, "3 images") {
		t.Errorf("import of a spoilt image: %d %s", code, out)
	}
	if out, code := execute(t, "check", "--store", other); code == 0 || !strings.Contains(out, string(first[0])) || !strings.Contains(out, "upload the picture again") {
		t.Errorf("check: %d %s", code, out)
	}
}

// What is spoilt in the store, or is a link, is left out of an export and named; all else is in it, and
// the address of such a picture is not one that the shop would have in a moment.
func TestExportOfSpoiltPictures(t *testing.T) {
	store, dir := t.TempDir(), t.TempDir()
	withPictures(t, store, 1)
	var hashes []models.Hash
	inStore(t, store, func(opened dao.Store) { hashes = hashesOf(t, opened) })
	link, spoilt := filepath.Join(store, "images", string(hashes[0])), filepath.Join(store, "images", string(hashes[1]))
	kept := filepath.Join(dir, "elsewhere")
	if err := errors.Join(os.Rename(link, kept), os.Symlink(kept, link), os.WriteFile(spoilt, []byte("spoilt"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"backup", "backup.jsonl.gz"} {
		out, code := execute(t, "export", filepath.Join(dir, target), "--store", store)
		if code != 0 || !strings.Contains(out, "with 2 images") || !strings.Contains(out, string(hashes[0])) || !strings.Contains(out, string(hashes[1])) {
			t.Errorf("%s: %d %s", target, code, out)
		}
	}
	inStore(t, store, func(opened dao.Store) {
		if _, err := opened.Images.Get(t.Context(), hashes[0]); err == nil || errors.Is(err, dao.ErrUnavailable) {
			t.Errorf("read through a link: %v", err)
		}
	})
}

// What is spoilt or a link in the folder of pictures is not there for who looks: nothing is read
// through a link, by whichever address, and the shop says in its log what is wrong.
func TestLinksAreNoPictures(t *testing.T) {
	store, dir := t.TempDir(), t.TempDir()
	withPictures(t, store, 1)
	var hashes []models.Hash
	inStore(t, store, func(opened dao.Store) { hashes = hashesOf(t, opened) })
	outside := filepath.Join(dir, "outside")
	if err := os.WriteFile(outside, []byte("outside of the folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	in := func(hash models.Hash) string { return filepath.Join(store, "images", string(hash)) }
	kept := filepath.Join(dir, "kept")
	if err := errors.Join(os.Rename(in(hashes[0]), kept), os.Symlink(kept, in(hashes[0])), os.WriteFile(in(hashes[1]), []byte("spoilt"), 0o600),
		os.Remove(in(hashes[2])), os.Symlink(outside, in(hashes[2]))); err != nil {
		t.Fatal(err)
	}
	s := startShop(t, store).untilOpen(t)
	for range 2 { // the log tells of each once
		for i, want := range []int{404, 404, 404, 200} {
			answer, err := http.Get(s.URL + "/images/" + string(hashes[i]))
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			if answer.StatusCode != want || bytes.Contains(body, []byte("outside of")) {
				t.Errorf("%d: %d, not %d: %.100s", i, answer.StatusCode, want, body)
			}
		}
	}
	if n := strings.Count(s.Log.String(), "a picture cannot be shown"); n != 3 {
		t.Errorf("the log tells of %d pictures: %s", n, &s.Log)
	}
}

// check names what is damaged, by the picture that it belongs to.
func TestCheckFindsDamagedImages(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		withPictures(t, store, 1)
		var hash models.Hash
		inStore(t, store, func(opened dao.Store) { hash = hashesOf(t, opened)[0] })
		if dbmanagers.IsURL(store) {
			images := databaseOf(t, store).Collection("images")
			if _, err := images.UpdateOne(t.Context(), map[string]any{"_id": string(hash) + "/0"}, map[string]any{"$set": map[string]any{"bytes": []byte("other")}}); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(filepath.Join(store, "images", string(hash)), []byte("other"), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, code := execute(t, "check", "--store", store); code == 0 || !strings.Contains(out, "damage: image ") || !strings.Contains(out, string(hash)) {
			t.Errorf("check: %d %s", code, out)
		}
	})
}
