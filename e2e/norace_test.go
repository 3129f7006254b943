//go:build !race

package e2e

// raceFlags build the program as the tests are built: without the race detector, which makes it
// start ten times as slowly.
var raceFlags []string
