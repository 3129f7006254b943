package dbmanagers

import (
	"slices"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

const (
	// memory is how long the feed remembers at least, whatever is pruned, and a process what it has
	// seen. No write arrives later than a quarter of it.
	memory = 10 * time.Minute

	// kept is how many changes stay in memory at least.
	kept = 2_000
)

// valueKey names a value.
type valueKey struct {
	kind dao.Kind
	id   models.ID
}

// ofText is a unique text of a kind.
type ofText struct {
	kind   dao.Kind
	unique int
	text   string
}

// tail is the end of the feed as this process knows it: every step that is younger than the memory
// or not known to be applied. All that a look brings is put in place in one go.
type tail struct {
	mu      sync.Mutex
	meta    storeMeta
	entries []*entry // without a gap; the last one is the head
	byValue map[valueKey][]*change
	byText  map[ofText][]models.ID // who got a unique text
	asked   map[valueKey]int64     // last revisions that the feed told, each until the value changes
	applied int64                  // up to which all is in the documents
	told    int64                  // the end of the last step that tells of something
	lookAt  time.Time              // when the last look was sent
	loads   int                    // how many times it was begun anew: names of steps were forgotten then
	moved   chan struct{}          // closed when there is more
	active  time.Time              // when something happened last
	others  int64                  // where the last entry ends that another process has committed
	unsure  []*change              // deletes of others, of values that this process may be making meanwhile

	memory time.Duration
	kept   int64
	forget func(*change) // called for a delete; for nil when all was begun anew
}

func newTail() *tail {
	return &tail{moved: make(chan struct{}), memory: memory, kept: kept, forget: func(*change) {}}
}

// head is the last entry. The caller holds the lock.
func (t *tail) head() *entry { return t.entries[len(t.entries)-1] }

// set begins anew with other entries.
func (t *tail) set(meta storeMeta, entries []*entry, asked time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.meta.Epoch != meta.Epoch {
		t.applied = 0
	}
	t.meta, t.entries, t.told, t.lookAt = meta, nil, max(meta.Base, entries[0].First-1), asked
	t.byValue, t.byText, t.asked = map[valueKey][]*change{}, map[ofText][]models.ID{}, map[valueKey]int64{}
	t.loads++
	t.forget(nil)
	// What is pruned was applied.
	t.applied = max(t.applied, meta.Base, meta.Applied, entries[0].First-1)
	for _, e := range entries {
		// What was deleted while this process did not look: the clock of who did it may differ from this
		// one's by a third of the memory.
		e.dug.Store(time.Since(e.At.Time()) > t.memory)
		t.adopt(e)
	}
	t.unsure = nil // mostly this process makes nothing yet; else dig sees to it
	t.wake()
}

// adopt takes in the next entry. The caller holds the lock.
func (t *tail) adopt(e *entry) {
	e.seen = time.Now()
	t.entries = append(t.entries, e)
	t.applied = max(t.applied, e.Applied)
	if !e.own {
		t.others = e.end()
	}
	if len(e.Changes) > 0 {
		t.told, t.active = e.end(), e.seen
	}
	for _, c := range e.Changes {
		c.in = e
		key := valueKey{c.Kind, c.id()}
		if c.Op == opDelete && !e.own && slices.ContainsFunc(t.byValue[key], func(c *change) bool { return c.Op == opCreate }) {
			t.unsure = append(t.unsure, c)
		}
		t.byValue[key] = append(t.byValue[key], c)
		delete(t.asked, key)
		if c.Op.removes() {
			t.forget(c)
		}
		eachText(c, func(text ofText) { t.byText[text] = append(t.byText[text], c.id()) })
	}
}

// eachText visits the unique texts that a change left a value with.
func eachText(c *change, visit func(ofText)) {
	s := dao.SchemaOf(c.Kind)
	if s == nil || len(s.Unique) == 0 || c.after() == nil {
		return
	}
	for i, unique := range s.Unique {
		for text := range unique.All(c.after()) {
			visit(ofText{c.Kind, i, text})
		}
	}
}

// mostAsked is how many of the last revisions that the feed was asked for are kept.
const mostAsked = 1_000

// revs returns the last revisions of some values of a kind that the feed was asked for, and the ids of
// those that it is to be asked for.
func (t *tail) revs(kind dao.Kind, ids []models.ID) (known map[models.ID]int64, ask []models.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known = map[models.ID]int64{}
	for _, id := range ids {
		if rev, is := t.asked[valueKey{kind, id}]; is {
			known[id] = rev
		} else {
			ask = append(ask, id)
		}
	}
	return known, ask
}

// keepRevs keeps what the feed has answered that was asked when the tail stood as it did then: but of
// what has changed since.
func (t *tail) keepRevs(then tailState, kind dao.Kind, ids []models.ID, revs map[models.ID]int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.loads != then.loads {
		return
	}
	if len(t.asked) >= mostAsked {
		clear(t.asked)
	}
	for _, id := range ids {
		key := valueKey{kind, id}
		if told := t.byValue[key]; len(told) == 0 || told[len(told)-1].offset <= then.end {
			t.asked[key] = revs[id]
		}
	}
}

// wake lets everyone look again who waits. The caller holds the lock.
func (t *tail) wake() {
	close(t.moved)
	t.moved = make(chan struct{})
}

// trim forgets what is applied, old, and more than is kept. The caller holds the lock.
func (t *tail) trim() {
	old := time.Now().Add(-t.memory)
	n, head := 0, t.head().end()
	for n < len(t.entries)-1 {
		if e := t.entries[n]; e.end() > t.applied || e.end() > head-t.kept || e.seen.After(old) {
			break
		}
		n++
	}
	if int64(n) < min(100, t.kept/4) {
		return
	}
	for _, e := range t.entries[:n] {
		for _, c := range e.Changes {
			key := valueKey{c.Kind, c.id()}
			if rest := t.byValue[key][1:]; len(rest) > 0 {
				t.byValue[key] = rest
			} else {
				delete(t.byValue, key)
			}
			eachText(c, func(text ofText) {
				if rest := t.byText[text][1:]; len(rest) > 0 {
					t.byText[text] = rest
				} else {
					delete(t.byText, text)
				}
			})
		}
	}
	t.entries = slices.Clone(t.entries[n:])
}

// takeUnsure returns the deletes that are to be repeated.
func (t *tail) takeUnsure() []*change {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.unsure
	t.unsure = nil
	return list
}

// brought notes that all up to an offset is in the documents.
func (t *tail) brought(upTo int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.applied = max(t.applied, min(upTo, t.head().end()))
	t.trim()
}

// state is how the tail stands.
type tailState struct {
	epoch               string
	head                *entry
	end, told, applied  int64
	base                int64
	loads               int
	lookAt, activeSince time.Time
}

func (t *tail) state() tailState {
	t.mu.Lock()
	defer t.mu.Unlock()
	return tailState{
		t.meta.Epoch, t.head(), t.head().end(), t.told, t.applied, t.meta.Base, t.loads, t.lookAt, t.active,
	}
}

// lastOfOthers is where the last entry ends that another process has committed.
func (t *tail) lastOfOthers() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.others
}

// position is that of what was told last.
func (t *tail) position() dao.Position {
	t.mu.Lock()
	defer t.mu.Unlock()
	return dao.Position{Epoch: t.meta.Epoch, Offset: t.told}
}

// from returns the entries from the one on that holds an offset.
func (t *tail) from(offset int64) []*entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, _ := slices.BinarySearchFunc(t.entries, offset, func(e *entry, at int64) int { return int(max(-1, min(1, e.end()-at))) })
	return slices.Clone(t.entries[i:])
}

// of returns what the tail tells of a value, oldest first.
func (t *tail) of(key valueKey) []*change {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byValue[key]
}

// last returns the offset of the last change of a value.
func (t *tail) last(key valueKey) int64 {
	if told := t.of(key); len(told) > 0 {
		return told[len(told)-1].offset
	}
	return 0
}

// holders returns who got a unique text in the tail, each perhaps several times.
func (t *tail) holders(text ofText) []models.ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.byText[text])
}
