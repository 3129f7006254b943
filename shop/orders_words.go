package shop

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao/models"
)

// orderWords is the words of all orders, one after the other in the order of the rows, a space before
// each. A search is one pass over them: so it costs a few milliseconds for a hundred thousand orders,
// whatever is searched for, and no memory beside the words.
type orderWords struct {
	text   []byte
	strewn bool // they stand in another order, or words of no row are among them
}

// textSpan is a part of a text.
type textSpan struct{ from, to uint32 }

// wordsOf are the words that an order is found by: all of them begin with a space.
func wordsOf(o *models.Order) string {
	texts := []string{o.Buyer.Name, o.Buyer.Email, o.Buyer.Phone, o.Buyer.PhoneDigits()}
	for _, line := range o.Lines {
		texts = append(texts, line.Code)
	}
	return " " + strings.Join(models.Words(strings.Join(texts, "\n")), " ")
}

func (w *orderWords) of(span textSpan) []byte { return w.text[span.from:span.to] }

// add takes in the words of an order. last says that it stands behind all others.
func (w *orderWords) add(words string, last bool) textSpan {
	from := len(w.text)
	w.text = append(w.text, words...)
	w.strewn = w.strewn || !last
	return textSpan{uint32(from), uint32(len(w.text))}
}

// replace has an order's words anew, which mostly are what they were.
func (w *orderWords) replace(was textSpan, words string) textSpan {
	if string(w.of(was)) == words {
		return was
	}
	return w.add(words, false)
}

// gather puts the words in the order of the rows again.
func (w *orderWords) gather(rows []orderRow) {
	if !w.strewn {
		return
	}
	text := make([]byte, 0, len(w.text))
	for i := range rows {
		from := len(text)
		text = append(text, w.of(rows[i].words)...)
		rows[i].words = textSpan{uint32(from), uint32(len(text))}
	}
	w.text, w.strewn = text, false
}

// sought is a word that orders are searched for: a number as a whole, and what begins a word of
// anything else.
type sought struct {
	number int64 // -1 for none
	text   []byte
}

func soughtOf(text string) (words []sought) {
	for _, word := range models.Words(text) {
		number, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			number = -1
		}
		words = append(words, sought{number, []byte(" " + word)})
	}
	return words
}

// having returns which rows have all of some words, at least one, in their order.
func (x *orderIndex) having(words []sought) (places []int) {
	x.words.gather(x.rows)
	longest := slices.MaxFunc(words, func(a, b sought) int { return len(a.text) - len(b.text) })
	add := func(at int) {
		if !slices.ContainsFunc(words, func(word sought) bool { return !x.has(at, word) }) {
			places = append(places, at)
		}
	}
	numbered, is := x.find(longest.number)
	if !is {
		numbered = len(x.rows)
	}
	text, at := x.words.text, 0
	for from := 0; from < len(text); from = int(x.rows[at-1].words.to) {
		next := bytes.Index(text[from:], longest.text)
		if next < 0 {
			break
		}
		for int(x.rows[at].words.to) <= from+next {
			at++
		}
		if numbered < at {
			add(numbered)
		}
		if numbered <= at {
			numbered = len(x.rows)
		}
		add(at)
		at++
	}
	if numbered < len(x.rows) {
		add(numbered)
	}
	return places
}

// has says whether an order has a word.
func (x *orderIndex) has(at int, word sought) bool {
	row := &x.rows[at]
	return word.number == row.number || bytes.Contains(x.words.of(row.words), word.text)
}
