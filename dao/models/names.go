package models

import (
	"encoding/json"
	"strconv"
	"strings"
)

// CheckNames refuses JSON in which an object has a name twice: of {"price":1,"price":999} nobody
// can know which one counts. The text must be valid JSON; of other text it may say nothing.
func CheckNames(text []byte) error {
	var s nameScan
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{':
			s.open = append(s.open, scope{names: map[string]bool{}, awaitsName: true})
		case '[':
			s.open = append(s.open, scope{})
		case '}', ']':
			s.open = s.open[:max(0, len(s.open)-1)]
		case ',':
			s.next()
		case '"':
			end := endOfText(text, i)
			s.text(text[i:end])
			i = end - 1
		}
	}
	return s.twice.Err()
}

// scope is an object or a list that is not closed yet.
type scope struct {
	names      map[string]bool // of an object; nil for a list
	awaitsName bool
	name       string // of the present value
	index      int
}

type nameScan struct {
	open  []scope
	twice Invalid
}

func (s *nameScan) next() {
	if len(s.open) > 0 {
		top := &s.open[len(s.open)-1]
		top.awaitsName = top.names != nil
		top.index++
	}
}

func (s *nameScan) text(quoted []byte) {
	if len(s.open) == 0 || !s.open[len(s.open)-1].awaitsName {
		return
	}
	top := &s.open[len(s.open)-1]
	top.awaitsName = false
	json.Unmarshal(quoted, &top.name) // valid: the text was parsed
	const most = 10                   // an answer names
	if top.names[top.name] && len(s.twice) < most {
		if path := s.path(); !s.twice.Has(path) {
			s.twice.Add(path, Twice, nil, "")
		}
	}
	top.names[top.name] = true
}

// path names the present value as a problem does: products[2].quantity.
func (s *nameScan) path() string {
	var path strings.Builder
	for _, one := range s.open {
		switch {
		case one.names == nil:
			path.WriteString("[" + strconv.Itoa(one.index) + "]")
		case path.Len() > 0:
			path.WriteString("." + one.name)
		default:
			path.WriteString(one.name)
		}
	}
	return shortened(path.String())
}

// endOfText returns where the JSON text that begins at a quote ends.
func endOfText(text []byte, from int) int {
	for i := from + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
