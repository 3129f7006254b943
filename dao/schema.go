package dao

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"pulperia/dao/models"
)

// Kind names a kind of values, in the feed and in errors.
type Kind string

// Schema describes a kind of values. Whatever keeps values, tells of them, checks, exports or moves
// them loops over the [Kinds] there are and asks their schemas, so that one more kind is one more
// description and no line in an engine.
type Schema struct {
	Kind   Kind
	Plural string // what its file, its collection and the topic of all its changes are named by

	// History says that values are only ever appended, in the order of the feed, and never change.
	// Engines keep them one a line, and not in memory.
	History bool

	// Shared says that other programs write values of the kind, too: engines that can be shared
	// take in what those insert, notice what they change and read with tolerance what they wrote.
	Shared bool

	// Always says that every store has the kind, also without a value of it. Of the others only what
	// there is is kept, named and told of, so that a program that knows one less opens a store without
	// any.
	Always bool

	Unique []Unique                 // values that only one of the kind may have
	Sorts  []Sort                   // what it can be listed by, beside its age
	Refs   func(models.Value) []Ref // what stands in a value about others; nil for nothing

	// Bytes are the hashes of what a value stands for outside the feed: see [Images].
	Bytes func(models.Value) []models.Hash

	// Owner says whose those of a value are; nil of kinds without such.
	Owner func(v models.Value, hash models.Hash) Owner

	// Mend gives a value that another program wrote what none of its kind can be without; may be nil.
	Mend func(models.Value)

	// Example returns a valid value without an id. Those of different numbers are different, in all
	// that must be unique, too.
	Example func(n int) models.Value

	// Topic names who may hear of a change: whoever may follow that topic. Without it the kind is
	// public, and its topic is its plural.
	Topic func(Change) string

	// Guarded says that its values are shown, and its changes told, to nobody but whom the shop gives
	// the right, and never as they are stored: they hold secrets. Its topic is its plural.
	Guarded bool

	// Stays says that values never leave their store: no export, no migration and no backup in another
	// form takes them along.
	Stays bool

	has    func(models.Value) bool
	fresh  func() models.Value
	clone  func(models.Value) models.Value
	same   func(a, b models.Value) bool
	judge  func(after, before models.Value) error
	settle func(after, before models.Value)
	zero   models.Value
	decode func([]byte) (models.Value, error)
}

// Unique is a text that only one value of a kind may have; "" may be had by all. A value may have
// more of them, as a product has the codes of its variants: all are texts of one name space.
type Unique struct {
	Field string // as the JSON form spells it
	Of    func(models.Value) string
	More  func(models.Value) []string // may be missing, and mostly returns nil
	Inner string                      // the field of each of More in a document, such as "variants.code"
}

// All yields the texts that a value has.
func (u Unique) All(v models.Value) iter.Seq[string] {
	return func(yield func(string) bool) {
		if text := u.Of(v); text != "" && !yield(text) || u.More == nil {
			return
		}
		for _, text := range u.More(v) {
			if text != "" && !yield(text) {
				return
			}
		}
	}
}

// Has says whether a value has a text.
func (u Unique) Has(v models.Value, text string) bool {
	return u.Of(v) == text || u.More != nil && slices.Contains(u.More(v), text)
}

// AndMore has a Unique stand for further texts of a value, which documents have in a field further
// in.
func AndMore[T any](u Unique, inner string, more func(*T) []string) Unique {
	u.Inner, u.More = inner, func(v models.Value) []string { return more(any(v).(*T)) }
	return u
}

// UniqueBy makes a Unique of a function on the kind's own type.
func UniqueBy[T any](field string, of func(*T) string) Unique {
	return Unique{Field: field, Of: func(v models.Value) string { return of(any(v).(*T)) }}
}

// Sort is what a kind can be listed by: a text or a whole number. Equal ones stand by their age,
// then by their ids.
type Sort struct {
	Field string
	Of    func(models.Value) models.SortKey
}

// SortBy makes a Sort of a function on the kind's own type.
func SortBy[T any](field string, of func(*T) models.SortKey) Sort {
	return Sort{field, func(v models.Value) models.SortKey { return of(any(v).(*T)) }}
}

// Ref names another value; a zero id names none. References are not followed: that value may be
// gone.
type Ref struct {
	Kind Kind
	ID   *models.ID // in the value itself, for an import that gives what is named another id
}

// RefsOf makes the Refs of a schema of a function on the kind's own type. Those to nothing are not
// among them.
func RefsOf[T any](of func(*T) []Ref) func(models.Value) []Ref {
	return func(v models.Value) []Ref {
		return slices.DeleteFunc(of(any(v).(*T)), func(ref Ref) bool { return ref.ID.IsZero() })
	}
}

// ExampleBy makes the Example of a schema of a function that returns the kind's own type.
func ExampleBy[T any, P models.Of[T]](of func(n int) T) func(int) models.Value {
	return func(n int) models.Value { v := of(n); return P(&v) }
}

