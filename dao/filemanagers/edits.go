package filemanagers

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"pulperia/dao"
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

// value reads an entry as a value of a kind, normal and checked. What the entry leaves out is as in
// a new one that is made now; undated says that this is its time.
func (e entry) value(s *dao.Schema, now models.Time) (v models.Value, undated bool, err error) {
	v = s.New()
	const unset = models.Time(math.MinInt64) // which no file can say
	v.SetHead(models.Head{ID: models.NewID(now.Std()), CreatedAt: unset, UpdatedAt: now})
	if err := e.decode(s, v); err != nil {
		return nil, false, err
	}
	head := v.GetHead()
	if undated = head.CreatedAt == unset; undated {
		head.CreatedAt = now
		v.SetHead(head)
	}
	const most = 1 << 53 // whole numbers up to here are exact in JSON for everybody, and a revision must go on growing
	if head.Rev < 0 || head.Rev >= most {
		return nil, false, refused(s.File(), e.line, fmt.Sprintf("rev must be at least 1 and below %d; got %d", most, head.Rev))
	}
	e.complete(s, v, now)
	v.Normalize()
	if err := v.Check(); err != nil {
		return nil, false, refused(s.File(), e.line, err.Error())
	}
	return v, undated, nil
}

// decode reads an entry field by field into a value. Fields that the kind does not know are
// refused, lest they are lost when the file is written anew; a line of a history also has its
// offset.
func (e entry) decode(s *dao.Schema, v models.Value) error {
	name := s.File()
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
	known := fieldsOf(reflect.TypeOf(v).Elem())
	if s.History {
		known["offset"] = reflect.TypeFor[int64]()
	}
	for _, field := range sortedKeys(fields) {
		of, ok := known[field]
		if !ok {
			return refused(name, e.line, fmt.Sprintf("field %q is not one of %s", field, strings.Join(sortedKeys(known), ", ")))
		}
		if string(fields[field]) == "null" {
			return refused(name, e.line, fmt.Sprintf("field %q is null", field))
		}
		if wrong := misread(of, field, fields[field]); wrong != "" {
			return refused(name, e.line, wrong)
		}
		if !models.IsUTF8(fields[field]) {
			wrong := models.Invalid{{Field: field, Rule: models.NotUTF8, Got: strconv.Quote(strings.Trim(string(fields[field]), `"`))}}
			return refused(name, e.line, wrong.Error())
		}
		var into any = v
		if s.History && field == "offset" {
			into = new(struct {
				Offset int64 `json:"offset"`
			})
		}
		one, _ := json.Marshal(map[string]json.RawMessage{field: fields[field]})
		decoder := json.NewDecoder(bytes.NewReader(one))
		decoder.DisallowUnknownFields() // within it, too
		if err := decoder.Decode(into); err != nil {
			return refused(name, e.line, fmt.Sprintf("field %q: %s", field, models.Misfit(err)))
		}
	}
	return nil
}

// firsts notes which line had an id or another unique value first.
type firsts map[string]int

func (f firsts) note(name string, line int, field, value string) error {
	key := field + " " + value
	if first, twice := f[key]; twice {
		return refused(name, line, fmt.Sprintf("field %q: %q stands already in line %d", field, value, first))
	}
	f[key] = line
	return nil
}

// editedValues reads the file of a kind that somebody wrote by hand. undated are the values of
// which it does not say when they were made. Amounts are those of the shop's currency.
func editedValues(
	s *dao.Schema, text []byte, now models.Time, currency string,
) (values []models.Value, undated map[models.ID]bool, err error) {
	entries := lineEntries(text)
	if !s.History {
		entries, err = arrayEntries(s.File(), text)
	}
	seen := firsts{}
	values, undated = make([]models.Value, len(entries)), map[models.ID]bool{}
	for i, e := range entries {
		v, isNew, wrong := e.value(s, now)
		if has, is := v.(interface{ CheckFine(string) models.Invalid }); wrong == nil && is {
			if fine := has.CheckFine(currency).Err(); fine != nil {
				wrong = refused(s.File(), e.line, fine.Error())
			}
		}
		if wrong != nil {
			return nil, nil, wrong
		}
		id := v.GetHead().ID
		err = seen.note(s.File(), e.line, "_id", id.String())
		for _, unique := range s.Unique {
			for text := range unique.All(v) {
				err = cmp.Or(err, seen.note(s.File(), e.line, unique.Field, text))
			}
		}
		if err != nil {
			return nil, nil, err
		}
		values[i], undated[id] = v, isNew
	}
	return values, undated, err
}
