package catalogue

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"

	"pulperia/dao"
)

// reader reads a whole file of one format.
type reader func(*reading, *source) error

var errUnknown = errors.New("the file is none that can be read: expected Shopify's product CSV (with the column Handle and one of Title, Variant " +
	"Price, Variant SKU), DummyJSON's products, the course's products.json (a list of products), or a pulperia export")

// recognise tells the format from the beginning of the file.
func recognise(name string, src *source) (Format, reader, error) {
	head, err := src.head()
	if err != nil {
		return "", nil, err
	}
	head = bytes.TrimLeft(head, " \t\r\n")
	named := kindOf(name)
	switch {
	case len(head) == 0 && named != nil && named.History: // of a shop where nobody has said a thing
		return Export, values(named), nil
	case named != nil && named.Stays:
		return "", nil, errStays(named)
	case named != nil && !named.Always: // nobody else has such a file
		return Export, values(named), nil
	case len(head) == 0:
		return "", nil, errors.New("the file is empty")
	case head[0] == '[':
		return recogniseList(head)
	case head[0] == '{':
		return recogniseObject(head)
	case isShopify(head):
		return Shopify, (*reading).shopify, nil
	}
	return "", nil, errUnknown
}

// kindOf returns the kind whose file of an export has a name, packed or not; nil for none.
func kindOf(name string) *dao.Schema {
	for _, s := range dao.Kinds() {
		if base := filepath.Base(name); base == s.File() || base == s.File()+".gz" {
			return s
		}
	}
	return nil
}

func recogniseList(head []byte) (Format, reader, error) {
	keys := keysOf(head)
	switch {
	case keys["_id"] && keys["rev"] && keys["products"]:
		return Export, values(dao.Cart.Schema), nil
	case keys["_id"] && keys["rev"], isEmptyList(head):
		return Export, listOf(Export), nil
	case (keys["sku"] || keys["images"]) && !keys["code"]:
		return DummyJSON, listOf(DummyJSON), nil
	case keys["title"] || keys["code"]:
		return Course, listOf(Course), nil
	}
	return "", nil, errUnknown
}

func recogniseObject(head []byte) (Format, reader, error) {
	keys := keysOf(head)
	switch {
	case keys["pulperia"]:
		return Export, (*reading).lines, nil
	case keys["_id"] && keys["user"] && keys["message"]:
		return Export, values(dao.Message.Schema), nil
	case keys["products"] && !keys["_id"]:
		return DummyJSON, (*reading).dummy, nil
	}
	return "", nil, errUnknown
}

// isEmptyList says whether a list has nothing in it, as in the export of a shop without products or
// carts.
func isEmptyList(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(head[1:], " \t\r\n"), []byte("]"))
}

// keysOf returns the keys of the first object, or of all objects in the list, as far as head shows
// them.
func keysOf(head []byte) map[string]bool {
	keys := make(map[string]bool)
	decoder := json.NewDecoder(bytes.NewReader(head))
	opening, err := decoder.Token()
	if err != nil {
		return keys
	}
	if opening == json.Delim('{') {
		addKeys(decoder, keys)
		return keys
	}
	for decoder.More() {
		var skipped json.RawMessage
		if opening, err = decoder.Token(); err != nil {
			break
		}
		if opening == json.Delim('{') {
			addKeys(decoder, keys)
		} else if opening == json.Delim('[') {
			for decoder.More() && decoder.Decode(&skipped) == nil {
			}
			decoder.Token()
		}
	}
	return keys
}

// addKeys reads an object to its end, or as far as it goes.
func addKeys(decoder *json.Decoder, keys map[string]bool) {
	var skipped json.RawMessage
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return
		}
		if text, ok := key.(string); ok {
			keys[text] = true
		}
		if decoder.Decode(&skipped) != nil {
			return
		}
	}
	decoder.Token() // the closing brace
}
