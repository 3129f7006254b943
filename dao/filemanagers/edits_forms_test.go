package filemanagers

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

// Whatever an editor does to ends of lines and to the beginning of a file: it is read, and written
// as the shop writes it.
func TestEditorsForms(t *testing.T) {
	said := `{"user":"ana@example.com","message":"hola"}` + "\n" + `{"user":"bea@example.com","message":"chau"}` + "\n"
	for name, form := range map[string]func(text string) string{
		"byte order mark": func(text string) string { return "\uFEFF" + text },
		"CRLF":            func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") },
		"no last break":   func(text string) string { return strings.TrimSuffix(text, "\n") },
		"empty lines":     func(text string) string { return "\n\n" + text + "\n\n" },
	} {
		t.Run(name, func(t *testing.T) {
			dir := writeFiles(t, map[string]string{productsFile: form(handWritten), messagesFile: form(said)})
			s, err := openDir(t, dir)
			if err != nil {
				t.Fatal(err)
			}
			if got := content(t, s); strings.Count(got, "\n") != 4 || !strings.Contains(got, "chau") || !strings.Contains(got, "Yerba") {
				t.Errorf("read\n%s", got)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			for _, file := range []string{productsFile, messagesFile} {
				if text, _ := os.ReadFile(filepath.Join(dir, file)); strings.Contains(string(text), "\r") || text[0] == 0xEF || text[len(text)-1] != '\n' {
					t.Errorf("%s is %q", file, text)
				}
			}
		})
	}
}

// Files that are not the store's stay as they are, whatever they are named after, and keep nobody
// from opening it: neither for a start nor for a restoration.
func TestFilesOfOthersStay(t *testing.T) {
	dir, s := filled(t)
	want := content(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	others := []string{productsFile + "~", ".products.json.swp", "products.json.tmp", "precios.tmp", "precios.new", "journal-notes.txt",
		segmentName(1) + "~", "#products.json#", "lock~"}
	put := func(dir string) {
		for _, name := range others {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	wantThere := func(dir string) {
		t.Helper()
		for _, name := range others {
			if text, err := os.ReadFile(filepath.Join(dir, name)); string(text) != name {
				t.Errorf("%s is %q (%v)", name, text, err)
			}
		}
	}
	put(dir)
	s, err := openDir(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := content(t, s); got != want {
		t.Errorf("there is\n%s, not\n%s", got, want)
	}
	wantThere(dir)
	elsewhere := t.TempDir()
	put(elsewhere)
	if _, err := Restore(t.Context(), elsewhere, Options{}, "elsewhere", "all"); err == nil {
		t.Error("a store is restored into a folder that holds other things")
	}
	wantThere(elsewhere)
}

// A crash that left nothing to compact is as good as a clean stop: the files were the whole truth,
// and what somebody writes into them counts.
func TestEditAfterCrashWithNothingToFold(t *testing.T) {
	for name, edit := range map[string]func(*memDisk){
		"changed": func(d *memDisk) {
			d.names[productsFile].text = []byte(strings.Replace(string(d.names[productsFile].text), "Yerba 2", "Yerba suave", 1))
		},
		"added": func(d *memDisk) {
			d.names[messagesFile].text = append(d.names[messagesFile].text, `{"user":"ana@example.com","message":"Yerba suave"}`...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			closed, _ := liveImage(t, true)
			s, err := openDisk(closed, 1_000)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			want := content(t, s)
			d := closed.image() // of a store that is open, and to which nothing was written
			edit(d)
			again, err := openDisk(d, 1_000)
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			if got := content(t, again); strings.Count(got, "Yerba suave") != 1 || strings.Count(got, "\n") < strings.Count(want, "\n") {
				t.Errorf("there is\n%s, after\n%s", got, want)
			}
		})
	}
}

// A start that is refused leaves the folder as it was, the lock included.
func TestRefusedStartChangesNothing(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"never opened": {productsFile: `[{"title":""}]`},
		"opened":       {productsFile: `[{"title":""}]`, lockFile: "123456\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := writeFiles(t, files)
			if _, err := openDir(t, dir); err == nil {
				t.Fatal("it opened")
			}
			names, err := directory(dir).List()
			if err != nil || len(names) != len(files) {
				t.Errorf("there are %q (%v)", names, err)
			}
			for name, want := range files {
				if got, _ := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
					t.Errorf("%s is %q", name, got)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, productsFile), []byte("[]"), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := openDir(t, dir); err != nil {
				t.Errorf("mended, it does not open: %v", err)
			}
		})
	}
}

// Whoever only reads sees what the next start would take in, and takes nothing in; a folder without
// a store is said to have none.
func TestReadEdits(t *testing.T) {
	dir, s := filled(t)
	want := content(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	edit(t, dir, productsFile, `"title": "Yerba 2"`, `"title": "Yerba suave"`)
	edit(t, dir, messagesFile, `"hola 1"`, `"chau 1"`)
	before := texts(t, dir)
	read, err := OpenReadOnly(t.Context(), dir, Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	want = strings.NewReplacer("Yerba 2", "Yerba suave", "hola 1", "chau 1").Replace(want)
	want = regexp.MustCompile(`("Yerba suave".*"rev":)1}`).ReplaceAllString(want, "${1}2}")
	if got := content(t, read); got != want {
		t.Errorf("read only there is\n%s, not\n%s", got, want)
	}
	if _, err := read.Messages.Page(t.Context(), models.ID{}, 3); err != nil {
		t.Error(err)
	}
	if err := read.Close(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(before, texts(t, dir)); diff != "" {
		t.Errorf("reading changed (-before +after):\n%s", diff)
	}
	empty := t.TempDir()
	for _, none := range []string{empty, filepath.Join(empty, "nowhere")} {
		_, err1 := OpenReadOnly(t.Context(), none, Options{})
		_, err2 := Check(t.Context(), none, Options{})
		for _, err := range []error{err1, err2} {
			if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), none) {
				t.Errorf("%s: %v", none, err)
			}
		}
	}
}

// texts returns what stands in all files of a folder.
func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := directory(dir).List()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return all
}
