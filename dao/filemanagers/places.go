package filemanagers

import (
	"encoding/binary"
	"hash/maphash"

	"pulperia/dao/models"
)

// places finds ids in a list that only grows. It keeps no ids, because the list does, and it is
// made of tables, each for a stretch of the list: whoever adds needs only the newest, which is
// small enough to stay in the processor's cache. Every message that is stored goes through here,
// and a map takes three times as long and twice the memory.
type places struct {
	seed   maphash.Seed
	most   int // ids in a table
	tables []*hashTable
}

// hashTable is a hash table with open addressing: an id is in the slot that its hash names or in
// one of the next, before any free one.
type hashTable struct {
	slots          []place // a power of two, at most three quarters of them taken
	taken          int
	oldest, newest uint32 // the times in its ids, in seconds
}

// place is where one id stands. The zero value is a free slot.
type place struct {
	hash  uint32
	after int32 // the index in the list, and one more
}

func newPlaces() *places { return &places{seed: maphash.MakeSeed(), most: 3 << 14} } // half a megabyte a table

// find returns the last index of an id in the list.
func (p *places) find(list []models.ID, id models.ID) (i int, found bool) {
	hash, made := p.hash(id), madeAt(id)
	for n := len(p.tables) - 1; n >= 0; n-- {
		t := p.tables[n]
		if t.oldest <= made && made <= t.newest {
			if s := t.slot(list, id, hash); s.after > 0 {
				return int(s.after) - 1, true
			}
		}
	}
	return 0, false
}

// put notes where the last id of the list stands.
func (p *places) put(list []models.ID) {
	id := list[len(list)-1]
	made := madeAt(id)
	if n := len(p.tables); n == 0 || p.tables[n-1].taken == p.most {
		p.tables = append(p.tables, &hashTable{oldest: made, newest: made})
	}
	t := p.tables[len(p.tables)-1]
	t.oldest, t.newest = min(t.oldest, made), max(t.newest, made)
	if 4*t.taken >= 3*len(t.slots) {
		t.grow()
	}
	hash := p.hash(id)
	s := t.slot(list, id, hash)
	if s.after == 0 {
		t.taken++
	}
	*s = place{hash, int32(len(list))}
}

func (p *places) hash(id models.ID) uint32 { return uint32(maphash.Bytes(p.seed, id[:])) }

// madeAt returns the time in an id: models.NewID puts it there.
func madeAt(id models.ID) uint32 { return binary.BigEndian.Uint32(id[:4]) }

// slot returns the slot of an id, or the free one where it belongs.
func (t *hashTable) slot(list []models.ID, id models.ID, hash uint32) *place {
	for i := int(hash); ; i++ {
		s := &t.slots[i&(len(t.slots)-1)]
		if s.after == 0 || s.hash == hash && list[s.after-1] == id {
			return s
		}
	}
}

func (t *hashTable) grow() {
	old := t.slots
	t.slots = make([]place, max(8, 2*len(old)))
	for _, s := range old {
		i := int(s.hash)
		for t.slots[i&(len(t.slots)-1)].after > 0 {
			i++
		}
		t.slots[i&(len(t.slots)-1)] = s
	}
}
