//go:build !race

package dbmanagers

const underRace = false
