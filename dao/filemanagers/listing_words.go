package filemanagers

import (
	"math/bits"

	"pulperia/dao/models"
)

// selectByWords is selectBy for a search in the whole catalogue or in a category. Going through all
// products to see which of them have the words is what grows with the catalogue, so it is done only
// where many have them: what few have is sorted, and where nothing but words is asked for, their
// number is known, so that going through the list may end with the page.
func (c *catalogue) selectByWords(q models.ProductQuery, words []string, list *sorted[priced]) selection {
	found := c.words.find(words, len(c.rows))
	n := found.count()
	onlyWords := q.Category == "" && q.Status == nil && !q.Available && q.MaxStock == nil && q.Stock == nil && q.MinPrice == nil && q.MaxPrice == nil
	_, last := q.Window(n)
	visited := list.size // when going through the list
	if onlyWords && n > 0 {
		visited = last * (list.size / n)
	}
	rest := q
	rest.Text = ""
	test := c.test(rest, nil, false)
	switch {
	case 4*n*bits.Len(uint(n)) < visited:
		entries := c.entriesOf(found, n, q.Category, test)
		return selection{list: newSorted(c.comparer(q.Sort), entries), to: len(entries), total: len(entries)}
	case onlyWords:
		return selection{list: list, to: list.size, total: n, chosen: func(e priced) bool { return found.has(e.slot) }}
	}
	return c.selectOf(q, found, list)
}

// entriesOf returns those of n products that are in a category, if one is given, and pass a test,
// if there is one.
func (c *catalogue) entriesOf(found bitset, n int, category string, test func(priced) bool) []priced {
	entries := make([]priced, 0, n)
	for i, word := range found {
		for ; word != 0; word &= word - 1 {
			s := slot(i*64 + bits.TrailingZeros64(word))
			r := c.rows[s]
			e := priced{r.price, s}
			if (category == "" || category == r.category) && (test == nil || test(e)) {
				entries = append(entries, e)
			}
		}
	}
	return entries
}
