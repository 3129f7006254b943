package filemanagers

import (
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
	slots    int // one more than the largest
}

// postings has for each word the products that have it. They are behind pointers because assigning to a key that
// a map has replaces the key too, and these are cut from the text of a whole product.
type postings map[string]*holders

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
	v := &vocabulary{postings: postings{}, slots: len(products)}
	var words []string
	for i, part := range parts {
		for word := range part {
			if v.postings[word] == nil {
				v.postings[word] = gather(parts[i:], word, len(products))
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
			h := p[word]
			if h == nil {
				h = new(holders)
				p[strings.Clone(word)] = h
			}
			if n := len(h.few); n == 0 || h.few[n-1] != s {
				h.few = append(h.few, s)
			}
		}
		s++
	}
}

// gather returns what all parts have of a word, in a list without room to spare.
func gather(parts []postings, word string, slots int) *holders {
	lists := make([][]slot, 0, len(parts))
	for _, part := range parts {
		if h := part[word]; h != nil {
			lists = append(lists, h.few)
		}
	}
	h := &holders{few: slices.Concat(lists...)}
	h.settle(slots)
	return h
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
	v.slots = max(v.slots, int(s)+1)
	for _, word := range words {
		h := v.postings[word]
		if h == nil {
			h, word = new(holders), strings.Clone(word)
			v.postings[word] = h
			v.words.insert(word)
		}
		h.insert(s, v.slots)
	}
}

func (v *vocabulary) removeWords(s slot, words []string) {
	for _, word := range words {
		h := v.postings[word]
		if h.remove(s); h.count == 0 && len(h.few) == 0 {
			delete(v.postings, word)
			v.words.remove(word)
		}
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
			v.postings[word].addTo(having)
		}
		if i == 0 {
			found = having
		} else {
			found.and(having)
		}
	}
	return found
}
