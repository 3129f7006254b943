package dbmanagers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// errand is what a process of its own is to do: this test's program once more.
type errand struct {
	URL  string
	Do   string    // the name of a write, see errands
	ID   models.ID // of what it writes
	Step string    // of the write, at which the process is to kill itself; or ""
	Seed uint64
	N    int
}

const errandVariable = "PULPERIA_TEST_ERRAND"

// command makes the process.
func (e errand) command(ctx context.Context) *exec.Cmd {
	c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestErrand$", "-test.count=1")
	c.Env = append(os.Environ(), errandVariable+"="+string(models.JSON(e)))
	return c
}

// TestErrand is the process that was sent. Without an errand it does nothing.
func TestErrand(t *testing.T) {
	text := os.Getenv(errandVariable)
	if text == "" {
		return
	}
	var e errand
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	var armed atomic.Bool
	p := placeAt(t, e.URL)
	s := p.open(Options{sweepEvery: 20 * time.Millisecond, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), at: func(step string) {
		if armed.Load() && step == e.Step {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until it arrives
		}
	}})
	armed.Store(true)
	if err := errands[e.Do](s, e); err != nil {
		t.Fatal(err)
	}
	if e.Step != "" { // what goes on in the background comes to the step later
		time.Sleep(patient)
		t.Fatalf("%s does not come to the step %s", e.Do, e.Step)
	}
}

// errands are the writes that are sent away, by name.
var errands = map[string]func(process, errand) error{
	"create product": func(s process, e errand) error {
		p := aProduct(e.ID.String())
		p.ID = e.ID
		_, _, err := s.Products.Create(s.ctx, p)
		return err
	},
	"create product of a new id": func(s process, e errand) error {
		_, _, err := s.Products.Create(s.ctx, aProduct(e.ID.String()))
		return err
	},
	"update product": func(s process, e errand) error {
		_, _, err := s.Products.Update(s.ctx, e.ID, func(p *models.Product) error { p.Title = "Otra"; return nil })
		return err
	},
	"delete product": func(s process, e errand) error {
		_, _, err := s.Products.Delete(s.ctx, e.ID)
		return err
	},
	"create cart": func(s process, e errand) error {
		_, _, err := s.Carts.Create(s.ctx, models.Cart{ID: e.ID})
		return err
	},
	"update cart": func(s process, e errand) error {
		_, _, err := s.Carts.Update(s.ctx, e.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: number(1)}, 1); return nil })
		return err
	},
	"delete cart": func(s process, e errand) error {
		_, _, err := s.Carts.Delete(s.ctx, e.ID)
		return err
	},
	"append": func(s process, e errand) error {
		m := aMessage("hola")
		m.ID = e.ID
		_, _, err := s.Messages.Append(s.ctx, m)
		return err
	},
	"load": func(s process, e errand) error {
		_, err := s.Load(s.ctx, aBatch(e.ID, e.N))
		return err
	},
	"claim": func(s process, e errand) error {
		_, err := s.place.db.Collection("products").InsertOne(s.ctx, foreignProduct(e.ID, "foreign "+e.ID.String()))
		return err
	},
	"write": func(s process, e errand) error {
		w := &writer{process: s, random: rand.New(rand.NewPCG(e.Seed, 0)), user: "child@example.com"}
		w.write(e.N)
		_, err := fmt.Printf("\n%s\n", models.JSON(w.done))
		return err
	},
}

// aBatch is one of n messages, and as many products and carts as fit into the first ids behind one.
func aBatch(first models.ID, n int) (b dao.Batch) {
	for i := range 3 {
		p := aProduct(fmt.Sprint(first, i))
		c := models.Cart{CreatedAt: 1000}
		p.ID, c.ID = first, first
		p.ID[8], c.ID[8] = byte(i+1), byte(i+1)
		b.Products, b.Carts = append(b.Products, p), append(b.Carts, c)
	}
	for i := range n {
		m := aMessage(fmt.Sprint(i))
		m.ID = first
		m.ID[7], m.ID[8] = byte(200-i>>8), byte(255-i) // not in the order of ids
		m.CreatedAt = 1000
		b.Messages = append(b.Messages, m)
	}
	return b
}

// killed runs an errand that ends with the process killing itself.
func (p *place) killed(e errand) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 2*patient)
	defer cancel()
	out, err := e.command(ctx).CombinedOutput()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL || ctx.Err() != nil {
		p.Fatalf("%s was not killed at %q: %v\n%s", e.Do, e.Step, err, out)
	}
}

// lastLine returns what a process that wrote printed.
func lastLine(out []byte) []byte {
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte("[")) || bytes.HasPrefix(line, []byte("null")) {
			return line
		}
	}
	return nil
}
