// Command pulperia is a shop that talks: a catalogue, carts and a chat in one program that keeps everything in plain files.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"pulperia/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(app.Main(ctx, os.Args[1:], app.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
