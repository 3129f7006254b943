package catalogue

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// column is one that is read of Shopify's CSV.
type column int

const (
	colHandle column = iota
	colTitle
	colPrice
	colBody
	colType
	colTags
	colPublished
	colStatus
	colOption1
	colOption2
	colOption3
	colSKU
	colQuantity
	colImage
	colVariantImage
	columns
)

const needed = colBody // the columns before it must be there

// headers are the names of each column, in lower case, in Shopify's old template and in its new one. See
// https://help.shopify.com/en/manual/products/import-export/using-csv
var headers = [columns][2]string{
	colHandle:       {"handle", "url handle"},
	colTitle:        {"title", "title"},
	colPrice:        {"variant price", "price"},
	colBody:         {"body (html)", "description"},
	colType:         {"type", "type"},
	colTags:         {"tags", "tags"},
	colPublished:    {"published", "published on online store"},
	colStatus:       {"status", "status"},
	colOption1:      {"option1 value", "option1 value"},
	colOption2:      {"option2 value", "option2 value"},
	colOption3:      {"option3 value", "option3 value"},
	colSKU:          {"variant sku", "sku"},
	colQuantity:     {"variant inventory qty", "inventory quantity"},
	colImage:        {"image src", "product image url"},
	colVariantImage: {"variant image", "variant image url"},
}

// row is one row of a sheet.
type row struct {
	line    int
	cells   [columns]string // trimmed; empty where the file does not have the column
	problem error           // why the row cannot be read
}

// sheet is a CSV file with a header.
type sheet struct {
	src    *source
	csv    *csv.Reader
	places [columns]int // of each column in a row; -1 where the file does not have it
}

func newSheet(src *source) (*sheet, error) {
	head, err := src.head()
	if err != nil {
		return nil, err
	}
	s := &sheet{src: src, csv: csv.NewReader(src)}
	s.csv.Comma = separatorOf(head)
	s.csv.ReuseRecord = true
	header, err := s.csv.Read()
	if err != nil {
		return nil, readError(err)
	}
	s.places = placesOf(header)
	for c := range needed {
		if s.places[c] < 0 {
			return nil, fmt.Errorf("line 1: the column %q is missing", headers[c][0])
		}
	}
	return s, nil
}

// separatorOf guesses from the header: a spreadsheet of a country with a decimal comma separates columns by semicolons.
func separatorOf(head []byte) rune {
	header, _, _ := bytes.Cut(head, []byte("\n"))
	best := ","
	for _, separator := range []string{";", "\t"} {
		if bytes.Count(header, []byte(separator)) > bytes.Count(header, []byte(best)) {
			best = separator
		}
	}
	return rune(best[0])
}

// placesOf finds the columns by their names. The name of the old template wins over that of the new one.
func placesOf(header []string) (places [columns]int) {
	for c, names := range headers {
		places[c] = -1
		for _, name := range names {
			for i, cell := range header {
				if places[c] < 0 && strings.EqualFold(strings.TrimSpace(cell), name) {
					places[c] = i
				}
			}
		}
	}
	return places
}

// isShopify says whether head begins with a header that names a handle and something to sell.
func isShopify(head []byte) bool {
	header := csv.NewReader(bytes.NewReader(head))
	header.Comma = separatorOf(head)
	names, err := header.Read()
	places := placesOf(names)
	return err == nil && places[colHandle] >= 0 && (places[colTitle] >= 0 || places[colPrice] >= 0)
}

// next returns the next row, or io.EOF.
func (s *sheet) next() (row, error) {
	s.src.next()
	cells, err := s.csv.Read()
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		if errors.Is(err, csv.ErrFieldCount) {
			return row{line: bad.StartLine, problem: fmt.Errorf("row has %d cells and the header %d", len(cells), s.csv.FieldsPerRecord)}, nil
		}
		return row{line: bad.StartLine, problem: fmt.Errorf("row cannot be read as far as line %d: a quote is not closed, or not doubled", bad.Line)}, nil
	}
	if err == io.EOF {
		return row{}, err
	}
	if err != nil {
		return row{}, readError(err)
	}
	var r row
	r.line, _ = s.csv.FieldPos(0)
	for c, place := range s.places {
		if place >= 0 {
			r.cells[c] = strings.TrimSpace(cells[place])
		}
	}
	return r, nil
}
