package filemanagers

import (
	"math/bits"
	"slices"
)

// holders are the products that have one word: a list of slots in order, or where they are many a
// set of bits. That takes less memory, and what is put in or taken out moves nothing: of a list of
// a million it would move half.
type holders struct {
	few   []slot
	many  bitset // instead of few, when not nil
	count int    // of many
}

// settle makes a set of a list that has become long among so many slots.
func (h *holders) settle(slots int) {
	const least, share = 16, 32 // at one of 32 both take the same memory
	if len(h.few) < least || len(h.few) < slots/share {
		return
	}
	h.many, h.count = newBitset(slots), len(h.few)
	for _, s := range h.few {
		h.many.add(s)
	}
	h.few = nil
}

// join adds slots that are behind all that are there.
func (h *holders) join(more []slot, slots int) {
	if h.many == nil {
		h.few = append(h.few, more...)
		h.settle(slots)
		return
	}
	for _, s := range more {
		h.many.add(s)
	}
	h.count += len(more)
}

// insert adds a slot that is not there.
func (h *holders) insert(s slot, slots int) {
	if h.many == nil {
		i, _ := slices.BinarySearch(h.few, s)
		h.few = slices.Insert(h.few, i, s)
		h.settle(slots)
		return
	}
	if more := int(s/64) + 1 - len(h.many); more > 0 {
		h.many = append(h.many, make(bitset, more)...)
	}
	h.many.add(s)
	h.count++
}

// remove takes out a slot that is there.
func (h *holders) remove(s slot) {
	if h.many == nil {
		i, _ := slices.BinarySearch(h.few, s)
		h.few = slices.Delete(h.few, i, i+1)
		return
	}
	h.many[s/64] &^= 1 << (s % 64)
	h.count--
}

// addTo adds them to a set that has room for all.
func (h *holders) addTo(set bitset) {
	for i, word := range h.many {
		set[i] |= word
	}
	for _, s := range h.few {
		set.add(s)
	}
}

// bitset is a set of slots.
type bitset []uint64

func newBitset(slots int) bitset { return make(bitset, (slots+63)/64) }

func (b bitset) add(s slot) { b[s/64] |= 1 << (s % 64) }

func (b bitset) has(s slot) bool { return b[s/64]&(1<<(s%64)) != 0 }

func (b bitset) and(o bitset) {
	for i := range b {
		b[i] &= o[i]
	}
}

// count returns how many slots there are in the set.
func (b bitset) count() (n int) {
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return n
}
