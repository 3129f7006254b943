// Package demo holds the sample catalogue of the shop: a pulpería's products,
// one drawing for each and a few orders, built into the binary so that a new
// shop has something on its shelves, and something to do, from the first minute.
//
// A product names its drawing as "/demo/<name>.svg", so [Images] is meant to
// be served under "/demo/".
package demo

import (
	"embed"
	"io/fs"
	"slices"
)

//go:embed img/*.svg
var images embed.FS

//go:embed products.json
var products []byte

// Products returns the catalogue: a JSON array of products with the fields a
// client may set, without ids or dates. The slice is the caller's to keep.
func Products() []byte {
	return slices.Clone(products)
}

//go:embed orders.json
var orders []byte

// Orders returns the orders in the sequence in which they are placed: a JSON array of {buyer, lines,
// note, state, reason}. A line names its product by code; state is how far the shop has come with
// the order, and reason why it was cancelled. The buyers are made up, and nobody has their telephones.
// The slice is the caller's to keep.
func Orders() []byte {
	return slices.Clone(orders)
}

// Images returns the drawings, each "<name>.svg" at the root.
func Images() fs.FS {
	sub, err := fs.Sub(images, "img")
	if err != nil {
		panic("demo: " + err.Error()) // the name is a constant and valid
	}
	return sub
}
