package app

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// model is what a store may hold when its writers have been told what they have been told. Each key
// has one writer at a time.
type model struct {
	mu           sync.Mutex
	values       map[string]*register
	acknowledged int // writes
	tried        int // writes, acknowledged or not
	lost         int // keys that did not hold what they had to
}

// register is one value. The empty text stands for "not there".
type register struct {
	known string
	maybe []string // written since, with an unknown outcome
}

func newModel() *model { return &model{values: map[string]*register{}} }

func (m *model) at(key string) *register {
	r := m.values[key]
	if r == nil {
		r = &register{}
		m.values[key] = r
	}
	return r
}

// tries notes that a write is about to leave: from now on the value may be the one or the other.
func (m *model) tries(key, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.at(key)
	r.maybe = append(r.maybe, value)
	m.tried++
}

// is notes that the write was acknowledged.
func (m *model) is(key, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.at(key)
	r.known, r.maybe = value, nil
	m.acknowledged++
}

// may says whether a value is possible now.
func (m *model) may(key, value string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at(key).may(value)
}

func (r *register) may(value string) bool { return r.known == value || slices.Contains(r.maybe, value) }

// await waits until so many more writes are acknowledged, or for so long that something else will
// tell what is wrong.
func (m *model) await(more int) {
	m.mu.Lock()
	want := m.acknowledged + more
	m.mu.Unlock()
	for end, enough := time.Now().Add(patience), false; !enough && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		m.mu.Lock()
		enough = m.acknowledged >= want
		m.mu.Unlock()
	}
}

// wants fails unless what was found is possible, and all of it was written by somebody.
func (m *model) wants(t *testing.T, found map[string]string) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, r := range m.values {
		if value := found[key]; !r.may(value) {
			m.lost++
			t.Errorf("%s is %q; acknowledged was %q, and unknown are %q", key, value, r.known, r.maybe)
		}
	}
	for key, value := range found {
		if m.values[key] == nil {
			t.Errorf("%s is %q, and nobody wrote it", key, value)
		}
	}
}