// TopicByID is the Topic of what is private: whoever has the id may hear of the value.
func TopicByID(c Change) string { return string(c.Kind) + ":" + c.ID.String() }

// KindOf is a schema with the type of its values.
type KindOf[T any] struct {
	*Schema
	value   func(*T) models.Value
	cloneOf func(*T) T
}

// schemas are those of all kinds, in the order of a dump: histories come last.
var schemas []*Schema

// Kinds returns the schemas of all kinds there are, in the order of a dump.
func Kinds() []*Schema { return schemas }

// PortableKinds returns those whose values may leave their store, in the order of a dump.
func PortableKinds() (kinds []*Schema) {
	for _, s := range schemas {
		if !s.Stays {
			kinds = append(kinds, s)
		}
	}
	return kinds
}

// SchemaOf returns the schema of a kind, or nil when there is no such kind.
func SchemaOf(kind Kind) *Schema {
	for _, s := range schemas {
		if s.Kind == kind {
			return s
		}
	}
	return nil
}

// reserved are the names that engines have for themselves where they keep unique texts.
var reserved = []string{"born", "feed", "gone", "id", "load", "place", "rev", "sum"}

// wantKept panics where no engine could keep the values of a schema: programs describe their kinds
// when they start.
func (s *Schema) wantKept() {
	if i := slices.IndexFunc(schemas, func(o *Schema) bool { return o.History }); s.History && i >= 0 {
		panic(fmt.Sprintf("dao: %s cannot be a history: a store has one, %s", s.Plural, schemas[i].Plural))
	}
	for _, unique := range s.Unique {
		if slices.Contains(reserved, unique.Field) {
			panic(fmt.Sprintf("dao: the unique text %q of %s needs another name: engines have that one for themselves", unique.Field, s.Plural))
		}
	}
	if s.Kind == KindProduct && len(s.Unique) != 1 {
		panic("dao: products have one unique text, their code, by which engines index them")
	}
}

// Describe makes T a kind. Programs describe their kinds before they open a store. It panics where
// no engine could keep them.
func Describe[T any, P models.Of[T]](s Schema) KindOf[T] {
	s.wantKept()
	s.has = func(v models.Value) bool { _, is := v.(P); return is }
	s.fresh = func() models.Value { return P(new(T)) }
	s.zero = P(new(T))
	s.clone = func(v models.Value) models.Value { c := v.(P).Clone(); return P(&c) }
	s.same = func(a, b models.Value) bool { return a.(P).Same(*b.(P)) }
	s.judge = func(after, before models.Value) error {
		if change, ok := after.(interface{ CheckChange(T) error }); ok {
			return change.CheckChange(*before.(P))
		}
		return after.Check()
	}
	s.settle = func(after, before models.Value) {
		if figures, has := after.(interface{ Settle(T) }); has {
			figures.Settle(*before.(P))
		}
	}
	s.decode = func(text []byte) (models.Value, error) {
		v := P(new(T))
		err := json.Unmarshal(text, v)
		return v, err
	}
	end := slices.IndexFunc(schemas, func(o *Schema) bool { return o.History && !s.History })
	if end < 0 {
		end = len(schemas)
	}
	schemas = slices.Insert(slices.Clone(schemas), end, &s)
	return KindOf[T]{&s, func(t *T) models.Value { return P(t) }, func(t *T) T { return P(t).Clone() }}
}

// quickly has a kind decoded, and made afresh, by functions of its own.
func (k KindOf[T]) quickly(decode func([]byte) (T, error), fresh func() T) KindOf[T] {
	if decode != nil {
		k.decode = func(text []byte) (models.Value, error) {
			v := new(T)
			var err error
			*v, err = decode(text)
			return k.value(v), err
		}
	}
	if fresh != nil {
		k.fresh = func() models.Value { v := fresh(); return k.value(&v) }
	}
	return k
}

// New returns what a value is before anything of it is known, by a pointer: what whoever writes one
// by hand leaves out.
func (s *Schema) New() models.Value { return s.fresh() }

// Clone returns a copy that shares nothing.
func (s *Schema) Clone(v models.Value) models.Value { return s.clone(v) }

// Same says whether both hold the same content: all but the revision and the times.
func (s *Schema) Same(a, b models.Value) bool { return s.same(a, b) }

// Decode reads the JSON form of a value, as an older program may have kept it.
func (s *Schema) Decode(text []byte) (models.Value, error) { return s.decode(text) }

// File names the file that the values lie in, and that they are exported to.
func (s *Schema) File() string {
	if s.History {
		return s.Plural + ".jsonl"
	}
	return s.Plural + ".json"
}

// String returns what many values are called.
func (s *Schema) String() string { return s.Plural }

