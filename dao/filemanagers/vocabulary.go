package filemanagers

import (
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"pulperia/dao/models"
)

// vocabulary says which products have a word that begins in a given way.
type vocabulary struct {
	postings postings
	words    *sorted[string]
	slots    int // one more than the largest
}

// postings has for each word the products that have it. They are behind pointers because assigning
// to a key that a map has replaces the key too, and these are cut from the text of a whole product.
type postings map[string]*holders

// newVocabulary reads the products on all cores: when a store is opened, this is what takes
// longest. It reads them in parts whose words and lists stay in a processor's cache; with those of
// a million products each word would have to be waited for.
func newVocabulary(rows []row) *vocabulary {
	const partSize = 1 << 13
	parts := slices.Collect(slices.Chunk(rows, partSize))
	read := make([]chan postings, len(parts))
	for i := range read {
		read[i] = make(chan postings, 1)
	}
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for i := next.Add(1) - 1; i < int64(len(parts)); i = next.Add(1) - 1 {
				read[i] <- wordsOf(parts[i], slot(i*partSize))
			}
		}()
	}
	v := &vocabulary{postings: postings{}, slots: len(rows)}
	for _, part := range read {
		v.postings.join(<-part, len(rows))
	}
	words := make([]string, 0, len(v.postings))
	for word, h := range v.postings {
		if cap(h.few) > len(h.few)+2 {
			h.few = slices.Clone(h.few) // without room to spare
		}
		words = append(words, word)
	}
	v.words = newSorted(strings.Compare, words)
	return v
}

// wordsOf returns the words of products, of which the first has the given slot; a row may be free.
// They are cut from longer texts.
func wordsOf(rows []row, first slot) postings {
	p := postings{}
	for i, r := range rows {
		if r.shelved == nil {
			continue
		}
		s := first + slot(i)
		for _, word := range r.product().Words() {
			h := p[word]
			if h == nil {
				h = new(holders)
				p[word] = h
			}
			if n := len(h.few); n == 0 || h.few[n-1] != s {
				h.few = append(h.few, s)
			}
		}
	}
	return p
}

// join takes in the words of later products. All that stays is copied: what is thrown away would
// else lie strewn in between.
func (p postings) join(part postings, slots int) {
	for word, more := range part {
		h := p[word]
		if h == nil {
			h = new(holders)
			p[strings.Clone(word)] = h
		}
		h.join(more.few, slots)
	}
}

func (v *vocabulary) insert(s slot, p *models.Product) { v.insertWords(s, distinctWords(p)) }

func (v *vocabulary) remove(s slot, p *models.Product) { v.removeWords(s, distinctWords(p)) }

// replace has the words of a product anew. Those that it keeps are left alone: the list of a
// frequent word is about as long as the catalogue, and to take something out of it moves half of
// it.
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
