package harness

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Book is what the writers of a store were told, and so what it may hold. A write is done when it
// was acknowledged; while it is not, nobody knows: it may be there or not, or come to be there when
// somebody opens the store. Each key has one writer at a time, but for those to which all add.
type Book struct {
	mu           sync.Mutex
	values       map[string]*register
	sums         map[string]*sum
	acknowledged int
	tried        int
}

// register is one value. The empty text stands for "not there".
type register struct {
	known string
	maybe []string // written since, in this order, with an unknown outcome
}

// sum is a number to which writers add one.
type sum struct{ acknowledged, tried int }

// NewBook returns an empty one.
func NewBook() *Book { return &Book{values: map[string]*register{}, sums: map[string]*sum{}} }

func (b *Book) at(key string) *register {
	if b.values[key] == nil {
		b.values[key] = &register{}
	}
	return b.values[key]
}

// Tries notes that a write is about to leave: from now on the value may be the one or the other.
func (b *Book) Tries(key, value string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.at(key)
	r.maybe = append(r.maybe, value)
	b.tried++
}

// Did notes that the write was acknowledged.
func (b *Book) Did(key, value string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*b.at(key) = register{known: value}
	b.acknowledged++
}

// Sums notes that a value is the number of additions, of which there is none yet.
func (b *Book) Sums(key string) { b.add(key, 0, 0) }

// TriesToAdd notes that an addition is about to leave.
func (b *Book) TriesToAdd(key string) { b.add(key, 1, 0) }

// Added notes that the addition was acknowledged.
func (b *Book) Added(key string) { b.add(key, 0, 1) }

func (b *Book) add(key string, tried, acknowledged int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sums[key] == nil {
		b.sums[key] = &sum{}
	}
	b.sums[key].tried += tried
	b.sums[key].acknowledged += acknowledged
	b.tried += tried
	b.acknowledged += acknowledged
}

// Counts returns how many writes were acknowledged, and how many were tried.
func (b *Book) Counts() (acknowledged, tried int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.acknowledged, b.tried
}

// Known returns the values that were acknowledged last and are there, of the keys with a prefix.
func (b *Book) Known(prefix string) (values []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, r := range b.values {
		if strings.HasPrefix(key, prefix) && r.known != "" {
			values = append(values, r.known)
		}
	}
	return values
}

// Verify fails unless everything that was found is possible and was written by somebody: nothing
// acknowledged is lost, and nothing is half done. What somebody has seen must stay.
func (b *Book) Verify(found map[string]string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var errs []error
	for key := range b.values {
		errs = append(errs, b.check(key, found[key]))
	}
	for key := range b.sums {
		errs = append(errs, b.check(key, found[key]))
	}
	for key, value := range found {
		if b.values[key] == nil && b.sums[key] == nil {
			errs = append(errs, fmt.Errorf("%s is %q, and nobody wrote it", key, value))
		}
	}
	return errors.Join(errs...)
}

// Check is Verify for one key.
func (b *Book) Check(key, found string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.check(key, found)
}

func (b *Book) check(key, found string) error {
	if s := b.sums[key]; s != nil {
		if n, err := strconv.Atoi(found); err != nil || n < s.acknowledged || n > s.tried {
			return fmt.Errorf("%s holds %q: %d additions were acknowledged, and of %d more nobody knows", key, found, s.acknowledged, s.tried-s.acknowledged)
		}
		return nil
	}
	r := b.at(key)
	if r.known == found { // what may be done yet may be so later
		return nil
	}
	at := slices.Index(r.maybe, found)
	if at < 0 {
		return fmt.Errorf("%s is %q: acknowledged was %q, and nobody knows of %q", key, found, r.known, r.maybe)
	}
	*r = register{known: found, maybe: r.maybe[at+1:]}
	return nil
}
