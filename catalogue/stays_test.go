package catalogue

import (
	"bytes"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
)

// Sessions and one-time links leave a store by no export, and no file brings any: whoever could plant
// one would be let in. Of what else the shop keeps nothing is left out.
func TestWhatStays(t *testing.T) {
	store, err := filemanagers.Open(t.Context(), t.TempDir(), filemanagers.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	stays := map[*dao.Schema]bool{}
	_, err = store.Update(t.Context(), func(tx dao.Tx) error {
		for i, kind := range dao.Kinds() {
			v := kind.Example(i + 1)
			v.SetHead(models.Head{ID: models.ID{1, byte(i)}})
			if err := tx.Put(kind, v); err != nil {
				return err
			}
			stays[kind] = kind.Stays
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !stays[dao.Session.Schema] || !stays[dao.Link.Schema] || stays[dao.Person.Schema] || stays[dao.Secrets.Schema] {
		t.Errorf("what stays is %v", stays)
	}
	var lines bytes.Buffer
	counts, err := WriteLines(t.Context(), &lines, store)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := WriteDir(t.Context(), dir, store); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range dao.Kinds() {
		there := slices.ContainsFunc(files, func(f os.DirEntry) bool { return f.Name() == kind.File() })
		said := strings.Contains(lines.String(), `{"`+string(kind.Kind)+`":`)
		if there == kind.Stays || said == kind.Stays || (counts.Counts[kind.Kind] == 0) != kind.Stays {
			t.Errorf("of %s the folder has a file: %v, the lines tell: %v, %d are counted", kind, there, said, counts.Counts[kind.Kind])
		}
		if !kind.Stays {
			continue
		}
		planted := models.JSON(kind.Example(1))
		whole := strings.Replace(lines.String(), "\n", "\n{\""+string(kind.Kind)+"\":"+string(planted)+"}\n", 1)
		for name, text := range map[string]string{"export.jsonl": whole, kind.File(): "[" + string(planted) + "]"} {
			_, err := Read(name, strings.NewReader(text), Options{}, func(Entry) error { return nil })
			if err == nil || !strings.Contains(err.Error(), "never leave their shop") {
				t.Errorf("%s with a %s: got error %v", name, kind.Kind, err)
			}
		}
	}
}
