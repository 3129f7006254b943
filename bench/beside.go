package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"pulperia/dao/models"
)

// rival is one row of the table that has the peer beside the shop and the bare limit.
type rival struct {
	what             string
	ours, bare, peer amount
	less             bool   // the smaller figure is the better one
	why              string // it misses the aim
}

// amount is what was measured, and how the table says it. The zero value was not measured.
type amount struct {
	value float64
	text  string
	cpu   time.Duration // the server's for each; 0 where that was not measured
}

// The aim of a row is one of these, and then the other.
const (
	timesPeer   = 8
	shareOfBare = 0.7
)

// over returns how many times as good as another figure ours is; 0 when there is no other.
func (r rival) over(other amount) float64 {
	switch {
	case r.ours.value == 0 || other.value == 0:
		return 0
	case r.less:
		return other.value / r.ours.value
	}
	return r.ours.value / other.value
}

func (r rival) aim() string {
	times, share := r.over(r.peer) >= timesPeer, r.over(r.bare) >= shareOfBare
	switch {
	case times && share:
		return "both"
	case times:
		return "8 times the peer"
	case share:
		return "70 % of the limit"
	}
	return "**no**: " + r.why
}

// besideTitle names the chapter.
const besideTitle = "Beside what one would take instead"

// besides writes the table of rivals.
func (r *report) besides(b *bytes.Buffer) {
	if len(r.rivals) == 0 {
		b.WriteString("\nBeside what one would take instead nothing was measured: there is no Node here.\n")
		return
	}
	fmt.Fprintf(b, `
## %s

The same assignment on Node %s, in bench/peer: Express 5, express-handlebars, Socket.IO 4 and JSON files, with products in memory, sorted
by price for each category, and messages durable before anybody hears of them, by an append and an fdatasync that all who wait share. Same data, same
load, same run, in turn. The aim of each row is 8 times the peer or 70 %% of the bare limit, whichever comes first, and then the other.

| what | pulperia | bare limit | Node peer | of the limit | CPU, times the limit's | times the peer | aim reached |
|---|---|---|---|---|---|---|---|
`, besideTitle, r.node)
	for _, one := range r.rivals {
		share, times := "–", "–"
		if x := one.over(one.bare); x > 0 {
			share = percent(x)
		}
		if x := one.over(one.peer); x > 0 {
			times = fmt.Sprintf("%.1f", x)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", one.what, dash(one.ours.text), dash(one.bare.text), dash(one.peer.text),
			share, dash(computing(one.ours.cpu, one.bare.cpu)), times, one.aim())
	}
	fmt.Fprintf(b, `
- **Requests** are first as many as %d connections get answered (a closed loop), then at a constant rate, half of what the slowest of the three
  gets answered: p50 and p99 are of that one, and who has to wait for a connection counts from when the request was due (an open
  model); a late timer of the client does not count.
- **The bare limit** of a write is net/http that appends as many bytes as the shop's journal gets, with group commit, before it answers; of a start, reading the
  store's files; of an import, writing and syncing as many bytes as are imported; of memory, net/http that has done nothing.
- **A message to viewers** is posted over HTTP; the viewers listen by WebSocket, those of the peer by Socket.IO over WebSocket; in a
  row of its own those of the shop do so, too.
`, r.scale.connections)
}

// contest is the three servers that take turns.
type contest struct {
	*bench
	shop, peer *process
	peerDir    string
	products   []models.Product
}

// openContest opens a shop for a contest with the peer, whose program is ready; nil where there is no
// Node.
func (b *bench) openContest(ctx context.Context, r *report, store string, flags ...string) (*contest, error) {
	dir, err := peerDir(ctx)
	if err != nil || dir == "" {
		return nil, err
	}
	if r.node, err = nodeVersion(ctx); err != nil {
		return nil, err
	}
	c := &contest{bench: b, peerDir: dir}
	c.shop, err = openShop(ctx, b.program, filepath.Join(b.dir, store), flags...)
	return c, err
}

// beside measures the peer beside the shop.
func (b *bench) beside(ctx context.Context, r *report) (err error) {
	c, err := b.openContest(ctx, r, "large")
	if err != nil || c == nil {
		return err
	}
	defer func() { err = errors.Join(err, c.shop.stop()) }()
	if c.products, err = fetchAll(ctx, c.shop.address); err != nil {
		return err
	}
	store := filepath.Join(b.dir, "peer")
	imported, err := c.importRow(ctx, store)
	if err != nil {
		return err
	}
	if err := c.fill(ctx, store); err != nil {
		return err
	}
	if c.peer, err = openPeer(ctx, c.peerDir, store); err != nil {
		return err
	}
	defer func() { c.peer.stop() }() // by then it may be another one
	for _, part := range []func(context.Context) ([]rival, error){c.requests, c.writes, c.starts, c.viewers} {
		rows, err := part(ctx)
		if err != nil {
			return err
		}
		r.rivals = append(r.rivals, rows...)
	}
	r.rivals = append(r.rivals, imported)
	return nil
}

// importRow times both programs' import of the same file into nothing, and the writing of as many
// bytes.
func (c *contest) importRow(ctx context.Context, store string) (rival, error) {
	file := filepath.Join(c.dir, "products.json")
	took := func(name string, arguments ...string) (time.Duration, error) {
		run := command(ctx, name, arguments...)
		run.Dir = c.peerDir
		begin := time.Now()
		out, err := run.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("import: %w\n%s", err, out)
		}
		return time.Since(begin), err
	}
	ours, err := took(c.program, "import", "--store", filepath.Join(c.dir, "imported"), file)
	if err != nil {
		return rival{}, err
	}
	peer, err := took("node", "import.js", file, store)
	if err != nil {
		return rival{}, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return rival{}, err
	}
	bare, err := writeSynced(filepath.Join(c.dir, "written"), text)
	return rival{
		what: number("import of %d products", len(c.products)), ours: seconds(ours), bare: seconds(bare), peer: seconds(peer), less: true,
		why: "a store checks each product against the rules and all others, writes a journal for the feed, and then its file; the peer keeps its file and no history",
	}, err
}

// fill puts into the peer's folder what the shop has: the same products with the same ids, and as
// many messages.
func (c *contest) fill(ctx context.Context, store string) error {
	text, err := json.Marshal(c.products)
	if err == nil {
		_, err = writeSynced(filepath.Join(store, "products.json"), text)
	}
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	for _, m := range c.history(c.messages) {
		lines.Write(models.JSON(m))
		lines.WriteByte('\n')
	}
	_, err = writeSynced(filepath.Join(store, "messages.jsonl"), lines.Bytes())
	return errors.Join(err, ctx.Err())
}

// writeSynced writes a file, and returns how long it took until the disk had it.
func writeSynced(path string, text []byte) (took time.Duration, err error) {
	begin := time.Now()
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	return time.Since(begin), err
}

func seconds(d time.Duration) amount {
	return amount{value: d.Seconds(), text: fmt.Sprintf("%.2f s", d.Seconds())}
}

func kibibytes(size int64) amount {
	return amount{value: float64(size), text: fmt.Sprintf("%.1f KiB", float64(size)/1024)}
}

func megabytes(size int64) amount {
	return amount{value: float64(size), text: fmt.Sprintf("%.1f MB", float64(size)/1e6)}
}
