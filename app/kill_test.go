package app

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pulperia/dao/dbmanagers"
	"pulperia/dao/models"
	"pulperia/dose"
	"pulperia/faults/harness"
)

var (
	killRounds = dose.Flag("killrounds", 10, 40, "how often the shop is killed under load")
	killSeed   = flag.Uint64("killseed", 0, "seed of the kill test; 0 takes a new one")
)

// On every engine the program is killed again and again while clients write and catalogues come in.
// What was acknowledged is there afterwards with the value that was acknowledged last, what was not
// is there once or not at all, and the store is sound. Of the rounds half are of files, a third of
// files that are folded all the time, the rest of a database.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	seed := *killSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Attr("seed", fmt.Sprint(seed))
	t.Logf("to reproduce: go test ./app -run '^%s$' -killseed %d", t.Name(), seed)
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		t.Parallel()
		k := &kills{store: newStore(), rounds: share(50), window: 80, random: rand.New(rand.NewPCG(seed, 0))}
		if dbmanagers.IsURL(k.store) {
			k.rounds, k.window = share(17), 400 // a database takes longer for each write
		}
		k.run(t)
	})
	t.Run("folding", func(t *testing.T) {
		t.Parallel()
		k := &kills{variant: folding, store: t.TempDir(), rounds: share(33), window: 80, random: rand.New(rand.NewPCG(seed, 2))}
		k.leastFolds = k.rounds / 8
		k.run(t)
		t.Attr("folds", fmt.Sprint(k.folds))
		t.Attr("killed_in_folds", fmt.Sprint(k.inFolds))
		if k.folds+k.inFolds < k.leastFolds {
			t.Error("hardly anything was folded: the test says little")
		}
	})
}

// share returns so many percent of the rounds, at least one.
func share(percent int) int { return max(1, killRounds.Get()*percent/100) }

// folding is a program that folds all the time.
var folding = variant{foldVariable + "=20000"}

// kills are those of one store.
type kills struct {
	variant
	store  string
	rounds int
	window int // in milliseconds: a shop is killed within so many after it has opened and been used for a moment
	random *rand.Rand

	book       *harness.Book
	clients    []*client
	shared     sharedCart
	leastFolds int // goes on until so many rounds saw one, on a slow disk
	folds      int // rounds after which store.json vouches for more than before
	inFolds    int // kills in the middle of a fold
	foldedTo   int64
}

func (k *kills) run(t *testing.T) {
	k.book = harness.NewBook()
	for i := range 4 {
		k.clients = append(k.clients, &client{Book: k.book, name: fmt.Sprint("c", i), random: rand.New(rand.NewPCG(k.random.Uint64(), 0))})
	}
	for round, planned := 0, k.rounds; round < planned || k.folds+k.inFolds < k.leastFolds && round < 10*planned; round++ {
		if round%4 == 1 && !dbmanagers.IsURL(k.store) {
			k.bringIn(t, round, true)
		}
		k.round(t, round)
		k.lookAtFolds(t)
		if round%10 == 9 {
			k.wantAll(t)
		}
		k.rounds = round + 1
	}
	k.wantAll(t)
	k.report(t)
}

// round lets clients write to an open shop until it is killed.
func (k *kills) round(t *testing.T, round int) {
	s := k.startShop(t, k.store, "--demo", "--requests-per-minute", "0", "--messages-per-minute", "0").untilOpen(t)
	if round == 0 {
		k.shared = newSharedCart(t, s, k.book)
	} else {
		wantShared(t, s, k.book, k.shared)
	}
	var running sync.WaitGroup
	for _, c := range k.clients {
		c.shared = k.shared
		running.Go(func() { c.write(t, s) })
	}
	if round%4 == 1 && dbmanagers.IsURL(k.store) {
		running.Go(func() { k.bringIn(t, round, false) })
	}
	time.Sleep(time.Duration(k.window/4+k.random.IntN(k.window)) * time.Millisecond) // the moment of the kill, not a wait for anything
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	running.Wait()
}

