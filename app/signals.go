package app

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// UntilStopped returns a context that ends when somebody stops the program in order: by Ctrl-C, by
// SIGTERM, by closing its terminal (SIGHUP; on Windows that is SIGTERM, too). What was to be
// ignored stays so: nohup means that the program outlives its terminal. A second signal ends it at
// once, but not a second SIGHUP: the shell and the kernel each send one when a window is closed.
// SIGQUIT stays what it is in Go, a crash that shows what hangs.
func UntilStopped() context.Context {
	stops := slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, signal.Ignored)
	ctx, restore := signal.NotifyContext(context.Background(), stops...)
	context.AfterFunc(ctx, func() {
		signal.Ignore(syscall.SIGHUP)
		restore()
	})
	return ctx
}
