//go:build race

package dbmanagers

// underRace: the race detector makes the simulation ten times as slow, and finds in few seeds what it
// finds.
const underRace = true
