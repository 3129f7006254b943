package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"pulperia/dao/models"
)

// The files of an export that is a folder. They are those of the store itself, but without offsets.
const (
	productsFile = "products.json"
	cartsFile    = "carts.json"
	messagesFile = "messages.jsonl"
)

// Files are the names in an export's folder, in the order in which they are to be read: carts name
// products.
func Files() []string { return []string{productsFile, cartsFile, messagesFile} }

// version is that of the export in one file.
const version = 1

// Counts says how many values an export holds. It is also the last line of an export in one file,
// which vouches that nothing is missing.
type Counts struct {
	Products int `json:"products"`
	Carts    int `json:"carts"`
	Messages int `json:"messages"`
}

// line is one line of an export in one file; exactly one of its fields is set.
type line struct {
	Pulperia string          `json:"pulperia,omitempty"` // "export", in the first line
	Version  int             `json:"version,omitempty"`
	Product  json.RawMessage `json:"product,omitempty"`
	Cart     json.RawMessage `json:"cart,omitempty"`
	Message  json.RawMessage `json:"message,omitempty"`
	End      *Counts         `json:"end,omitempty"`
}

// lines reads an export in one file.
func (r *reading) lines(src *source) error {
	s := newStream(src)
	var seen Counts
	for first := true; ; first = false {
		number, raw, err := s.value()
		if errors.Is(err, errCut) {
			return fmt.Errorf("%w: the closing line with the counts is missing", err)
		}
		if err != nil {
			return err
		}
		var l line
		if err := json.Unmarshal(raw, &l); err != nil {
			return fmt.Errorf("line %d: %s", number, models.Misfit(err))
		}
		switch {
		case first:
			err = checkHeader(l)
		case l.End != nil:
			if *l.End != seen {
				return fmt.Errorf("line %d: the export says that it holds %+v and holds %+v: it is damaged", number, *l.End, seen)
			}
			return s.end()
		default:
			err = r.putLine(number, raw, l, &seen)
		}
		if err != nil {
			return err
		}
	}
}

func checkHeader(l line) error {
	if l.Pulperia != "export" || l.Version != version {
		return fmt.Errorf("line 1: the export is of version %d of %q: this program reads version %d of \"export\"", l.Version, l.Pulperia, version)
	}
	return nil
}

func (r *reading) putLine(number int, raw json.RawMessage, l line, seen *Counts) error {
	var entry func() Entry
	switch {
	case l.Product != nil:
		seen.Products++
		entry = func() Entry { return r.readProduct(number, l.Product, Export) }
	case l.Cart != nil:
		seen.Carts++
		entry = func() Entry { return readCart(number, l.Cart) }
	case l.Message != nil:
		seen.Messages++
		entry = func() Entry { return readMessage(number, l.Message) }
	default:
		return fmt.Errorf("line %d: holds neither a product nor a cart nor a message", number)
	}
	return r.putNamed(number, raw, entry)
}

// carts reads the carts.json of an export.
func (r *reading) carts(src *source) error {
	s := newStream(src)
	err := s.list(func(number int, raw json.RawMessage) error {
		return r.putNamed(number, raw, func() Entry { return readCart(number, raw) })
	})
	if err != nil {
		return err
	}
	return s.end()
}

// messages reads the messages.jsonl of an export.
func (r *reading) messages(src *source) error {
	s := newStream(src)
	for s.decoder.More() {
		number, raw, err := s.value()
		if err != nil {
			return err
		}
		if err := r.putNamed(number, raw, func() Entry { return readMessage(number, raw) }); err != nil {
			return err
		}
	}
	return s.end()
}

func readCart(number int, raw json.RawMessage) Entry {
	var in struct {
		ID       json.RawMessage `json:"_id"`
		Products []struct {
			Product  json.RawMessage `json:"product"`
			Quantity json.RawMessage `json:"quantity"`
		} `json:"products"`
		CreatedAt json.RawMessage `json:"createdAt"`
		UpdatedAt json.RawMessage `json:"updatedAt"`
		Rev       json.RawMessage `json:"rev"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return Entry{Line: number, Problem: models.Invalid{{Field: "products", Rule: models.NotList, Detail: "of {product, quantity}", Got: shown(raw)}}}
	}
	var l loose
	c := models.Cart{
		ID:        l.requiredID("_id", in.ID),
		CreatedAt: l.time("createdAt", in.CreatedAt),
		UpdatedAt: l.time("updatedAt", in.UpdatedAt),
		Rev:       l.revision(in.Rev),
	}
	for i, item := range in.Products {
		field := "products[" + strconv.Itoa(i) + "]."
		c.Products = append(c.Products, models.Item{
			Product:  l.requiredID(field+"product", item.Product),
			Quantity: l.whole(field+"quantity", item.Quantity),
		})
	}
	c.Normalize()
	if err := l.with(c.Check()); err != nil {
		return Entry{Line: number, Problem: err}
	}
	return Entry{Line: number, Cart: &c}
}

func readMessage(number int, raw json.RawMessage) Entry {
	var in struct {
		ID        json.RawMessage `json:"_id"`
		User      json.RawMessage `json:"user"`
		Message   json.RawMessage `json:"message"`
		CreatedAt json.RawMessage `json:"createdAt"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return Entry{Line: number, Problem: models.Invalid{{Field: "entry", Rule: models.NotObject, Got: shown(raw)}}}
	}
	var l loose
	m := models.Message{
		ID:        l.requiredID("_id", in.ID),
		User:      l.text("user", in.User),
		Message:   l.text("message", in.Message),
		CreatedAt: l.time("createdAt", in.CreatedAt),
	}
	m.Normalize()
	if err := l.with(m.Check()); err != nil {
		return Entry{Line: number, Problem: err}
	}
	return Entry{Line: number, Message: &m}
}
