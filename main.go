// Command pulperia is a shop that talks: a catalogue, carts and a chat in one program that keeps
// everything in plain files.
package main

import (
	"os"
	_ "time/tzdata" // one file that needs nothing beside it: no zones of the system, nor its authorities

	_ "golang.org/x/crypto/x509roots/fallback"

	"pulperia/app"
)

func main() {
	os.Exit(app.Main(app.UntilStopped(), os.Args[1:], app.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
