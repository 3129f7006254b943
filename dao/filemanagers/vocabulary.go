package filemanagers

import (
	"slices"
	"strings"

	"pulperia/dao/models"
)

// vocabulary says which products have a word that begins in a given way.
type vocabulary struct {
	postings map[string][]slot // for each word the products that have it, by slot
	words    *sorted[string]
}

func newVocabulary(products []*models.Product) *vocabulary {
	v := &vocabulary{postings: map[string][]slot{}}
	for i, p := range products {
		s := slot(i)
		for _, word := range p.Words() {
			slots, known := v.postings[word]
			if !known {
				word = strings.Clone(word) // lest it keeps all the product's words
			}
			if len(slots) == 0 || slots[len(slots)-1] != s {
				v.postings[word] = append(slots, s)
			}
		}
	}
	words := make([]string, 0, len(v.postings))
	for word := range v.postings {
		words = append(words, word)
	}
	v.words = newSorted(strings.Compare, words)
	return v
}

func (v *vocabulary) insert(s slot, p *models.Product) {
	for _, word := range distinctWords(p) {
		slots, known := v.postings[word]
		if !known {
			word = strings.Clone(word)
			v.words.insert(word)
		}
		i, _ := slices.BinarySearch(slots, s)
		v.postings[word] = slices.Insert(slots, i, s)
	}
}

func (v *vocabulary) remove(s slot, p *models.Product) {
	for _, word := range distinctWords(p) {
		slots := v.postings[word]
		if len(slots) == 1 {
			delete(v.postings, word)
			v.words.remove(word)
			continue
		}
		i, _ := slices.BinarySearch(slots, s)
		v.postings[word] = slices.Delete(slots, i, i+1)
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
			for _, s := range v.postings[word] {
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
