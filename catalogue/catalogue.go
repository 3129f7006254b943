// Package catalogue reads and writes catalogues: those of other systems, and the shop's own exports.
//
// # Reading
//
// [Read] recognises a file by its content and hands out what stands in it, entry by entry; a file of any size takes the
// memory of one entry, one product with its variants, and the codes seen so far. It knows four kinds:
//
//   - Shopify's product CSV, with the headers of the old template and of the new one. Rows that share a handle are one
//     product, and each of its variants becomes a product of the shop.
//   - DummyJSON's products: a list, or an object with a list "products".
//   - The course's products.json: a list of products whose numbers may be texts and whose pictures may be one text.
//   - Our export: products.json, carts.json and messages.jsonl of a folder, or one file of JSON Lines.
//
// An entry that breaks a rule of models comes with its problem in the place of its value, and reading goes on. What ends a
// reading is a file that is none of these, or that is damaged or cut off.
//
// # Writing
//
// [WriteDir] and [WriteFile] export a whole store. What they write depends on nothing but the values in the store, so that
// an export, read into an empty store and exported again, is the same to the byte.
package catalogue

import (
	"fmt"
	"io"
	"strings"

	"pulperia/dao/models"
)

// Format is what a file was recognised as.
type Format string

// The formats.
const (
	Shopify   Format = "Shopify CSV"
	DummyJSON Format = "DummyJSON"
	Course    Format = "products.json of the course"
	Export    Format = "pulperia export"
)

// Entry is one product, cart or message of a file: exactly one of its pointers is set, or else Problem.
type Entry struct {
	Line    int // where it begins in the file, from 1
	Product *models.Product
	Cart    *models.Cart
	Message *models.Message
	Problem error // why the entry is refused: its fields and the reasons, usually models.Invalid
}

// Read hands out the entries of a file in their order. Their values are normalized and keep the rules of models; of two
// products with one code the later one is refused. Only those of our own export have ids, revisions and times. The
// name is a hint for files without content. An error of visit ends the reading and is returned as it is.
func Read(name string, r io.Reader, visit func(Entry) error) (Format, error) {
	unique := once(visit)
	return readInto(name, r, func(entry func() Entry) error { return unique(entry()) })
}

// Verify reads a file to its end without making values of its entries, and returns the error that would end a Read: that
// the file is unknown, damaged or cut off. It says nothing about single entries.
func Verify(name string, r io.Reader) (Format, error) {
	return readInto(name, r, func(func() Entry) error { return nil })
}

// sink takes the entries that a reader finds; it makes those that it wants, before it returns.
type sink func(entry func() Entry) error

func readInto(name string, r io.Reader, put sink) (Format, error) {
	src, err := open(r)
	if err != nil {
		return "", err
	}
	format, read, err := recognise(name, src)
	if err != nil {
		return "", err
	}
	return format, read(src, put)
}

// once refuses a product whose code an earlier one has.
func once(visit func(Entry) error) func(Entry) error {
	seen := make(map[string]int)
	return func(e Entry) error {
		if e.Product != nil {
			if first, twice := seen[e.Product.Code]; twice {
				return visit(Entry{Line: e.Line, Problem: fmt.Errorf("code %q is already that of line %d", e.Product.Code, first)})
			}
			seen[strings.Clone(e.Product.Code)] = e.Line // a part of a row would keep the whole row in memory
		}
		return visit(e)
	}
}
