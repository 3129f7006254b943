// Package catalogue reads and writes catalogues: those of other systems, and the shop's own
// exports.
//
// # Reading
//
// [Read] recognises a file by its content and hands out what stands in it, entry by entry; a file
// of any size takes the memory of one entry, one product with its variants, and the codes seen so
// far. It knows four kinds:
//
//   - Shopify's product CSV, with the headers of the old template and of the new one. Rows that
//     share a handle are one product, with a variant for each form in which it can be bought.
//   - DummyJSON's products: a list, or an object with a list "products".
//   - The course's products.json: a list of products whose numbers may be texts and whose pictures
//     may be one text.
//   - Our export: products.json, carts.json and messages.jsonl of a folder, or one file of JSON
//     Lines.
//
// What a file does not say about a product is not made up: a [Product] knows which fields the file
// speaks of. A part that breaks a rule of models is left out or cut, with a note; an entry that is
// nothing without it comes with its problem in the place of its value. Reading goes on. What ends a
// reading is a file that is none of these, or that is damaged or cut off.
//
// Texts may be written in UTF-8, UTF-16 with a mark, or windows-1252, and figures with a decimal
// point or comma: see [Read].
//
// # Writing
//
// [WriteDir] and [WriteFile] export a whole store. What they write depends on nothing but the
// values in the store, so that an export, read into an empty store and exported again, is the same
// to the byte.
package catalogue

import (
	"encoding/json"
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

// Options say what a file does not.
type Options struct {
	// Whole is called when the file was seen to be whole, before anything of it is handed out: with
	// the identity of the store whose backup it is, or "".
	Whole   func(store string) error
	Decimal byte // the sign before decimals, '.' or ','; 0 for what the file's own figures show

	// Currency is that of the amounts (ISO 4217); "" for one of two decimals. Those of our own export
	// are taken as they are.
	Currency string

	Taxes []models.Tax // the shop's rates, which other systems' files name or give as a percentage
}

// Summary says what a file was read as.
type Summary struct {
	Format   Format
	Encoding string // how its text is written, if not in UTF-8
}

func (s Summary) String() string {
	if s.Encoding == "" {
		return string(s.Format)
	}
	return string(s.Format) + " in " + s.Encoding
}

// Read hands out the entries of a file in their order. What they say is normalized and keeps the
// rules of models; of two products with one code the later one is refused. Only those of our own
// export have ids, revisions and times. The name is a hint for files without content. An error of
// visit ends the reading and is returned as it is.
//
// A file is read to its end, to see that it is whole and how its text and its figures are written,
// before anything of it is handed out: one that is unknown, damaged or cut off hands out nothing.
// While visit is busy, the file is read on.
func Read(name string, r io.ReadSeeker, o Options, visit func(Entry) error) (Summary, error) {
	as, err := writingOf(r)
	if err != nil {
		return Summary{}, err
	}
	first := &reading{notation: models.NotationIn(o.Currency), learns: true, put: func(func() Entry) error { return nil }}
	s, err := first.file(name, r, as)
	if err != nil {
		return s, err
	}
	if o.Whole != nil {
		if err := o.Whole(first.store); err != nil {
			return s, err
		}
	}
	notation := first.notation
	switch o.Decimal {
	case '.':
		notation.Point, notation.Comma = true, false
	case ',':
		notation.Point, notation.Comma = false, true
	}
	err = ahead(func(e Entry) bool { return e.Bytes != nil }, func(yield func(Entry) error) (err error) {
		second := &reading{notation: notation, taxes: o.Taxes, put: func(entry func() Entry) error { return yield(entry()) }}
		s, err = second.file(name, r, as)
		return err
	}, once(visit))
	return s, err
}

// reading is one pass over a file.
type reading struct {
	notation models.Notation                // of its figures
	taxes    []models.Tax                   // the shop's rates
	learns   bool                           // this pass finds that out, and makes no entries
	store    string                         // whose backup it is
	put      func(entry func() Entry) error // takes the entries; it makes those that it wants, before it returns
}

// putNamed puts an entry of JSON, in which no object may have a name twice.
func (r *reading) putNamed(line int, raw json.RawMessage, entry func() Entry) error {
	return r.put(func() Entry {
		made := entry()
		if err := models.CheckNames(raw); err != nil {
			if made.Product != nil {
				made.Refused = Named{made.Product.ID, made.Product.Code}
			}
			return Entry{Line: line, Problem: err, Refused: made.Refused}
		}
		return made
	})
}

func (r *reading) file(name string, from io.ReadSeeker, as writing) (Summary, error) {
	src, err := reopen(from, as)
	if err != nil {
		return Summary{}, err
	}
	format, read, err := recognise(name, src)
	if err != nil {
		return Summary{}, err
	}
	if format == Export && as.guessed { // our own files are never guessed: what is broken in them is refused by its field
		return r.file(name, from, writing{})
	}
	return Summary{format, as.name}, read(r, src)
}

func reopen(from io.ReadSeeker, as writing) (*source, error) {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return open(from, as)
}

// once refuses a product whose code an earlier one has.
func once(visit func(Entry) error) func(Entry) error {
	seen := make(map[string]int)
	return func(e Entry) error {
		if e.Product != nil {
			if first, twice := seen[e.Product.Code]; twice {
				problem := fmt.Errorf("code %q is already that of line %d", e.Product.Code, first)
				return visit(Entry{Line: e.Line, Problem: problem, Refused: Named{e.Product.ID, e.Product.Code}})
			}
			seen[strings.Clone(e.Product.Code)] = e.Line // a part of a row would keep the whole row in memory
			for i := range e.Product.Variants {
				v := &e.Product.Variants[i]
				if first, twice := seen[v.Code]; twice {
					problem := fmt.Errorf("variants[%d].code %q is already that of line %d", i, v.Code, first)
					return visit(Entry{Line: e.Line, Problem: problem, Refused: Named{e.Product.ID, e.Product.Code}})
				}
			}
			for _, code := range e.Product.VariantCodes() {
				seen[strings.Clone(code)] = e.Line
			}
		}
		return visit(e)
	}
}
