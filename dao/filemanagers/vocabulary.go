package filemanagers

import (
	"math/bits"
	"runtime"
	"slices"
	"strings"
	"sync"

	"pulperia/dao/models"
)

// vocabulary says which products have a word that begins in a given way.
type vocabulary struct {
	postings postings
	words    *sorted[string]
}

// postings has for each word the products that have it, by slot. The lists are behind pointers because assigning to a key that
// a map has replaces the key too, and these are cut from the text of a whole product.
type postings map[string]*[]slot

// newVocabulary reads the products on all cores: when a store is opened, this is what takes longest.
func newVocabulary(products []*models.Product) *vocabulary {
	size := max(1, (len(products)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	var parts []postings
	var wait sync.WaitGroup
	for from := 0; from < len(products); from += size {
		part := postings{}
		parts = append(parts, part)
		wait.Go(func() { part.note(slot(from), products[from:min(from+size, len(products))]) })
	}
	wait.Wait()
	v := &vocabulary{postings: postings{}}
	var words []string
	for i, part := range parts {
		for word := range part {
			if v.postings[word] == nil {
				v.postings[word] = gather(parts[i:], word)
				words = append(words, word)
			}
		}
	}
	v.words = newSorted(strings.Compare, words)
	return v
}

// note notes the words of products, of which the first has the given slot.
func (p postings) note(s slot, products []*models.Product) {
	for _, product := range products {
		for _, word := range product.Words() {
			slots := p[word]
			if slots == nil {
				slots = new([]slot)
				p[strings.Clone(word)] = slots
			}
			if n := len(*slots); n == 0 || (*slots)[n-1] != s {
				*slots = append(*slots, s)
			}
		}
		s++
	}
}

// gather returns what all parts have of a word, in a list without room to spare.
func gather(parts []postings, word string) *[]slot {
	lists := make([][]slot, 0, len(parts))
	for _, part := range parts {
		if slots := part[word]; slots != nil {
			lists = append(lists, *slots)
		}
	}
	all := slices.Concat(lists...)
	return &all
}

func (v *vocabulary) insert(s slot, p *models.Product) { v.insertWords(s, distinctWords(p)) }

func (v *vocabulary) remove(s slot, p *models.Product) { v.removeWords(s, distinctWords(p)) }

// replace has the words of a product anew. Those that it keeps are left alone: the list of a frequent word is about as long as
// the catalogue, and to take something out of it moves half of it.
func (v *vocabulary) replace(s slot, old, p *models.Product) {
	before, after := distinctWords(old), distinctWords(p)
	v.removeWords(s, without(before, after))
	v.insertWords(s, without(after, before))
}

// without returns the words that others, which are in order, do not have.
func without(words, others []string) (rest []string) {
	for _, word := range words {
		if _, kept := slices.BinarySearch(others, word); !kept {
			rest = append(rest, word)
		}
	}
	return rest
}

func (v *vocabulary) insertWords(s slot, words []string) {
	for _, word := range words {
		slots := v.postings[word]
		if slots == nil {
			slots, word = new([]slot), strings.Clone(word)
			v.postings[word] = slots
			v.words.insert(word)
		}
		i, _ := slices.BinarySearch(*slots, s)
		*slots = slices.Insert(*slots, i, s)
	}
}

func (v *vocabulary) removeWords(s slot, words []string) {
	for _, word := range words {
		slots := v.postings[word]
		if len(*slots) == 1 {
			delete(v.postings, word)
			v.words.remove(word)
			continue
		}
		i, _ := slices.BinarySearch(*slots, s)
		*slots = slices.Delete(*slots, i, i+1)
	}
}

func distinctWords(p *models.Product) []string {
	words := p.Words()
	slices.Sort(words)
	return slices.Compact(words)
}

// find returns the products of which each of the given words begins some word.
func (v *vocabulary) find(begins []string, slots int) bitset {
	var found bitset
	for i, begin := range begins {
		having := newBitset(slots)
		from := v.words.rank(func(word string) bool { return word >= begin })
		to := v.words.rank(func(word string) bool { return word >= begin && !strings.HasPrefix(word, begin) })
		for word := range v.words.between(from, to) {
			for _, s := range *v.postings[word] {
				having.add(s)
			}
		}
		if i == 0 {
			found = having
		} else {
			found.and(having)
		}
	}
	return found
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