// Judge checks a value, which is normal, for what is new about it; before is what it was, or nil.
func (s *Schema) Judge(after, before models.Value) error {
	if before == nil {
		return after.Check()
	}
	return s.judge(after, before)
}

// Settle brings together what a value says twice, after a change; before is what it was, or nil.
func (s *Schema) Settle(after, before models.Value) {
	if before == nil {
		before = s.zero
	}
	s.settle(after, before)
}

// Complete gives a value that somebody wrote by hand what its kind can tell of what was left out: said
// tells whether a field was there, made returns new ids.
func (s *Schema) Complete(v models.Value, said func(field string) bool, made func(n int) models.ID) {
	if partial, is := v.(interface {
		Complete(func(string) bool, func(int) models.ID)
	}); is {
		partial.Complete(said, made)
	}
}

// Altered returns what alter makes of a value: normal and checked, with the id, the revision and
// the times that it had, or nil when that is the same. alter gets a copy that is its own.
func (s *Schema) Altered(before models.Value, alter func(models.Value) error) (models.Value, error) {
	given := s.Clone(before)
	if err := alter(given); err != nil {
		return nil, err
	}
	after := s.Clone(given) // alter may have kept its argument
	after.SetHead(before.GetHead())
	if changed, err := s.prepare(after, before); !changed || err != nil {
		return nil, err
	}
	return after, nil
}

// prepare makes a value normal and checks it for what is new about it; before is what it was, or nil.
func (s *Schema) prepare(after, before models.Value) (changed bool, err error) {
	after.Normalize()
	s.Settle(after, before)
	if err := s.Judge(after, before); err != nil {
		return false, err
	}
	return before == nil || !s.Same(after, before), nil
}

// Stat is the figure of how many values an engine says there are.
func (s *Schema) Stat(where string, n int) Stat {
	help := strings.ToUpper(s.Plural[:1]) + s.Plural[1:] + " " + where + "."
	return Stat{Name: s.Plural, Help: help, Value: float64(n)}
}

// Call names a value for people: by its first unique text, or by its id.
func (s *Schema) Call(v models.Value) string {
	if len(s.Unique) > 0 {
		return fmt.Sprintf("%s %q", s.Kind, s.Unique[0].Of(v))
	}
	return fmt.Sprintf("%s %s", s.Kind, v.GetHead().ID)
}

// Absent is the error about a value that is not there.
func (s *Schema) Absent(id models.ID) error { return absent{s.Kind, id} }

// absent is the ErrNotFound that says what is not there. It is made more often than it is read.
type absent struct {
	kind Kind
	id   models.ID
}

// Error names it.
func (a absent) Error() string { return fmt.Sprintf("%s %s: %v", a.kind, a.id, ErrNotFound) }

// Unwrap returns ErrNotFound.
func (absent) Unwrap() error { return ErrNotFound }

// Sort returns the sort of a field.
func (s *Schema) Sort(field string) (Sort, bool) {
	i := slices.IndexFunc(s.Sorts, func(sort Sort) bool { return sort.Field == field })
	if i < 0 {
		return Sort{}, false
	}
	return s.Sorts[i], true
}

// Check returns models.Invalid when a query cannot be served, or nil.
func (s *Schema) Check(q models.Query) error {
	fields := make([]string, len(s.Sorts))
	for i, sort := range s.Sorts {
		fields[i] = sort.Field
	}
	return q.Check(fields)
}

// Select is the listing of [Values] as a pure function: the oracle to which the engines are
// compared.
func (s *Schema) Select(values []models.Value, q models.Query) (page []models.Value, total int) {
	values = slices.Clone(values)
	sort, sorted := s.Sort(q.Sort)
	slices.SortFunc(values, func(a, b models.Value) int {
		if q.Backwards {
			a, b = b, a
		}
		x, y, by := a.GetHead(), b.GetHead(), 0
		if sorted {
			by = sort.Of(a).Compare(sort.Of(b))
		}
		return cmp.Or(by, cmp.Compare(x.CreatedAt, y.CreatedAt), x.ID.Compare(y.ID))
	})
	from, to := q.Window(len(values))
	return values[from:to], len(values)
}

// TopicOf names who may hear of a change; "" for a kind that there is not.
func TopicOf(c Change) string {
	switch s := SchemaOf(c.Kind); {
	case s == nil:
		return ""
	case s.Topic == nil:
		return s.Plural
	default:
		return s.Topic(c)
	}
}

// IsTopic says whether a text names what anybody can follow who knows it: all changes of a public
// kind, or those of one private value. What is guarded is not among them: that takes a right.
func IsTopic(text string) bool {
	kind, id, private := strings.Cut(text, ":")
	for _, s := range schemas {
		if s.Topic == nil && !s.Guarded && !private && s.Plural == kind {
			return true
		}
		if of, err := models.ParseID(id); s.Topic != nil && private && string(s.Kind) == kind && err == nil && of.String() == id {
			return true
		}
	}
	return false
}
