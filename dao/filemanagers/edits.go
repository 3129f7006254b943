package filemanagers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao/models"
)

// A file that was edited by hand is read like any input: every entry is checked, and a bad one is
// named by file, line and field.

// entry is one value of an edited file.
type entry struct {
	line int
	raw  json.RawMessage
}

// arrayEntries splits a JSON array.
func arrayEntries(name string, text []byte) ([]entry, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	fail := func(at int, wrong string) error { return refused(name, lineAt(text, int64(at)), wrong) }
	if token, err := decoder.Token(); err != nil || token != json.Delim('[') {
		return nil, fail(int(decoder.InputOffset()), "is not a JSON array")
	}
	var entries []entry
	for decoder.More() {
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return nil, fail(models.JSONFault(text))
		}
		entries = append(entries, entry{lineAt(text, decoder.InputOffset()-int64(len(raw))), raw})
	}
	if _, err := decoder.Token(); err != nil {
		return nil, fail(models.JSONFault(text))
	}
	if rest := bytes.TrimSpace(text[decoder.InputOffset():]); len(rest) > 0 {
		return nil, fail(int(decoder.InputOffset()), "something follows the array")
	}
	return entries, nil
}

// lineEntries splits a file of one JSON value a line.
func lineEntries(text []byte) (entries []entry) {
	n := 0
	for one := range bytes.Lines(text) {
		n++
		if one = bytes.TrimSpace(one); len(one) > 0 {
			entries = append(entries, entry{n, one})
		}
	}
	return entries
}

func lineAt(text []byte, position int64) int { return 1 + bytes.Count(text[:position], []byte{'\n'}) }

func refused(name string, line int, wrong string) error {
	return &Damage{File: fmt.Sprintf("%s: line %d", name, line), Byte: -1, Wrong: wrong,
		Remedy: "Mend the line, or put back the file as the shop wrote it"}
}

// decode reads an entry field by field into value, a pointer to a struct. Fields that it does not
// know are refused, lest they are lost when the file is written anew.
func (e entry) decode(name string, value any) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(e.raw, &fields); err != nil {
		wrong := "is not a JSON object"
		if _, fault := models.JSONFault(e.raw); fault != "" {
			wrong += ": " + fault
		}
		return refused(name, e.line, wrong)
	}
	if err := models.CheckNames(e.raw); err != nil {
		return refused(name, e.line, "field "+err.Error())
	}
	known := map[string]json.RawMessage{}
	if err := json.Unmarshal(models.JSON(value), &known); err != nil {
		return err
	}
	for _, field := range sortedKeys(fields) {
		if _, ok := known[field]; !ok {
			return refused(name, e.line, fmt.Sprintf("field %q is not one of %s", field, strings.Join(sortedKeys(known), ", ")))
		}
		if string(fields[field]) == "null" {
			return refused(name, e.line, fmt.Sprintf("field %q is null", field))
		}
		if !models.IsUTF8(fields[field]) {
			wrong := models.Invalid{{Field: field, Rule: models.NotUTF8, Got: strconv.Quote(strings.Trim(string(fields[field]), `"`))}}
			return refused(name, e.line, wrong.Error())
		}
		one, _ := json.Marshal(map[string]json.RawMessage{field: fields[field]})
		decoder := json.NewDecoder(bytes.NewReader(one))
		decoder.DisallowUnknownFields() // within it, too
		if err := decoder.Decode(value); err != nil {
			return refused(name, e.line, fmt.Sprintf("field %q: %s", field, models.Misfit(err)))
		}
	}
	return nil
}

func sortedKeys(m map[string]json.RawMessage) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// firsts notes which line had an id or a code first.
type firsts map[string]int

func (f firsts) note(name string, line int, field, value string) error {
	key := field + " " + value
	if first, twice := f[key]; twice {
		return refused(name, line, fmt.Sprintf("field %q: %q stands already in line %d", field, value, first))
	}
	f[key] = line
	return nil
}

func editedProducts(text []byte, now models.Time) ([]*models.Product, error) {
	entries, err := arrayEntries(productsFile, text)
	if err != nil {
		return nil, err
	}
	seen := firsts{}
	products := make([]*models.Product, len(entries))
	for i, e := range entries {
		p := &models.Product{ID: models.NewID(now.Std()), Status: true, CreatedAt: now, UpdatedAt: now}
		if err := e.decode(productsFile, p); err != nil {
			return nil, err
		}
		if err := e.checkRev(productsFile, p.Rev); err != nil {
			return nil, err
		}
		p.Normalize()
		if err := p.Check(); err != nil {
			return nil, refused(productsFile, e.line, err.Error())
		}
		if err := seen.note(productsFile, e.line, "_id", p.ID.String()); err != nil {
			return nil, err
		}
		if err := seen.note(productsFile, e.line, "code", p.Code); err != nil {
			return nil, err
		}
		products[i] = p
	}
	return products, nil
}

func editedCarts(text []byte, now models.Time) ([]*models.Cart, error) {
	entries, err := arrayEntries(cartsFile, text)
	if err != nil {
		return nil, err
	}
	seen := firsts{}
	carts := make([]*models.Cart, len(entries))
	for i, e := range entries {
		c := &models.Cart{ID: models.NewID(now.Std()), CreatedAt: now, UpdatedAt: now}
		if err := e.decode(cartsFile, c); err != nil {
			return nil, err
		}
		if err := e.checkRev(cartsFile, c.Rev); err != nil {
			return nil, err
		}
		c.Normalize()
		if err := c.Check(); err != nil {
			return nil, refused(cartsFile, e.line, err.Error())
		}
		if err := seen.note(cartsFile, e.line, "_id", c.ID.String()); err != nil {
			return nil, err
		}
		carts[i] = c
	}
	return carts, nil
}

// checkRev refuses a revision that cannot go on growing.
func (e entry) checkRev(name string, rev int64) error {
	const most = 1 << 53 // whole numbers up to here are exact in JSON for everybody
	if rev < 0 || rev >= most {
		return refused(name, e.line, fmt.Sprintf("rev must be at least 1 and below %d; got %d", most, rev))
	}
	return nil
}

// foldedMessage is a line of messages.jsonl.
type foldedMessage struct {
	Offset int64 `json:"offset"`
	models.Message
}

// editedMessages keeps the order of the lines and numbers them anew: positions of another epoch
// mean nothing.
func editedMessages(text []byte, now models.Time) ([]foldedMessage, error) {
	seen := firsts{}
	var list []foldedMessage
	for i, e := range lineEntries(text) {
		m := foldedMessage{Message: models.Message{ID: models.NewID(now.Std()), CreatedAt: now}}
		if err := e.decode(messagesFile, &m); err != nil {
			return nil, err
		}
		m.Offset = int64(i) + 1
		m.Normalize()
		if err := m.Check(); err != nil {
			return nil, refused(messagesFile, e.line, err.Error())
		}
		if err := seen.note(messagesFile, e.line, "_id", m.ID.String()); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}
