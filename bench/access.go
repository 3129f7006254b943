package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"pulperia/dao/models"
)

// asker is who asks for something in a comparison of what it costs to be somebody.
type asker struct {
	header string // that his requests bring, whole; "" for none
	shop   *process
}

// The askers, in the order of the report. All are compared with the first.
const (
	asNobody = iota
	bySession
	byKey
	openToAll
	askers
)

// askedRow is a row of that comparison.
type askedRow struct {
	quest
	rounds [askers][]round
	ratios [askers]float64
}

// turnsInRound is how often they take turns while others have one round.
const turnsInRound = 8

// leastRatio is what is required of each of them.
const leastRatio = 0.95

// access measures what it costs to be somebody: a closed shop answers nobody, who has a session and
// who has a key, and a copy of it is open to everybody; then passwords are guessed at it.
func (b *bench) access(ctx context.Context, r *report) error {
	var err error
	if r.loadBefore, err = load(); err != nil {
		return err
	}
	store := filepath.Join(b.dir, "closed")
	file := filepath.Join(b.dir, "catalogue.json")
	if err := b.writeProducts(file, b.products); err != nil {
		return err
	}
	if out, err := command(ctx, b.program, "import", "--store", store, file).CombinedOutput(); err != nil {
		return fmt.Errorf("import: %w\n%s", err, out)
	}
	open, err := b.openCopy(ctx, store)
	if err != nil {
		return err
	}
	defer open.stop()
	key, password, err := b.staff(ctx, store)
	if err != nil {
		return err
	}
	shop, err := startShop(ctx, b.program, store, "--trusted-proxy", "127.0.0.1")
	if err != nil {
		return err
	}
	defer shop.stop()
	session, err := signIn(shop.address, password)
	if err != nil {
		return err
	}
	all := [askers]asker{
		{"", shop}, {"Cookie: " + session, shop}, {"Authorization: Bearer " + key, shop}, {"", open},
	}
	products, err := fetchAll(ctx, shop.address)
	if err != nil {
		return err
	}
	for _, one := range b.questions(products) {
		row, err := b.asking(ctx, all, one)
		if err != nil {
			return err
		}
		r.asked = append(r.asked, row)
		b.log.Info(one.what, "ratios", row.ratios)
	}
	if r.guessed, err = b.guessing(ctx, shop, products); err != nil {
		return err
	}
	r.loadAfter, err = load()
	b.log.Info("wrong passwords", "p99 to quiet", r.guessed.toQuiet, "to harmless", r.guessed.toHarmless, "more bytes", r.guessed.more(), "answers", r.guessed.answers)
	return err
}

// load returns how many processes wanted the machine in the last minute.
func load() (string, error) {
	text, err := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	return first, err
}

// quest is what is asked for, again and again.
type quest struct {
	what    string
	targets []string
}

func (b *bench) questions(products []models.Product) []quest {
	var one, page []string
	for range 2_000 {
		one = append(one, "/api/products/"+products[b.IntN(len(products))].ID.String())
	}
	for range 500 {
		page = append(page, b.pageOf(products[b.IntN(len(products))]))
	}
	const size = "out of %d products"
	return []quest{
		{"`GET /api/products/:pid` " + number(size, len(products)), one},
		{"`GET /api/products?category=…`, 10 " + number(size, len(products)), page},
		{"`GET /` with 24 products", []string{"/"}},
		{"`GET /products/:pid`, the page", []string{"/products/" + products[0].ID.String()}},
	}
}

// openCopy starts a shop that is open to everybody, on a copy of a store.
func (b *bench) openCopy(ctx context.Context, store string) (*process, error) {
	copied := store + "-open"
	if err := os.CopyFS(copied, os.DirFS(store)); err != nil {
		return nil, err
	}
	return openShop(ctx, b.program, copied)
}

// ownersEmail is who signs in.
const ownersEmail = "ana@example.com"

// staff gives a store a key, and an owner with a password.
func (b *bench) staff(ctx context.Context, store string) (key, password string, err error) {
	out, err := said(command(ctx, b.program, "keys", "add", "till", "--role", "manager", "--store", store))
	if err != nil {
		return "", "", err
	}
	password, file := "caballo correcto pila grapa", filepath.Join(b.dir, "password")
	if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
		return "", "", err
	}
	_, err = said(command(ctx, b.program, "people", "add", ownersEmail, "--name", "Ana", "--role", "owner",
		"--password-file", file, "--store", store))
	return out[strings.LastIndexByte(out, '\n')+1:], password, err
}

// said runs a command and returns what it says.
func said(c *exec.Cmd) (string, error) {
	var problems bytes.Buffer
	c.Stderr = &problems
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", c, err, &problems)
	}
	return strings.TrimSpace(string(out)), nil
}

// signIn returns the cookie of a session that it begins.
func signIn(address, password string) (string, error) {
	answer, err := post(address, "/api/session", fmt.Sprintf(`{"email":%q,"password":%q}`, ownersEmail, password))
	if err != nil {
		return "", err
	}
	for _, cookie := range answer.Cookies() {
		if strings.HasPrefix(cookie.Name, "session") {
			return cookie.Name + "=" + cookie.Value, nil
		}
	}
	return "", errors.New("signing in brought no cookie")
}

// asking lets all ask in short turns, each time in another order, so that what else the machine does
// falls on all alike: each is compared with nobody in the same turn, and the median counts.
func (b *bench) asking(ctx context.Context, all [askers]asker, q quest) (askedRow, error) {
	row := askedRow{quest: q}
	var requests [askers][][]byte
	for i, who := range all {
		for _, target := range q.targets {
			requests[i] = append(requests[i], withHeader(request("GET", target, ""), who.header))
		}
	}
	brief := *b
	brief.length /= turnsInRound
	for n := range b.rounds*turnsInRound + 1 {
		for turn := range all {
			i := (n + turn) % askers
			one, err := brief.round(ctx, all[i].shop, requests[i])
			if err != nil {
				return row, fmt.Errorf("%s: %w", q.what, err)
			}
			if n > 0 { // the first one warms up
				row.rounds[i] = append(row.rounds[i], one)
			}
		}
	}
	for i, rounds := range row.rounds {
		var ratios []float64
		for n, one := range rounds {
			ratios = append(ratios, one.perSecond/row.rounds[asNobody][n].perSecond)
		}
		row.ratios[i] = median(ratios)
	}
	return row, nil
}

// withHeader is a request with one more line; "" for none.
func withHeader(request []byte, header string) []byte {
	if header == "" {
		return request
	}
	first, rest, _ := bytes.Cut(request, []byte("\r\n"))
	return bytes.Join([][]byte{first, []byte(header), rest}, []byte("\r\n"))
}
