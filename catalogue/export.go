package catalogue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Files are the names in an export's folder, in the order in which they are to be read: values name
// others that come before them. They are those of the store itself, but without offsets, and without
// what stays there.
func Files() (names []string) {
	for _, s := range dao.PortableKinds() {
		names = append(names, s.File())
	}
	return names
}

// version is that of the export in one file.
const version = 1

// header is the first line of an export in one file. Each of the others holds one value under the
// name of its kind; the last one holds the counts, which vouch that nothing is missing.
type header struct {
	Pulperia string `json:"pulperia"` // "export"
	Version  int    `json:"version"`
	Store    string `json:"store,omitempty"` // whose backup it is
}

const end = "end"

// lastLine is the last one.
type lastLine struct {
	End    dao.Counts `json:"end"`
	Images int        `json:"images,omitempty"` // lines of bytes
}

// lines reads an export in one file.
func (r *reading) lines(src *source) error {
	s := newStream(src)
	seen := lastLine{End: dao.Counts{}}
	for first := true; ; first = false {
		number, raw, err := s.value()
		if errors.Is(err, errCut) {
			return fmt.Errorf("%w: the closing line with the counts is missing", err)
		}
		if err != nil {
			return err
		}
		var h header
		var l map[string]json.RawMessage
		if first {
			err = json.Unmarshal(raw, &h)
		} else {
			err = json.Unmarshal(raw, &l)
		}
		if err != nil {
			return fmt.Errorf("line %d: %s", number, models.Misfit(err))
		}
		switch {
		case first:
			err = checkHeader(h)
			r.store = h.Store
		case l[end] != nil:
			if err := checkEnd(raw, seen); err != nil {
				return fmt.Errorf("line %d: %w", number, err)
			}
			return s.end()
		case l[imageKey] != nil:
			seen.Images++
			if err = r.putImage(number, l[imageKey]); err != nil {
				err = fmt.Errorf("line %d: %w", number, err)
			}
		default:
			err = r.putLine(number, raw, l, seen.End)
		}
		if err != nil {
			return err
		}
	}
}

func checkHeader(h header) error {
	if h.Pulperia != "export" || h.Version != version {
		return fmt.Errorf("line 1: the export is of version %d of %q: this program reads version %d of \"export\"", h.Version, h.Pulperia, version)
	}
	if h.Store != "" {
		if err := dao.CheckIdentity(h.Store); err != nil {
			return fmt.Errorf("line 1: store: %w", err)
		}
	}
	return nil
}

func checkEnd(raw json.RawMessage, seen lastLine) error {
	var said lastLine
	if err := json.Unmarshal(raw, &said); err != nil {
		return errors.New(models.Misfit(err))
	}
	if said.String() != seen.String() {
		return fmt.Errorf("the export says that it holds %s and holds %s: it is damaged", said, seen)
	}
	return nil
}

func (c lastLine) String() string {
	if c.Images == 0 {
		return c.End.String()
	}
	return fmt.Sprintf("%s with %d images", c.End, c.Images)
}

func (r *reading) putLine(number int, raw json.RawMessage, l map[string]json.RawMessage, seen dao.Counts) error {
	for _, s := range dao.Kinds() {
		if value := l[string(s.Kind)]; value != nil {
			if s.Stays {
				return fmt.Errorf("line %d: %w", number, errStays(s))
			}
			seen[s.Kind]++
			return r.putNamed(number, raw, func() Entry { return r.readValue(s, number, value) })
		}
	}
	return fmt.Errorf("line %d: holds neither a product nor a cart nor a message", number)
}

// errStays refuses what no export has: whoever could plant a session would be let in.
func errStays(s *dao.Schema) error {
	return fmt.Errorf("holds a %s: %s never leave their shop, and none are taken in", s.Kind, s)
}

// readValue reads a value of an export.
func (r *reading) readValue(s *dao.Schema, number int, raw json.RawMessage) Entry {
	switch s.Kind {
	case dao.KindProduct:
		return r.readProduct(number, raw, Export)
	case dao.KindCart:
		return readCart(number, raw)
	case dao.KindMessage:
		return readMessage(number, raw)
	}
	return readOther(s, number, raw)
}

// readOther reads a value of a kind that nobody but the shop writes, so that it is just what the
// shop wrote or refused: a field that there is not would be lost in silence.
func readOther(s *dao.Schema, number int, raw json.RawMessage) Entry {
	v := s.New()
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(v)
	if err != nil {
		err = models.Invalid{{Field: string(s.Kind), Rule: models.NotObject, Detail: models.Misfit(err), Got: shown(raw)}}
	}
	var l loose
	v.Normalize()
	if err == nil && v.GetHead().ID.IsZero() {
		l.requiredID("_id", nil)
	}
	if err == nil {
		err = l.with(v.Check())
	}
	if err != nil {
		return Entry{Line: number, Problem: err}
	}
	return Entry{Line: number, Kind: s, Other: v}
}

// values reads the file of a kind of an export.
func values(s *dao.Schema) reader {
	return func(r *reading, src *source) error {
		in := newStream(src)
		put := func(number int, raw json.RawMessage) error {
			return r.putNamed(number, raw, func() Entry { return r.readValue(s, number, raw) })
		}
		if !s.History {
			if err := in.list(put); err != nil {
				return err
			}
			return in.end()
		}
		for in.decoder.More() {
			number, raw, err := in.value()
			if err == nil {
				err = put(number, raw)
			}
			if err != nil {
				return err
			}
		}
		return in.end()
	}
}

func readCart(number int, raw json.RawMessage) Entry {
	var in struct {
		ID       json.RawMessage `json:"_id"`
		Products []struct {
			Product  json.RawMessage `json:"product"`
			Variant  json.RawMessage `json:"variant"`
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
			Variant:  l.id(field+"variant", item.Variant),
			Quantity: l.whole(field+"quantity", item.Quantity),
		})
	}
	c.Normalize()
	if err := l.with(c.Check()); err != nil {
		return Entry{Line: number, Problem: err}
	}
	return Entry{Line: number, Kind: dao.Cart.Schema, Cart: &c}
}

func readMessage(number int, raw json.RawMessage) Entry {
	var in struct {
		ID        json.RawMessage `json:"_id"`
		User      json.RawMessage `json:"user"`
		Message   json.RawMessage `json:"message"`
		CreatedAt json.RawMessage `json:"createdAt"`
		By        json.RawMessage `json:"by"` // whose message it is: his, after a restore, too
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
		By:        l.text("by", in.By),
	}
	m.Normalize()
	if err := l.with(m.Check()); err != nil {
		return Entry{Line: number, Problem: err}
	}
	return Entry{Line: number, Kind: dao.Message.Schema, Message: &m}
}
