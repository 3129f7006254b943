package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// TestMain lets the test program be the bare server, as the program itself can be.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && (os.Args[1] == bareFlag || os.Args[1] == fanFlag) {
		main()
		return
	}
	os.Exit(mongotest.Main(m))
}

// Everything that the table names is measured; here with so little of it that the figures mean
// nothing.
func TestRun(t *testing.T) {
	tiny := scale{products: 60, messages: 200, rounds: 1, length: 50 * time.Millisecond, connections: 4,
		starts: 1, settle: 50 * time.Millisecond, samples: 20, sockets: 50, watch: 100 * time.Millisecond, stallRuns: 1,
		together: 50 * time.Millisecond, quiet: 50 * time.Millisecond, idle: 100 * time.Millisecond}
	t.Setenv(serverVariable, mongotest.URI(t))
	r, err := measure(t.Context(), tiny, allParts, 1, t.TempDir(), "a test")
	if err != nil {
		t.Fatal(err)
	}
	text := r.markdown("plots")
	checkFigures(t, r.figures)
	for k := range keys {
		row := lineOf(t, text, "| "+k.what(tiny)+" |")
		for _, nothing := range []string{"| 0 requests", "; 0 writes", "| 0 creates", "| 0 deliveries", " 0 from memory", "| 0 appends", "| 0.00 s", "| 0.0 MB", "| p50 0.00 ms"} {
			if strings.Contains(row, nothing) {
				t.Errorf("nothing was measured: %s", row)
			}
		}
	}
	for _, what := range []string{"`GET /api/products/:pid` out of 60", "`GET /api/products?category=…`, 10 out", "`GET /` with 24 products | ", "`GET /products/:pid`, the page", "64 wrong passwords at once", "the same: resident memory"} {
		if row := lineOf(t, text[bytes.Index(text, []byte(accessTitle)):], "| "+what); strings.Contains(row, "| 0 a second") || strings.Contains(row, "| 0.00 ms") || strings.Contains(row, "| 0 MB |") {
			t.Errorf("nothing was measured: %s", row)
		}
	}
	for _, what := range []string{"`GET /api/products/:pid` |", "`GET /` with 24", "`GET /products/:pid`, the page"} {
		if row := lineOf(t, text[bytes.Index(text, []byte("## "+variantsTitle)):], "| "+what); strings.Contains(row, "| 0 requests") {
			t.Errorf("nothing was measured: %s", row)
		}
	}
	if r.guessed.answers[http.StatusUnauthorized] == 0 || len(r.guessed.answers) != 2 {
		t.Errorf("wrong passwords are answered %v", r.guessed.answers)
	}
	if !bytes.Contains(text, []byte("This is a short run")) {
		t.Error("the report of a short run does not say that it is one")
	}
	if dir, err := peerDir(t.Context()); err != nil || dir == "" && os.Getenv("REQUIRE_MONGODB") == "1" {
		t.Fatalf("there is no peer to measure beside: Node is missing, or its packages (%v)", err)
	} else if dir == "" {
		t.Skip("the rows beside the peer need Node")
	}
	_, beside, _ := bytes.Cut(text, []byte("## Beside what one would take instead"))
	for _, what := range []string{"a product by id", "10 products", "a search", "the front page", "a durable message", "a product added", "a message to",
		"memory of a viewer", "start with", "idle memory, 60", "idle memory, a small", "import of"} {
		if cells := strings.Split(lineOf(t, beside, "| "+what), "|"); strings.HasPrefix(cells[2], " 0 ") || strings.HasPrefix(cells[4], " 0 ") || cells[4] == " – " {
			t.Errorf("nothing was measured beside the peer: %s", cells)
		}
	}
	for _, one := range r.rivals {
		if one.why == "" {
			t.Errorf("if %s missed its aim, the report would give no reason", one.what)
		}
	}
}

// The chapter on orders has all its rows, and what it measures is done: the bare limit keeps the lines
// of whole steps, and lists find orders.
func TestOrders(t *testing.T) {
	tiny := scale{products: 400, rounds: 1, length: 50 * time.Millisecond, connections: 4, settle: 50 * time.Millisecond, samples: 20}
	t.Setenv(serverVariable, mongotest.URI(t))
	one, err := chapterOf(ordersTitle)
	if err != nil {
		t.Fatal(err)
	}
	r, err := measure(t.Context(), tiny, one.parts, 1, t.TempDir(), "a test")
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	one.write(r, &text)
	rows := []string{"files, each of another product", "files, all of one product", "MongoDB, each of", "MongoDB, all of", "all, the first page", "to do", "search for a code", "on every open page", "on every page that had lost its line"}
	if r.node != "" || os.Getenv("REQUIRE_MONGODB") == "1" {
		rows = append(rows, "`POST /api/carts/:cid/purchase`")
	}
	for _, what := range rows {
		row := lineOf(t, text.Bytes(), "| "+what)
		for _, nothing := range []string{"| 0 ", "p50 0.00 ms", "of 0 bytes"} {
			if strings.Contains(row, nothing) {
				t.Errorf("nothing was measured: %s", row)
			}
		}
	}
	if r.ordersIdle == 0 || r.ordersBusy == 0 {
		t.Error("the memory was not measured")
	}
}

