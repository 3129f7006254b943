package app

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
	"pulperia/dose"
)

// On every engine the self-test runs beside an open shop, keeps to its scratch, removes it, and
// finds every promise kept.
func TestSelftest(t *testing.T) {
	dose.SkipSmall(t, "it measures")
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		honest, store := variant{lieVariable + "=none"}, newStore()
		openShop(t, store, "--demo")
		before, code := execute(t, "export", "-", "--store", store)
		if code != 0 {
			t.Fatal(before)
		}
		out, code := honest.execute(t, "selftest", "--store", store, "--rounds", "3")
		if code != 0 || !strings.Contains(out, "Verdict: all 4 promises were kept") || !strings.Contains(out, "64 writers: p50 ") {
			t.Errorf("exit %d: %s", code, out)
		}
		if after, _ := execute(t, "export", "-", "--store", store); after != before {
			t.Error("the shop beside it holds other things than before")
		}
		wantNoScratch(t, store)
	})
}

// A process that writes is killed when it has written something, however slow the machine has become
// since that was measured.
func TestSelftestOnABusyMachine(t *testing.T) {
	t.Parallel()
	out, code := variant{lieVariable + "=late"}.execute(t, "selftest", "--store", t.TempDir(), "--rounds", "2")
	if code != 0 || !strings.Contains(out, "Verdict: all 4 promises were kept") {
		t.Errorf("exit %d: %s", code, out)
	}
}

// On a database 50 ms away it says how long it will take, and finishes with the same verdict.
func TestSelftestFarAway(t *testing.T) {
	t.Parallel() // nearly all of it is waiting
	line := mongotest.NewLine(t, database(t), *selftestDelay)
	out, code := execute(t, "selftest", "--store", line.URI, "--rounds", "2")
	if code != 0 || !strings.Contains(out, "Verdict: all 4 promises were kept") || !strings.Contains(out, "This will take about") {
		t.Errorf("exit %d: %s", code, out)
	}
	t.Log(out)
}

var selftestDelay = flag.Duration("selftest.delay", 50*time.Millisecond, "how far away the database of a self-test is")

func wantNoScratch(t *testing.T, store string) {
	t.Helper()
	if left, err := filepath.Glob(filepath.Join(store, "selftest-*")); err != nil || len(left) > 0 {
		t.Errorf("%v is left (%v)", left, err)
	}
}

// The self-test can fail: each of these stores breaks one promise, and is found out.
func TestSelftestFindsOut(t *testing.T) {
	dose.SkipSmall(t, "it kills for many rounds")
	t.Parallel()
	for lie, want := range map[string]string{
		"loses":   "message-",
		"early":   "acknowledged was",
		"half":    "is half changed",
		"updates": "additions were acknowledged, and of 0 more nobody knows",
		"order":   "one who follows saw change",
	} {
		t.Run(lie, func(t *testing.T) {
			t.Parallel()
			store := t.TempDir()
			out, code := variant{lieVariable + "=" + lie}.execute(t, "selftest", "--store", store, "--rounds", "5") // one kill may come when nothing is half done
			if code != 1 || !strings.Contains(out, "BROKEN: ") || !strings.Contains(out, want) || strings.Contains(out, "Verdict") {
				t.Errorf("exit %d: %s", code, out)
			}
			wantNoScratch(t, store)
		})
	}
}

// Ctrl-C ends it at once, with nothing left behind: neither the scratch nor the process that
// writes.
func TestSelftestInterrupted(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	cmd, said := command(t, "selftest", "--store", store, "--rounds", "1000"), new(strings.Builder)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for inUse := false; !inUse; time.Sleep(5 * time.Millisecond) {
		locks, _ := filepath.Glob(filepath.Join(store, "selftest-*", "store", "lock"))
		inUse = len(locks) > 0
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(said.String(), "stopped before the end") {
		t.Errorf("it ended with %v: %s", err, said)
	}
	wantNoScratch(t, store)
	if out, _ := exec.Command("pgrep", "-P", "1", "-f", store).Output(); len(out) > 0 {
		t.Errorf("process %s is left", out)
	}
}

// Where no scratch can be made it says so in one line, and what to do.
func TestSelftestRefusals(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"--store " + file: "no place for a scratch folder",
		"--rounds 0":      "must be 1 or more",
		"--store mongodb://ana:secreto@127.0.0.1:1/?serverSelectionTimeoutMS=200": "127.0.0.1",
	} {
		out, code := execute(t, append([]string{"selftest"}, strings.Fields(args)...)...)
		if last := out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:]; code != 1 || !strings.Contains(last, want) || strings.Contains(out, "secreto") {
			t.Errorf("%s: exit %d: %s", args, code, out)
		}
	}
}

