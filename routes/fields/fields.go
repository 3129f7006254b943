// Package fields says of each kind, once, which fields somebody may give of it or is shown.
//
// # The model
//
// A [Kind] is a list of fields, each with its name, where it stands in a value, its limits and what
// is to be said of it. The type of a field is that of what it stands in. The list is data: the API
// decodes bodies by it, the document describes what is sent and what is answered by it, and pages
// read and fill forms by it, each with one loop over the types that there are. What a rule of a kind
// is, models says: limits stand here to be described, and are checked there.
package fields

import (
	"iter"
	"reflect"
)

// Kind is what the doors know of the values of one kind.
type Kind[T any] struct {
	Name   string     // of its schemas
	Shared bool       // other programs write such values, too: what is shown of them may be past the limits
	Fields []Field[T] // in the order in which they are shown, and what is wrong with them is told
}

// Field is one field of a T.
type Field[T any] struct {
	Name string
	At   func(*T) any // where it stands: *string, *bool, *int64, *[]string, *models.Money, ID, Role or Time
	In   Use          // where there is such a field; everywhere when 0

	Required bool  // where a value is made
	Least    int64 // characters of a text, the value of a number
	Most     int64 // the same, and entries of a list; 0 for any
	Longest  int64 // characters of an entry
	OneOf    []string
	Default  any // what is meant when it is absent
	Secret   bool
	Null     bool // null is none
	Absent   bool // from most answers

	Other   string // another spelling, in which one text stands for a list of one
	Doc     string
	Hint    string // what else is to be known by who gives it
	Example any
}

// Use is where a field is: what makes a value, what changes one, what shows one.
type Use uint

// The uses; of several, their sum.
const (
	Create Use = 1 << iota
	Update
	Answer
)

// Is says whether there is such a field in a use.
func (f Field[T]) Is(in Use) bool { return f.In == 0 || f.In&in != 0 }

// Of goes through the fields that there are in a use.
func (k Kind[T]) Of(in Use) iter.Seq[Field[T]] {
	return func(yield func(Field[T]) bool) {
		for _, f := range k.Fields {
			if f.Is(in) && !yield(f) {
				return
			}
		}
	}
}

// Names returns the names of the fields that there are in a use.
func (k Kind[T]) Names(in Use) (names []string) {
	for f := range k.Of(in) {
		names = append(names, f.Name)
	}
	return names
}

// Copy gives a value the fields of another one that can be changed.
func (k Kind[T]) Copy(to, from *T) {
	for f := range k.Of(Update) {
		reflect.ValueOf(f.At(to)).Elem().Set(reflect.ValueOf(f.At(from)).Elem())
	}
}
