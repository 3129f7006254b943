package filemanagers

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/models"
)

func openDir(t *testing.T, dir string) (dao.Store, error) {
	t.Helper()
	s, err := Open(t.Context(), dir, Options{Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		t.Cleanup(func() { s.Close() })
	}
	return s, err
}

// writeFiles puts files into a new folder.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const handWritten = `[
  {"title": "Yerba", "description": "Con palo", "code": "Y-1", "price": 1234.5, "stock": 3, "category": "almacén"},
  {"_id": "660000000000000000000002", "title": "Mate", "description": "De calabaza", "code": "M-1",
   "price": 10, "status": false, "stock": 0, "category": "bazar", "rev": 7}
]`

// A folder with files that somebody wrote by hand is a store: what they leave out is filled in.
func TestFilesWrittenByHand(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		productsFile: handWritten,
		messagesFile: `{"user":"ana@example.com","message":"hola"}` + "\n" + `{"user":"bea@example.com","message":"chau"}`,
	})
	s, err := openDir(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.Products.List(t.Context(), models.ProductQuery{Limit: 10, Sort: models.PriceDesc})
	if err != nil || page.Total != 2 {
		t.Fatalf("there are %d products (%v)", page.Total, err)
	}
	yerba, mate := page.Products[0], page.Products[1]
	if yerba.ID.IsZero() || yerba.Rev != 1 || yerba.CreatedAt == 0 || !yerba.Status || yerba.Price != 1234500 {
		t.Errorf("what was left out is not filled in: %+v", yerba)
	}
	if mate.ID != testID(2) || mate.Rev != 7 || mate.Status {
		t.Errorf("what was written is not kept: %+v", mate)
	}
	said, err := s.Messages.Page(t.Context(), models.ID{}, 10)
	if err != nil || len(said) != 2 || said[0].Message != "hola" || said[1].Message != "chau" {
		t.Errorf("messages: %+v (%v)", said, err)
	}
}

// A bad entry is named by file, line and field; the store is not opened and the files stay as they
// are.
func TestBadEdits(t *testing.T) {
	product := func(change, to string) string { return strings.Replace(handWritten, change, to, 1) }
	for name, test := range map[string]struct {
		file, text string
		want       []string
	}{
		"not JSON":              {productsFile, product(`"stock": 3,`, `"stock": 3`), []string{"products.json: line 2", "a comma missing"}},
		"no array":              {productsFile, `{"a": 1}`, []string{"products.json: line 1", "array"}},
		"cut off":               {productsFile, handWritten[:len(handWritten)-1], []string{"products.json: line 4", "not closed"}},
		"more behind":           {productsFile, handWritten + "[]", []string{"products.json: line 5", "follows"}},
		"price as text":         {productsFile, product("1234.5", `"1234.5"`), []string{"line 2", `"price"`}},
		"three decimals":        {productsFile, product("1234.5", "1234.555"), []string{"line 2", "price must have at most 2 decimals"}},
		"a revision beyond all": {productsFile, product(`"rev": 7`, `"rev": 9223372036854775807`), []string{"line 3", "rev", "below"}},
		"null":                  {productsFile, product("1234.5", "null"), []string{"line 2", `"price"`, "null"}},
		"unknown field":         {productsFile, product(`"title": "Mate"`, `"titel": "Mate"`), []string{"line 3", `"titel"`}},
		"other case":            {productsFile, product(`"title": "Mate"`, `"Title": "Mate"`), []string{"line 3", `"Title"`}},
		"missing field":         {productsFile, product(`"title": "Yerba", `, ``), []string{"line 2", "title is required"}},
		"name twice":            {productsFile, product(`"stock": 3,`, `"stock": 3, "stock": 4,`), []string{"line 2", "stock is given twice"}},
		"name twice in a cart":  {cartsFile, `[{"products":[{"product":"660000000000000000000002","quantity":1,"quantity":9}]}]`, []string{"carts.json: line 1", "products[0].quantity is given twice"}},
		"name twice in a line":  {messagesFile, `{"user":"a@b.c","message":"hola","message":"chau"}`, []string{"messages.jsonl: line 1", "message is given twice"}},
		"code twice":            {productsFile, product(`M-1`, `Y-1`), []string{"line 3", `"code"`, `"Y-1"`, "line 2"}},
		"bad id":                {productsFile, product(`660000000000000000000002`, `7`), []string{"line 3", `"_id"`, `"7"`}},
		"quantity of none":      {cartsFile, `[{"products":[{"product":"660000000000000000000002","quantity":0}]}]`, []string{"carts.json: line 1", "quantity"}},
		"cart id twice":         {cartsFile, `[{"_id":"660000000000000000000002"},` + "\n" + `{"_id":"660000000000000000000002"}]`, []string{"carts.json: line 2", `"_id"`}},
		"message of nobody":     {messagesFile, "\n" + `{"message":"hola"}`, []string{"messages.jsonl: line 2", "user"}},
		"message not an object": {messagesFile, `7`, []string{"messages.jsonl: line 1"}},
		"not UTF-8":             {productsFile, product("Yerba", "Ca\xf1a"), []string{"products.json: line 2", "title must be valid UTF-8", `Ca\xf1a`}},
		"half a character":      {productsFile, product("Mate", `Mate \ud83e`), []string{"line 3", "title must be valid UTF-8"}},
		"message not UTF-8":     {messagesFile, "\n" + `{"user":"a@b","message":"Qu` + "\xe9" + `"}`, []string{"messages.jsonl: line 2", "message must be valid UTF-8"}},
		"message of nothing":    {messagesFile, `{"user":"a@b","message":"\u200b"}`, []string{"messages.jsonl: line 1", "message must show something"}},
		"hidden in an address":  {messagesFile, `{"user":"a\u200b@b","message":"hola"}`, []string{"messages.jsonl: line 1", "user must not contain characters that cannot be seen"}},
		"UTF-16":                {productsFile, "\xff\xfe[\x00]\x00", []string{"products.json: line 1", "UTF-16"}},
		"unknown field of item": {cartsFile, `[{"products":[{"product":"660000000000000000000002","quantity":1,"note":"x"}]}]`, []string{"carts.json: line 1", `"products[0].note"`}},
		"unknown in a variant":  {productsFile, product(`"stock": 3`, `"stock": 3, "variants": [{"code": "Y-S", "options": {"Kilo": "1"}, "stock": 3, "size": 1}]`), []string{"line 2", `"variants[0].size"`}},
		"null in a variant":     {productsFile, product(`"stock": 3`, `"stock": 3, "variants": [{"code": "Y-S", "options": {"Kilo": "1"}, "stock": null}]`), []string{"line 2", `"variants[0].stock"`, "null"}},
		"a sum that is none":    {productsFile, product(`"stock": 3`, `"stock": 0, "variants": [{"code": "Y-S", "options": {"Kilo": "1"}, "stock": 3}]`), []string{"line 2", "stock must be left out or 3", "got 0"}},
		"a variant's code":      {productsFile, product(`"stock": 3`, `"stock": 3, "variants": [{"code": "M-1", "options": {"Kilo": "1"}, "stock": 3}]`), []string{"line 3", `"code"`, `"M-1"`, "line 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := writeFiles(t, map[string]string{test.file: test.text})
			_, err := openDir(t, dir)
			if _, ok := errors.AsType[*Damage](err); !ok {
				t.Fatalf("opened with %v", err)
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not name %s", err, part)
				}
			}
			if after, _ := os.ReadFile(filepath.Join(dir, test.file)); string(after) != test.text {
				t.Errorf("the file was changed to\n%s", after)
			}
		})
	}
}

// An amount of three decimals is one by hand, too, where the shop's currency has three: of a product
// and of a delivery.
func TestFineEdits(t *testing.T) {
	const zone = `,"deliveries":[{"way":"moto","kind":"zone","name":"Moto","price":1500.555}]`
	for currency, want := range map[string]bool{"": false, "ARS": false, "CLP": false, "KWD": true} {
		for field, files := range map[string]map[string]string{
			"price":               {productsFile: strings.ReplaceAll(handWritten, "1234.5", "1234.555"), "settings.json": `[{"currency":"` + currency + `"}]`},
			"deliveries[0].price": {"settings.json": `[{"currency":"` + currency + `"` + zone + `}]`},
		} {
			s, err := openDir(t, writeFiles(t, files))
			if (err == nil) != want || err != nil && !strings.Contains(err.Error(), field+" must have at most 2 decimals") {
				t.Errorf("%s in %q: %v", field, currency, err)
			}
			if err == nil {
				s.Close()
			}
		}
	}
}

// Where there are orders, another currency by hand has as many decimals as theirs, as one that is set
// in the shop.
func TestEditOfCurrencyWithOrders(t *testing.T) {
	const order = `[{"_id":"660000000000000000000009","number":1,"state":"done","cart":"660000000000000000000008","requestHash":"%[2]s","linkHash":"%[2]s",` +
		`"buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"cash"},"currency":%[1]q,` +
		`"lines":[{"product":"660000000000000000000002","code":"M-1","title":"Mate","quantity":1,"unit":10,"total":10}],"totals":{"items":10,"total":10}}]`
	for currency, want := range map[string]bool{"USD": true, "ARS": true, "CLP": false, "KWD": false} {
		dir := writeFiles(t, map[string]string{
			dao.Order.File(): fmt.Sprintf(order, "ARS", strings.Repeat("a", 64)), dao.Settings.File(): `[{"currency":"` + currency + `"}]`,
		})
		s, err := openDir(t, dir)
		if err == nil {
			s.Close()
		}
		if damage, is := errors.AsType[*Damage](err); (err == nil) != want || is == want || is && (damage.File != dao.Settings.File() ||
			!strings.Contains(damage.Wrong, "currency must have 2 decimals") || !strings.Contains(damage.Wrong, `order 1 is in "ARS"`)) {
			t.Errorf("%s: %v", currency, err)
		}
	}
}

// Fields that stand in the file only where there is something of them may be written and edited like
// the others, and what a variant leaves out is filled in.
func TestEditsOfWhatNotAllHave(t *testing.T) {
	const rich = `"counted": false, "stock": 1000000, "compareAt": 2000, "tags": ["amarga"], "vendor": "La Merced", "barcode": "779"`
	const variants = `"variants": [
	   {"code": "M-S", "options": {"Talle": "S"}, "price": 10, "stock": 2, "barcode": "780"},
	   {"code": "M-L", "options": {"Talle": "L"}, "price": 30, "counted": false}]`
	text := strings.NewReplacer(`"stock": 3`, rich, `"price": 10, "status": false, "stock": 0`, variants).Replace(handWritten)
	dir := writeFiles(t, map[string]string{productsFile: text})
	// as it was written, and edited after a clean stop
	for _, want := range []string{`"stock": 2,`, `"stock": 5,`} {
		s, err := openDir(t, dir)
		if err != nil {
			t.Fatal(err)
		}
		page, err := s.Products.List(t.Context(), models.ProductQuery{Limit: 10, Sort: models.PriceDesc})
		if err != nil || page.Total != 2 {
			t.Fatalf("there are %d products (%v)", page.Total, err)
		}
		yerba, mate := page.Products[0], page.Products[1]
		if yerba.CompareAt != 2_000_000 || !bool(yerba.Uncounted) || yerba.Vendor != "La Merced" || yerba.Barcode != "779" || len(yerba.Tags) != 1 {
			t.Errorf("read %+v", yerba)
		}
		if v := mate.Variants; len(v) != 2 || mate.Price != 10000 || !bool(mate.Uncounted) || v[0].ID.IsZero() || v[0].ID == v[1].ID {
			t.Errorf("read %+v", mate)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		edit(t, dir, productsFile, want, `"stock": 5,`)
	}
}

// edit replaces something in a file of a store.
func edit(t *testing.T, dir, name, from, to string) {
	t.Helper()
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), from) {
		t.Fatalf("%s has no %q:\n%s", name, from, text)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func filled(t *testing.T) (string, dao.Store) {
	t.Helper()
	dir := t.TempDir()
	s, err := openDir(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range scenario() {
		if err := act(t, s); err != nil {
			t.Fatal(err)
		}
	}
	return dir, s
}

// After a clean stop an edit counts, and positions of before are of another epoch: whoever followed
// the feed loads afresh.
func TestEditAfterCleanStop(t *testing.T) {
	for _, test := range []struct{ file, from, to string }{
		{productsFile, `"title": "Yerba 2"`, `"title": "Yerba suave"`},
		{messagesFile, `"hola 1"`, `"Yerba suave"`},
	} {
		dir, s := filled(t)
		before, err := s.Feed.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		edit(t, dir, test.file, test.from, test.to)
		if s, err = openDir(t, dir); err != nil {
			t.Fatal(err)
		}
		if got := content(t, s); strings.Count(got, "Yerba suave") != 1 {
			t.Errorf("the edit of %s is not there:\n%s", test.file, got)
		}
		if _, err := s.Feed.Since(t.Context(), before, 1); !errors.Is(err, dao.ErrGone) {
			t.Errorf("a position of before the edit gives %v, not ErrGone", err)
		}
		got := content(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = openDir(t, dir); err != nil {
			t.Fatal(err)
		}
		if again := content(t, s); again != got {
			t.Errorf("after another start there is\n%s, not\n%s", again, got)
		}
	}
}

// After an unclean stop nobody can say whether the edit or the journal is right.
func TestEditAfterUncleanStop(t *testing.T) {
	image, _ := liveImage(t, false)
	for name, edit := range map[string]func(string) string{
		productsFile: func(text string) string { return strings.Replace(text, "Yerba 2", "Yerba suave", 1) },
		messagesFile: func(text string) string { return text + `{"user":"ana@example.com","message":"a mano"}` + "\n" },
	} {
		d := image.image()
		d.names[name].text = []byte(edit(string(d.names[name].text)))
		before := d.texts()
		_, err := openDisk(d, 10)
		wantRefused(t, err, d, before)
		if !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "not stopped cleanly") {
			t.Errorf("%q does not say why", err)
		}
	}
}

// A second process is refused at once, with the process id of the first; the lock goes with the
// process that held it.
func TestLock(t *testing.T) {
	dir, s := filled(t)
	_, err := openDir(t, dir)
	if !errors.Is(err, dao.ErrUnavailable) || !strings.Contains(err.Error(), "process ") {
		t.Errorf("a second process gets %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := openDir(t, dir); err != nil {
		t.Errorf("after the first one closed: %v", err)
	}
}

// Check counts what is there, notes what is odd, and reports what breaks a rule.
func TestCheck(t *testing.T) {
	dir, s := filled(t)
	want := dao.Counts{dao.KindProduct: 3, dao.KindCart: 1, dao.KindMessage: 6, daotest.Parcel.Kind: 1}
	check := func() dao.Report {
		t.Helper()
		r, err := Check(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Counts.String() != want.String() || len(r.Problems) > 0 {
			t.Errorf("checked %+v", r)
		}
		return r
	}
	if r := check(); len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "only in the journal") {
		t.Errorf("beside an open store it notes %q", r.Notes)
	}
	if _, _, err := s.Products.Delete(t.Context(), testID(2)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want[dao.KindProduct]--
	if r := check(); len(r.Notes) != 2 || !strings.Contains(r.Notes[0], "which is gone") || !strings.Contains(r.Notes[1], "which is gone") {
		t.Errorf("of a cart and a parcel that name a product that is gone it notes %q", r.Notes)
	}
	if _, err := Check(t.Context(), filepath.Join(dir, "elsewhere"), Options{}); err == nil {
		t.Error("a folder that is not there was checked")
	}
	edit(t, dir, messagesFile, "hola 1", "chau 1")
	if r := check(); !strings.Contains(strings.Join(r.Notes, "\n"), "messages.jsonl: 0 gone, 0 new, 1 changed: edited by hand") {
		t.Errorf("of an edit it notes %q", r.Notes)
	}
}

// What a failed compaction left behind is cleared away by the next start, and whoever only reads is
// not disturbed by it.
func TestLeftovers(t *testing.T) {
	dir, s := filled(t)
	want := content(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	leftovers := []string{productsFile + newSuffix, metaFile + temporarySuffix}
	for _, name := range leftovers {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read, err := OpenReadOnly(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := content(t, read); got != want {
		t.Errorf("read only there is\n%s, not\n%s", got, want)
	}
	if _, _, err := read.Products.Create(t.Context(), testProduct(20)); !errors.Is(err, dao.ErrUnavailable) {
		t.Errorf("a write to a store that was opened to read gives %v", err)
	}
	if err := read.Close(); err != nil {
		t.Error(err)
	}
	if _, err := openDir(t, dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range leftovers {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there (%v)", name, err)
		}
	}
}

// An entry that has an id and a time is no new one, even if its time is that of the edit: creations
// in a row are given times that run ahead of the clock.
func TestEditWithinTheLead(t *testing.T) {
	p := testProduct(1)
	p.CreatedAt, p.Rev = 5_000, 1
	for text, want := range map[string]bool{
		string(models.JSON([]models.Product{p})): false,
		handWritten:                              true,
	} {
		values, undated, err := editedValues(dao.Product.Schema, []byte(text), 5_000, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if head := v.GetHead(); undated[head.ID] != want || head.CreatedAt != 5_000 {
				t.Errorf("undated: %v, made at %v; %s", undated[head.ID], head.CreatedAt, text)
			}
		}
	}
}
