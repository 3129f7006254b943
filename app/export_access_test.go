package app

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

// staffed is a batch of every kind there is, the first owner's link among them.
func staffed() (batch dao.Batch) {
	for i, kind := range dao.Kinds() {
		v := kind.Example(1)
		id := models.ID{0x66, 11: byte(i + 1)}
		switch kind.Kind {
		case dao.KindSecrets, dao.KindSettings:
			id = models.TheOne
		case dao.KindCounter: // the number of the order, to which an import brings it
			v, id = kind.Example(2), models.TheOne
		case dao.KindLink:
			id = models.OwnerLink
		}
		v.SetHead(models.Head{ID: id, Rev: 1, CreatedAt: 1_700_000_000_000, UpdatedAt: 1_700_000_000_000})
		batch.Add(v)
	}
	return batch
}

// An export and a migration take along who may come in, but neither sessions nor one-time links, and
// say so; a store has the same shop back after either, in both directions.
func TestAccessLeavesByExport(t *testing.T) {
	t.Parallel()
	dir := fillFiles(t, t.TempDir(), staffed())
	folder := filepath.Join(t.TempDir(), "folder")
	said := says(t, "1 people", "export", folder, "--store", dir)
	for _, want := range []string{"1 keys", "1 settings", "1 secrets", "left out are 1 sessions and 1 links", "hashes"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q: %s", want, said)
		}
	}
	want := exportedWithin(t, dir)
	for _, kind := range []string{"person", "key", "setting", "secret"} {
		if !strings.Contains(want, `{"`+kind+`":`) {
			t.Errorf("there is no %s in\n%s", kind, want)
		}
	}
	for _, kind := range []string{"session", "link"} {
		if strings.Contains(want, `{"`+kind+`":`) {
			t.Errorf("there is a %s in\n%s", kind, want)
		}
		if _, err := os.Stat(filepath.Join(folder, kind+"s.json")); err == nil {
			t.Errorf("the folder has %ss", kind)
		}
	}
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		says(t, "0 updated, 0 the same, 0 refused", "import", exportFile(t, want), "--store", store)
		if got := exportedWithin(t, store); got != want {
			t.Errorf("imported, it exports\n%s, not\n%s", got, want)
		}
		there := newStore()
		says(t, "left out are 1 sessions and 1 links", "migrate", "--from", dir, "--to", there)
		if got := exportedWithin(t, there); got != want {
			t.Errorf("migrated, it exports\n%s, not\n%s", got, want)
		}
		back := filepath.Join(t.TempDir(), "back")
		says(t, "people", "migrate", "--from", there, "--to", back)
		if got := exportedWithin(t, back); got != want {
			t.Errorf("migrated back, it exports\n%s, not\n%s", got, want)
		}
	})
}

// Whoever puts a session or a link into an export does not come in by it, and a shop keeps its own
// key.
func TestImportRefusesSessions(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		for _, kind := range []*dao.Schema{dao.Session.Schema, dao.Link.Schema} {
			v := kind.Example(1)
			v.SetHead(models.Head{ID: models.ID{0x66, 11: 1}, Rev: 1})
			line := fmt.Sprintf("{%q:%s}", kind.Kind, models.JSON(v))
			end, err := json.Marshal(map[string]dao.Counts{"end": {kind.Kind: 1}})
			if err != nil {
				t.Fatal(err)
			}
			lines := exportFile(t, `{"pulperia":"export","version":1}`+"\n"+line+"\n"+string(end)+"\n")
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, kind.File()), fmt.Appendf(nil, "[%s]", models.JSON(v)), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, file := range []string{lines, filepath.Join(folder, kind.File())} {
				out, code := runMain(t, "import", file, "--store", store)
				if code == 0 || !strings.Contains(out, kind.Plural+" never leave their shop") {
					t.Errorf("%s: it ends with %d and says\n%s", file, code, out)
				}
			}
		}
		others := staffed()
		var secrets *models.Secrets
		for _, v := range others.Others {
			if one, is := v.(*models.Secrets); is {
				secrets = one
			}
		}
		says(t, "created", "import", exportFile(t, exportedWithin(t, fillFiles(t, t.TempDir(), others))), "--store", store)
		ours := secrets.ShopKey
		secrets.ShopKey = strings.Repeat("ab", 32)
		says(t, "keeps its own", "import", exportFile(t, exportedWithin(t, fillFiles(t, t.TempDir(), others))), "--store", store)
		if got := exportedWithin(t, store); !strings.Contains(got, ours) || strings.Contains(got, secrets.ShopKey) {
			t.Errorf("it has the key of another shop:\n%s", got)
		}
	})
}

// exportFile returns a file with the lines of an export.
func exportFile(t *testing.T, lines string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "export.jsonl")
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
