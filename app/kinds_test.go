package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/models"
)

// parcels is a batch of a kind that no shop has, with a product that one of them names.
func parcels(n int) dao.Batch {
	batch := dao.Batch{Products: someBatch(2).Products[1:]}
	for i := range n {
		v := daotest.Parcel.Example(i + 1)
		v.SetHead(models.Head{ID: models.ID{0x66, 11: byte(i + 1)}, Rev: int64(i + 1), CreatedAt: models.Time(1_700_000_000_000 + i), UpdatedAt: models.Time(1_700_000_000_001 + i)})
		batch.Others = append(batch.Others, v)
	}
	return batch
}

// A kind that is described and nothing else is edited by hand, exported, imported, migrated both
// ways and checked as those that every shop has.
func TestAnotherKind(t *testing.T) {
	t.Parallel()
	dir := fillFiles(t, t.TempDir(), parcels(3))
	file := filepath.Join(dir, "parcels.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), `"P 2"`, `"by hand"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, "parcels.json: 0 gone, 0 new, 1 changed", "check", "--store", dir)
	fillFiles(t, dir) // taken in
	want := exportedWithin(t, dir)
	if !strings.Contains(want, `{"parcel":{"_id":"660000000000000000000002","rev":3,`) || !strings.Contains(want, "by hand") || !strings.Contains(want, `"parcels":3`) {
		t.Fatalf("exported\n%s", want)
	}
	says(t, "parcel 660000000000000000000002 names product 660000000000000000000002, which is gone", "check", "--store", dir)
	folder, lines := filepath.Join(t.TempDir(), "folder"), filepath.Join(t.TempDir(), "export.jsonl")
	says(t, "exported 1 products, 0 carts, 3 parcels and 0 messages", "export", folder, "--store", dir)
	if err := os.WriteFile(lines, []byte(want), 0o600); err != nil {
		t.Fatal(err)
	}
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		for _, from := range []string{folder, lines} {
			store := newStore()
			says(t, "created, 0 updated, 0 the same, 0 refused", "import", from, "--store", store)
			if got := exportedWithin(t, store); valuesOf(got) != valuesOf(want) {
				t.Errorf("imported from %s, it exports\n%s, not\n%s", from, got, want)
			}
			says(t, "3 parcels", "check", "--store", store)
			says(t, "0 created, 0 updated,", "import", from, "--store", store)
		}
	})
	there, back := database(t), filepath.Join(t.TempDir(), "back")
	for _, ends := range [][2]string{{dir, there}, {there, back}} {
		says(t, "parcels", "migrate", "--from", ends[0], "--to", ends[1])
		if got := exportedWithin(t, ends[1]); got != want {
			t.Errorf("%s holds\n%s, not\n%s", ends[1], got, want)
		}
	}
}

// A value whose unique text another one has is refused, and one that is there is left as it is.
func TestImportAnotherKind(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store, other := newStore(), fillFiles(t, t.TempDir(), parcels(2))
		export := filepath.Join(t.TempDir(), "export.jsonl")
		says(t, "exported", "export", export, "--store", other)
		says(t, "created", "import", export, "--store", store)
		text, err := os.ReadFile(export)
		if err != nil {
			t.Fatal(err)
		}
		for what, changed := range map[string]string{
			"is already that of another parcel": strings.Replace(string(text), `"P 2"`, `"P 3"`, 1),
			`label "P 2" is already taken`:      strings.Replace(string(text), `"_id":"660000000000000000000002","rev"`, `"_id":"660000000000000000000009","rev"`, 1),
			`there is no field "colour" here`:   strings.Replace(string(text), `"label":"P 2"`, `"colour":"red","label":"P 2"`, 1),
			"label is required":                 strings.Replace(string(text), `"P 2"`, `" "`, 1),
		} {
			if err := os.WriteFile(export, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			out, code := runMain(t, "import", export, "--store", store)
			if code == 0 || !strings.Contains(out, what) {
				t.Errorf("it ends with %d, and does not say %q:\n%s", code, what, out)
			}
		}
	})
}

// A program that does not know a kind that a store holds leaves the store alone: what it wrote
// would lack those values.
func TestUnknownKind(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store, export := newStore(), filepath.Join(t.TempDir(), "folder")
		says(t, "", "export", export, "--store", fillFiles(t, t.TempDir(), parcels(2)))
		says(t, "created", "import", export, "--store", store)
		before := bytesOf(t, store)
		for _, command := range []string{"check", "serve", "export"} {
			args := []string{command, "--store", store}
			if command == "export" {
				args = append(args, "-")
			}
			if out, code := execute(t, args...); code == 0 || !strings.Contains(out, "parcels") {
				t.Errorf("%s ends with %d:\n%s", command, code, out)
			}
		}
		if after := bytesOf(t, store); after != before {
			t.Errorf("it was\n%s, and is\n%s", before, after)
		}
	})
}

// says runs a command in this process, which knows the kinds of package daotest, and wants it to
// say something, and to end well.
func says(t *testing.T, want string, args ...string) string {
	t.Helper()
	out, code := runMain(t, args...)
	if code != 0 || !strings.Contains(out, want) {
		t.Errorf("%v ends with %d, and does not say %q:\n%s", args, code, want, out)
	}
	return out
}

// exportedWithin returns the export of a store.
func exportedWithin(t *testing.T, store string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "export.jsonl")
	says(t, "exported", "export", file, "--store", store)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The self-test writes values of every kind that a program has, and finds out when one is lost.
func TestSelftestAnotherKind(t *testing.T) {
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store, err := (&globals{}).openStore(t.Context(), newStore(), storeOptions{keep: wholeFeed, log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		for _, w := range allWriters() {
			for n := 1; n <= 3; n++ {
				if err := w.write(t.Context(), store, w.kind+"-0-0", n); err != nil {
					t.Fatalf("%s: %v", w.kind, err)
				}
			}
		}
		numbers := findings{}
		if _, err := store.Dump(t.Context(), numbers.take); err != nil {
			t.Fatal(err)
		}
		found, err := numbers.values()
		if err != nil {
			t.Fatal(err)
		}
		for last, lost := range map[int]bool{2: false, 3: false, 4: true} {
			e := newEvidence()
			for _, w := range allWriters() {
				for n := 1; n <= last; n++ {
					e.expect(w.kind+"-0-0", n)
					if err := e.hear(fmt.Sprint(w.kind, "-0-0 ", n)); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := e.Verify(found); (err != nil) != lost {
				t.Errorf("with %d acknowledged of three: %v", last, err)
			}
		}
	})
}