// bringIn imports a catalogue in which every product has another stock than before. It may be
// killed; what it left is then brought in again some day.
func (k *kills) bringIn(t *testing.T, round int, mayDie bool) {
	entries := make([]map[string]any, 100)
	for i := range entries {
		code := fmt.Sprint("imported-", i)
		entries[i] = map[string]any{"title": fmt.Sprint("T", round), "description": "D", "code": code, "price": 2, "stock": round, "category": "C"}
		k.book.Tries("product "+code, productValue(fmt.Sprint("T", round), round))
	}
	text, err := json.Marshal(entries)
	file := filepath.Join(t.TempDir(), "products.json")
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Error(err)
		return
	}
	cmd, said := k.command(t, "import", file, "--store", k.store), new(strings.Builder)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return
	}
	if mayDie {
		time.AfterFunc(time.Duration(5+k.random.IntN(60))*time.Millisecond, func() { cmd.Process.Kill() })
	}
	if err := cmd.Wait(); err != nil {
		if !mayDie || cmd.ProcessState.Exited() {
			t.Errorf("import: %v: %s", err, said)
		}
		return
	}
	for i := range entries {
		k.book.Did("product "+fmt.Sprint("imported-", i), productValue(fmt.Sprint("T", round), round))
	}
}

// lookAtFolds sees what the kill left of folds.
func (k *kills) lookAtFolds(t *testing.T) {
	t.Helper()
	if dbmanagers.IsURL(k.store) {
		return
	}
	text, err := os.ReadFile(filepath.Join(k.store, "store.json"))
	var meta struct{ Offset int64 }
	if err == nil {
		err = json.Unmarshal(text, &meta)
	}
	if err != nil {
		t.Fatal(err)
	}
	if meta.Offset > k.foldedTo {
		k.folds++
	}
	k.foldedTo = meta.Offset
	left, err := filepath.Glob(filepath.Join(k.store, "*.json.*"))
	if err == nil && len(left) > 0 {
		k.inFolds++
	}
}

// wantAll checks the store and fails unless everything is there as it must be.
func (k *kills) wantAll(t *testing.T) {
	t.Helper()
	if out, code := k.execute(t, "check", "--store", k.store); code != 0 {
		t.Fatalf("check: %s", out)
	}
	backup := filepath.Join(t.TempDir(), "backup.jsonl")
	if out, code := k.execute(t, "export", backup, "--store", k.store); code != 0 {
		t.Fatalf("export: %s", out)
	}
	text, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(text)) {
		key, value := keyAndValue(t, line)
		if _, twice := found[key]; twice {
			t.Errorf("%s is there twice", key)
		}
		if key != "" {
			found[key] = value
		}
	}
	if err := k.book.Verify(found); err != nil {
		t.Error(err)
	}
}

// keyAndValue returns what a line of an export is called in the model. Products of the demo are
// nobody's.
func keyAndValue(t *testing.T, line string) (key, value string) {
	t.Helper()
	var one struct {
		Product *models.Product
		Cart    *models.Cart
		Message *models.Message
	}
	if err := json.Unmarshal([]byte(line), &one); err != nil {
		t.Fatal(err)
	}
	switch {
	case one.Message != nil:
		return "message " + one.Message.ID.String(), one.Message.Message
	case one.Product != nil && one.Product.Category == "C":
		return "product " + one.Product.Code, productValue(one.Product.Title, int(one.Product.Stock))
	case one.Cart != nil:
		return "cart " + one.Cart.ID.String(), fmt.Sprint(one.Cart.Count())
	}
	return "", ""
}

func productValue(title string, stock int) string { return fmt.Sprintf("%s with %d", title, stock) }

func (k *kills) report(t *testing.T) {
	t.Helper()
	acknowledged, tried := k.book.Counts()
	t.Attr("kills", fmt.Sprint(k.rounds))
	t.Attr("acknowledged", fmt.Sprint(acknowledged))
	t.Attr("unknown", fmt.Sprint(tried-acknowledged))
	if acknowledged < 4*k.rounds || tried == acknowledged && k.rounds > 10 {
		t.Error("hardly anything was written: the test says little")
	}
}