// The chapter that is measured alone takes the place of its own, and leaves the rest as it is.
func TestChapterAlone(t *testing.T) {
	r := &report{scale: full(), machine: []string{"a program", "a machine"}, asked: []askedRow{{quest: quest{what: "new"}}}}
	for i := range r.asked[0].rounds {
		r.asked[0].rounds[i] = []round{{}}
	}
	one, err := chapterOf(accessTitle)
	if err != nil {
		t.Fatal(err)
	}
	file := t.TempDir() + "/report.md"
	const head, rest = "# How fast\n\nfigures\n", "\n## How it was measured\n\nso\n"
	if err := os.WriteFile(file, []byte(head+"\n## "+accessTitle+"\n\nold\n"+rest), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.writeChapter(one, file, nil); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(text, []byte(head)) || !bytes.HasSuffix(text, []byte(rest)) ||
		bytes.Count(text, []byte("\n| new |")) != 1 || bytes.Contains(text, []byte("\nold\n")) {
		t.Errorf("%v:\n%s", err, text)
	}
	whole := string(text)
	for before, want := range map[string]string{head + rest: whole, head: ""} {
		if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		err := r.writeChapter(one, file, nil)
		if text, _ := os.ReadFile(file); (err == nil) != (want != "") || err == nil && string(text) != want {
			t.Errorf("%v:\n%s", err, text)
		}
	}
}

func lineOf(t *testing.T, text []byte, begin string) string {
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, begin) {
			return line
		}
	}
	t.Fatalf("the report has no line that begins with %q:\n%s", begin, text)
	return ""
}

// What is measured is about as large as the requirement says, and the same for the same seed.
func TestData(t *testing.T) {
	g, again := newGenerator(3), newGenerator(3)
	products, messages := 0, 0
	const n = 500
	for i := range n {
		p, twin := g.product(i), again.product(i)
		if diff := cmp.Diff(p, twin); diff != "" {
			t.Fatalf("product %d differs for the same seed:\n%s", i, diff)
		}
		products += len(stored(p).AppendJSON(nil))
	}
	for _, m := range g.history(n) {
		messages += len(models.JSON(m))
	}
	if size := products / n; size < 650 || size > 750 {
		t.Errorf("a product has %d bytes, not about 700", size)
	}
	if size := messages / n; size < 185 || size > 215 {
		t.Errorf("a message has %d bytes, not about 200", size)
	}
}

// stored is what the store makes of a product.
func stored(p item) models.Product {
	now := time.Now()
	return models.Product{
		ID: models.NewID(now), Title: p.Title, Description: p.Description, Code: p.Code, Price: p.Price, Status: p.Status,
		Stock: int64(p.Stock), Category: p.Category, Thumbnails: p.Thumbnails,
		CreatedAt: models.TimeOf(now), UpdatedAt: models.TimeOf(now), Rev: 1,
	}
}

// A verdict is what stands between the measured and the required figure, both ends included.
func TestVerdicts(t *testing.T) {
	for _, test := range []struct {
		row  row
		want string
	}{
		{duelRow(oneProduct, duel{ratio: 0.5}, 0.5), "yes"},
		{duelRow(oneProduct, duel{ratio: 0.4999}, 0.5), "**no**"},
		{memoryRow(demoMemory, 40_000_000, 40), "yes"},
		{memoryRow(demoMemory, 40_000_001, 40), "**no**"},
		{memoryRow(busyMemory, 1, 0), "–"},
		{timeRow(importing, 10*time.Second, 10*time.Second), "yes"},
		{timeRow(importing, 10*time.Second+1, 10*time.Second), "**no**"},
		{latencyRow(history, sample{latencies: make([]time.Duration, 100)}, 0.99, time.Millisecond), "yes"},
		{latencyRow(history, sample{latencies: []time.Duration{0, time.Second}}, 0.99, time.Millisecond), "**no**"},
	} {
		if got := test.row.verdict(); got != test.want {
			t.Errorf("%+v: %q, want %q", test.row, got, test.want)
		}
	}
}

// The bare limit keeps what it says it keeps: every record that was answered is in the file, once.
func TestGroupCommit(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/records")
	if err != nil {
		t.Fatal(err)
	}
	g := newGroupCommit(file)
	s, err := closedLoop(context.Background(), 8, 20*time.Millisecond, func(int) (func() error, error) {
		return func() error { return g.append([]byte("one record\n")) }, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(text, []byte("one record\n")); got != len(s.latencies) || got*len("one record\n") != len(text) {
		t.Errorf("%d records in %d bytes, want %d", got, len(text), len(s.latencies))
	}
}
