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
	colProductCategory
	colVendor
	colTax
	colBarcode
	colName1
	colName2
	colName3
	colOption1
	colOption2
	colOption3
	colSKU
	colQuantity
	colTracker
	colPolicy
	colCompareAt
	colCost // only shows how the file writes figures
	colImage
	colVariantImage
	columns
)

// headers are the names of each column, in lower case, in Shopify's old template and in its new
// one. See https://help.shopify.com/en/manual/products/import-export/using-csv
// That of the tax, which Shopify does not have, stands as a merchant writes it beside them.
var headers = [columns][]string{
	colHandle:          {"handle", "url handle"},
	colTitle:           {"title", "title"},
	colPrice:           {"variant price", "price"},
	colBody:            {"body (html)", "description"},
	colType:            {"type", "type"},
	colTags:            {"tags", "tags"},
	colPublished:       {"published", "published on online store"},
	colStatus:          {"status", "status"},
	colProductCategory: {"product category", "product category"},
	colVendor:          {"vendor", "vendor"},
	colTax:             {"tax", "iva", "vat", "impuesto", "impuestos", "tax rate", "tasa de iva", "alícuota", "alicuota", "alícuota iva", "alicuota iva"},
	colBarcode:         {"variant barcode", "barcode"},
	colName1:           {"option1 name", "option1 name"},
	colName2:           {"option2 name", "option2 name"},
	colName3:           {"option3 name", "option3 name"},
	colOption1:         {"option1 value", "option1 value"},
	colOption2:         {"option2 value", "option2 value"},
	colOption3:         {"option3 value", "option3 value"},
	colSKU:             {"variant sku", "sku"},
	colQuantity:        {"variant inventory qty", "inventory quantity"},
	colTracker:         {"variant inventory tracker", "inventory tracker"},
	colPolicy:          {"variant inventory policy", "continue selling when out of stock"},
	colCompareAt:       {"variant compare at price", "compare-at price"},
	colCost:            {"cost per item", "cost per item"},
	colImage:           {"image src", "product image url"},
	colVariantImage:    {"variant image", "variant image url"},
}

// row is one row of a sheet.
type row struct {
	line    int
	cells   [columns]string // trimmed; empty where the file does not have the column
	problem error           // why the row cannot be read
}

// sheet is a CSV file with a header.
type sheet struct {
	src *source
	layout
	csv    *csv.Reader
	places [columns]int // of each column in a row; -1 where the file does not have it
}

func newSheet(src *source) (*sheet, error) {
	head, err := src.head()
	if err != nil {
		return nil, err
	}
	s := &sheet{src: src, layout: layoutOf(head)}
	s.csv = newCSV(src, s.layout)
	header, err := readHeader(s.csv, s.layout)
	if err != nil {
		return nil, readError(err)
	}
	s.places = placesOf(header)
	for c, at := range s.places {
		for i := at + 1; at >= 0 && i < len(header); i++ {
			if strings.EqualFold(strings.TrimSpace(header[i]), strings.TrimSpace(header[at])) {
				name := headers[column(c)][0]
				return nil, fmt.Errorf("the column %q is there twice: take one away", name)
			}
		}
	}
	return s, nil
}

func newCSV(r io.Reader, l layout) *csv.Reader {
	c := csv.NewReader(newTidied(r, l))
	c.Comma = rune(l.separator)
	c.ReuseRecord = true
	return c
}

func readHeader(c *csv.Reader, l layout) ([]string, error) {
	if l.declared {
		if _, err := c.Read(); err != nil {
			return nil, err
		}
		c.FieldsPerRecord = 0 // that of the next line
	}
	return c.Read()
}

// placesOf finds the columns by their names. The name of the old template wins over that of the new
// one.
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

// isShopify says whether head begins with a header that names a handle and something about what is
// sold.
func isShopify(head []byte) bool {
	l := layoutOf(head)
	names, err := readHeader(newCSV(bytes.NewReader(head), l), l)
	places := placesOf(names)
	return err == nil && places[colHandle] >= 0 && max(places[colTitle], places[colPrice], places[colSKU], places[colQuantity]) >= 0
}

// has says whether the file has a column.
func (s *sheet) has(c column) bool { return s.places[c] >= 0 }

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