// liars are stores that break a promise, by name.
var liars = map[string]func(dao.Store) dao.Store{
	"loses":   func(s dao.Store) dao.Store { s.Messages = &forgetful{Messages: s.Messages}; return s },
	"early":   func(s dao.Store) dao.Store { s.Products = early{s.Products}; return s },
	"half":    func(s dao.Store) dao.Store { s.Products = halfDone{s.Products}; return s },
	"updates": func(s dao.Store) dao.Store { s.Carts = careless{s.Carts}; return s },
	"late":    late,
	"order":   func(s dao.Store) dao.Store { s.Feed = muddled{s.Feed}; return s },
}

// lieVariable makes the program under test this very binary, with a store that lies.
const lieVariable = "SHOP_TEST_LIE"

// forgetful acknowledges every tenth message without storing it.
type forgetful struct {
	dao.Messages
	n atomic.Int64
}

func (f *forgetful) Append(ctx context.Context, m models.Message) (models.Message, dao.Receipt, error) {
	if f.n.Add(1)%10 == 0 {
		return m, dao.Receipt{}, nil
	}
	return f.Messages.Append(ctx, m)
}

// early answers before the change is durable.
type early struct{ dao.Products }

func (e early) Update(ctx context.Context, id models.ID, change func(*models.Product) error) (models.Product, dao.Receipt, error) {
	p, err := e.Get(ctx, id)
	if err == nil {
		time.AfterFunc(50*time.Millisecond, func() { e.Products.Update(ctx, id, change) })
		err = change(&p)
	}
	return p, dao.Receipt{}, err
}

// halfDone writes a change in two steps.
type halfDone struct{ dao.Products }

func (h halfDone) Update(ctx context.Context, id models.ID, change func(*models.Product) error) (models.Product, dao.Receipt, error) {
	_, _, err := h.Products.Update(ctx, id, func(p *models.Product) error {
		stock := p.Stock
		defer func() { p.Stock = stock }()
		return change(p)
	})
	if err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	time.Sleep(5 * time.Millisecond)
	return h.Products.Update(ctx, id, change)
}

// careless reads, and writes what it read with the change, whatever has happened between.
type careless struct{ dao.Carts }

func (c careless) Update(ctx context.Context, id models.ID, change func(*models.Cart) error) (models.Cart, dao.Receipt, error) {
	cart, err := c.Get(ctx, id)
	if err == nil {
		err = change(&cart)
	}
	if err != nil {
		return cart, dao.Receipt{}, err
	}
	return c.Carts.Update(ctx, id, func(there *models.Cart) error { there.Products = cart.Products; return nil })
}

// late is no liar: in a process that is to be killed each write takes longer than that may live.
type (
	lateMessages struct{ dao.Messages }
	lateProducts struct{ dao.Products }
	lateCarts    struct{ dao.Carts }
	lateValues   struct{ dao.Values }
)

func late(s dao.Store) dao.Store {
	if slices.ContainsFunc(os.Args, func(arg string) bool { return strings.HasPrefix(arg, "--child=") }) {
		s.Messages, s.Products, s.Carts, s.Values = lateMessages{s.Messages}, lateProducts{s.Products}, lateCarts{s.Carts}, lateValues{s.Values}
	}
	return s
}

const lateness = time.Second

func (l lateMessages) Append(ctx context.Context, m models.Message) (models.Message, dao.Receipt, error) {
	time.Sleep(lateness)
	return l.Messages.Append(ctx, m)
}

func (l lateProducts) Create(ctx context.Context, p models.Product) (models.Product, dao.Receipt, error) {
	time.Sleep(lateness)
	return l.Products.Create(ctx, p)
}

func (l lateCarts) Create(ctx context.Context, c models.Cart) (models.Cart, dao.Receipt, error) {
	time.Sleep(lateness)
	return l.Carts.Create(ctx, c)
}

func (l lateValues) Update(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	time.Sleep(lateness)
	return l.Values.Update(ctx, do)
}

// muddled tells two changes in the wrong order now and then.
type muddled struct{ dao.Feed }

func (m muddled) Since(ctx context.Context, after dao.Position, limit int) ([]dao.Change, error) {
	changes, err := m.Feed.Since(ctx, after, limit)
	if len(changes) > 1 && changes[0].Offset > 50 {
		changes[0], changes[1] = changes[1], changes[0]
	}
	return changes, err
}
