// Package app puts the program together: it is the one package that knows all the others.
//
// config.go says what the command line and the environment may hold. serve.go opens the shop,
// check.go verifies a store, commands.go runs import and export, whose work import*.go and
// export.go do. store.go turns --store into an open store.
package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"sync"

	"github.com/alecthomas/kong"

	"pulperia/dao"
)

// Streams are where a program reads and writes.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err *os.File
}

// heard is a writer that remembers what went wrong: whoever prints need not look, and what nobody
// got is no success. Several may print at once, as the writers of a self-test do.
type heard struct {
	io.Writer
	mu  sync.Mutex
	err error
}

// Write writes, and remembers the first error.
func (h *heard) Write(text []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.Writer.Write(text)
	h.err = cmp.Or(h.err, err)
	return n, err
}

// hooks are what tests put into the program; the zero value is the program as it is.
type hooks struct {
	fold  int64                     // as filemanagers.Options has it
	wrap  func(dao.Store) dao.Store // around every store that is opened to write
	brief bool                      // a self-test measures speed for a moment only

	mayFetch func(netip.Addr) bool // what pictures.Fetcher may reach; nil for public addresses
}

// Main runs the program and returns its exit code: 0 when all went well, 1 otherwise. A failure is
// one line on Err.
func Main(ctx context.Context, args []string, streams Streams) (code int) {
	return mainWith(ctx, args, streams, hooks{})
}

func mainWith(ctx context.Context, args []string, streams Streams, h hooks) int {
	out := &heard{Writer: streams.Out}
	streams.Out = out
	code, err := ended(func() error { return run(ctx, args, streams, h) })
	if err == nil && out.err != nil {
		err = fmt.Errorf("what was to be printed did not arrive: %w", out.err)
	}
	if err != nil {
		fmt.Fprintln(streams.Err, "pulperia:", withoutSecrets(err.Error(), args))
		return 1
	}
	return code
}

// ended runs the program to its end, which may be that of kong.
func ended(run func() error) (code int, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case exit:
			code = int(r)
		default:
			panic(r)
		}
	}()
	return 0, run()
}

// exit is the panic by which kong ends the program, after --help and --version.
type exit int

func run(ctx context.Context, args []string, streams Streams, h hooks) error {
	var c cli
	c.hooks = h
	parser, err := kong.New(&c,
		kong.Name("pulperia"),
		kong.Description("A shop that talks: a catalogue, carts and a chat, kept in plain JSON files or in MongoDB."),
		kong.DefaultEnvars("PULPERIA"),
		kong.Vars{"version": version()},
		kong.Writers(streams.Out, streams.Err),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(streams, &c.globals),
	)
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return fmt.Errorf("%w (pulperia --help says more)", err)
	}
	return command.Run()
}
