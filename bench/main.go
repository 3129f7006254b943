// Command bench measures how fast and how small the shop is, and writes docs/benchmarks.md. It is a
// module of its own, and runs in its folder: go -C bench run .
//
// What can be compared with a bare limit is: the shop's answers with a bare net/http handler that
// writes the same bytes, its durable writes with a bare append and fdatasync of the same bytes.
// Both take turns in one run, on the same machine, under the same load; what counts is the ratio,
// which a busy or slow machine changes far less than the figures themselves.
//
// web.go has the comparison over HTTP, bare.go its other side, durable.go and groupcommit.go the
// one of durable writes, large.go what is measured on a large store, live.go and the files beside
// it what goes over WebSocket, mongodb.go the MongoDB engine beside the bare driver, report.go the
// table; orders.go and the files that it names what concerns orders, steps.go likewise steps;
// access.go what it costs to be somebody, guess.go what others notice of passwords that are
// guessed; curve.go and the files beside it what grows with the size, and plot.go draws it. The
// server that is measured is the program as it is shipped, in a process of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"pulperia/faults/harness"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// scale is how much is measured and how long.
type scale struct {
	products, messages int
	rounds             int           // of each comparison
	length             time.Duration // of a round
	connections        int
	starts             int
	settle             time.Duration // from the start to the reading of the memory
	samples            int           // of a latency
	sockets            int           // idle; a fifth of them for the fan-out, a tenth for a chat
	watch              time.Duration // of the latency of messages
	stallRuns          int           // with and without a reader that stalls
	together           time.Duration // of a round of several processes: many round trips
	quiet, idle        time.Duration // how long an idle shop is left alone, and then watched
}

// full is what the required figures are about; short is a look at them in less than a minute.
func full() scale {
	return scale{products: 100_000, messages: 1_000_000, rounds: 5, length: 2 * time.Second, connections: 16,
		starts: 3, settle: 5 * time.Second, samples: 3_000, sockets: 10_000, watch: 12 * time.Second, stallRuns: 5,
		together: 2 * time.Second, quiet: 40 * time.Second, idle: time.Minute}
}

func short() scale {
	return scale{products: 10_000, messages: 50_000, rounds: 3, length: 400 * time.Millisecond, connections: 16,
		starts: 2, settle: 2 * time.Second, samples: 500, sockets: 2_000, watch: 1500 * time.Millisecond, stallRuns: 1,
		together: 800 * time.Millisecond, quiet: 32 * time.Second, idle: 10 * time.Second}
}

// bench is one run.
type bench struct {
	scale
	*generator
	dir     string // temporary
	program string // the shop
	log     *slog.Logger
}

func run(ctx context.Context, arguments []string, out io.Writer) error {
	if len(arguments) == 2 && arguments[0] == bareFlag {
		return serveBare(ctx, arguments[1], out)
	}
	if len(arguments) == 2 && arguments[0] == fanFlag {
		return serveFan(ctx, arguments[1], out)
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	isShort := flags.Bool("short", false, "measure less, in less than a minute; the figures are not the required ones")
	isCurves := flags.Bool("curves", false, "measure only what grows with the size, and leave the table out; give -o too")
	title := flags.String("chapter", "", "`title` of a chapter that is measured alone, and put into the report that is there")
	to := flags.String("o", wholeReport, "`file` that the report goes to; - for the standard output, where a short run writes always")
	seed := flags.Uint64("seed", 1, "what the products and messages are made from")
	dir := flags.String("dir", os.TempDir(), "`folder` for the data of the run; its file system is what is measured")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	what := full()
	if *isShort {
		what, *to = short(), "-"
	}
	parts := allParts
	if *isCurves {
		if parts = onlyCurves; *to == wholeReport {
			return errors.New("-curves: give -o too, or the report would have no table")
		}
	}
	var alone chapter
	if *title != "" {
		var err error
		if alone, err = chapterOf(*title); err != nil {
			return err
		}
		parts = alone.parts
	}
	r, err := measure(ctx, what, parts, *seed, *dir, typed(arguments))
	if err != nil {
		return err
	}
	if *title != "" {
		return r.writeChapter(alone, *to, out)
	}
	if *to == "-" {
		_, err = out.Write(r.markdown("benchmarks"))
		return err
	}
	return r.write(*to)
}

// typed is a run with these arguments as one types it.
func typed(arguments []string) string {
	words := []string{"go -C bench run ."}
	for _, one := range arguments {
		if strings.Contains(one, " ") {
			one = strconv.Quote(one)
		}
		words = append(words, one)
	}
	return strings.Join(words, " ")
}

// wholeReport is where the report of a whole run belongs.
const wholeReport = "../docs/benchmarks.md"

// part is something that a run measures.
type part func(context.Context, *report) error

func allParts(b *bench) []part {
	return []part{b.small, b.creates, b.large, b.beside, b.variants, b.orders, b.steps, b.access, b.live, b.mongodb, b.curves}
}

func onlyCurves(b *bench) []part { return []part{b.curves} }

// measure makes a whole run and returns its report.
func measure(ctx context.Context, what scale, parts func(*bench) []part, seed uint64, dir, command string) (r *report, err error) {
	begin := time.Now()
	dir, err = os.MkdirTemp(dir, "pulperia-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &bench{
		scale: what, generator: newGenerator(seed), dir: dir,
		log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	}
	if b.program, err = harness.Build(dir); err != nil {
		return nil, err
	}
	machine, err := describe(b.program, dir)
	if err != nil {
		return nil, err
	}
	r = &report{command: strings.TrimSpace(command), machine: machine, scale: what, seed: seed, begin: begin}
	for _, part := range parts(b) {
		if err := part(ctx, r); err != nil {
			return nil, err
		}
	}
	r.took = time.Since(begin)
	return r, nil
}

// small measures the demo catalogue, whose front shows 24 products.
func (b *bench) small(ctx context.Context, r *report) error {
	shop, err := openShop(ctx, b.program, filepath.Join(b.dir, "small"), "--demo")
	if err != nil {
		return err
	}
	defer shop.stop()
	size, err := b.settled(ctx, shop)
	if err != nil {
		return err
	}
	b.add(r, memoryRow(demoMemory, size, 40))
	home, err := b.fight(ctx, shop, []string{"/"}, nil)
	if err != nil {
		return err
	}
	b.add(r, duelRow(frontPage, home, 0.3))
	return nil
}

// settled returns how much memory a server has when it has been left alone for a while.
func (b *bench) settled(ctx context.Context, server *process) (int64, error) {
	if err := rest(ctx, b.settle); err != nil {
		return 0, err
	}
	usage, err := harness.UsageOf(server.Pid())
	return usage.Memory, err
}

// rest waits for a while.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// creates measures durable writes of a store without a server around it.
func (b *bench) creates(ctx context.Context, r *report) error {
	for _, part := range []struct {
		key     key
		workers int
	}{{creates64, 64}, {creates512, 512}} {
		result, err := b.durableCreates(ctx, part.workers)
		if err != nil {
			return err
		}
		b.add(r, createsRow(part.key, result))
	}
	return nil
}

// add takes a row into the report and says it at once.
func (b *bench) add(r *report, one row) {
	r.rows = append(r.rows, one)
	b.log.Info(one.what(b.scale), "measured", one.measured, "bare", one.limit, "ratio", one.ratio, "met", one.verdict())
}
