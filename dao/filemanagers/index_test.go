package filemanagers

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A sorted list is what a sorted slice is, also with more elements than one chunk holds.
func TestSortedIsASortedSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SliceOfNDistinct(rapid.IntRange(0, 5_000), 0, 1_500, rapid.ID).Draw(t, "start")
		list, model := newSorted(cmp.Compare[int], slices.Clone(start)), slices.Clone(start)
		slices.Sort(model)
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 5_000), 0, 1_000).Draw(t, "changes") {
			i, there := slices.BinarySearch(model, n)
			if there {
				model = slices.Delete(model, i, i+1)
				if _, taken := slices.BinarySearch(model, n+5_001); !taken && rapid.Bool().Draw(t, "moved") {
					list.replace(n, n+5_001)
					model = append(model, n+5_001)
					slices.Sort(model)
				} else {
					list.remove(n)
				}
			} else {
				list.insert(n)
				model = slices.Insert(model, i, n)
			}
		}
		from := rapid.IntRange(0, len(model)).Draw(t, "from")
		to := rapid.IntRange(from, len(model)).Draw(t, "to")
		if got := slices.Collect(list.between(from, to)); list.size != len(model) || !slices.Equal(got, model[from:to]) {
			t.Fatalf("%d elements, from %d to %d: %v, not %d, %v", list.size, from, to, got, len(model), model[from:to])
		}
		limit := rapid.IntRange(-1, 10_002).Draw(t, "limit")
		want, _ := slices.BinarySearch(model, limit)
		if got := list.rank(func(n int) bool { return n >= limit }); got != want {
			t.Fatalf("%d comes at rank %d, not %d", limit, got, want)
		}
		for _, chunk := range list.chunks {
			if len(chunk) == 0 || len(chunk) > chunkSize {
				t.Fatalf("a chunk has %d elements", len(chunk))
			}
		}
	})
}

// What takes the place of an element that compares equal is what the list has then.
func TestSortedReplacesInPlace(t *testing.T) {
	type element struct{ key, rev int }
	var start []element
	for key := range 3 * chunkSize {
		start = append(start, element{key, 1})
	}
	list := newSorted(func(a, b element) int { return cmp.Compare(a.key, b.key) }, slices.Clone(start))
	for i, e := range start {
		start[i].rev = 2
		list.replace(e, start[i])
	}
	if got := slices.Collect(list.between(0, list.size)); !slices.Equal(got, start) {
		t.Error("the list still has what was replaced")
	}
}
