package filemanagers

import (
	"iter"
	"slices"
	"sort"
)

// chunkSize bounds what an insertion has to move. Finding a rank adds up the chunks before it,
// which is little work up to some millions of elements.
const chunkSize = 512

// sorted is a list that stays in order. Its elements differ from one another by compare.
type sorted[T any] struct {
	compare func(a, b T) int
	chunks  [][]T // each with 1 to chunkSize elements
	size    int
}

// newSorted takes over elements and sorts them.
func newSorted[T any](compare func(a, b T) int, elements []T) *sorted[T] {
	slices.SortFunc(elements, compare)
	s := &sorted[T]{compare: compare, size: len(elements)}
	for chunk := range slices.Chunk(elements, chunkSize/2) {
		s.chunks = append(s.chunks, slices.Clone(chunk))
	}
	return s
}

func (s *sorted[T]) insert(element T) {
	s.size++
	if len(s.chunks) == 0 {
		s.chunks = append(s.chunks, []T{element})
		return
	}
	c := len(s.chunks) - 1
	i := len(s.chunks[c])
	if s.compare(s.chunks[c][i-1], element) > 0 { // else it belongs to the end, as what is new mostly does
		c = s.chunk(element)
		i, _ = slices.BinarySearchFunc(s.chunks[c], element, s.compare)
	}
	chunk := slices.Insert(s.chunks[c], i, element)
	s.chunks[c] = chunk
	if len(chunk) > chunkSize {
		half := slices.Clone(chunk[chunkSize/2:])
		s.chunks[c] = slices.Delete(chunk, chunkSize/2, len(chunk))
		s.chunks = slices.Insert(s.chunks, c+1, half)
	}
}

// remove takes out an element that is there.
func (s *sorted[T]) remove(element T) {
	c := s.chunk(element)
	i, _ := slices.BinarySearchFunc(s.chunks[c], element, s.compare)
	s.chunks[c] = slices.Delete(s.chunks[c], i, i+1)
	s.size--
	if len(s.chunks[c]) == 0 {
		s.chunks = slices.Delete(s.chunks, c, c+1)
	}
}

// replace puts an element in the place of one that is there.
func (s *sorted[T]) replace(old, element T) {
	if s.compare(old, element) != 0 {
		s.remove(old)
		s.insert(element)
		return
	}
	c := s.chunk(old)
	i, _ := slices.BinarySearchFunc(s.chunks[c], old, s.compare)
	s.chunks[c][i] = element
}

// chunk returns the first chunk that does not end before element.
func (s *sorted[T]) chunk(element T) int {
	return sort.Search(len(s.chunks), func(c int) bool {
		return s.compare(s.chunks[c][len(s.chunks[c])-1], element) >= 0
	})
}

// rank returns how many elements come before the first for which past is true; past must be false,
// then true, along the list.
func (s *sorted[T]) rank(past func(T) bool) (n int) {
	c := sort.Search(len(s.chunks), func(c int) bool { return past(s.chunks[c][len(s.chunks[c])-1]) })
	for _, chunk := range s.chunks[:c] {
		n += len(chunk)
	}
	if c < len(s.chunks) {
		n += sort.Search(len(s.chunks[c]), func(i int) bool { return past(s.chunks[c][i]) })
	}
	return n
}

// between yields the elements of the ranks from ≤ rank < to.
func (s *sorted[T]) between(from, to int) iter.Seq[T] {
	return func(yield func(T) bool) {
		rank := 0
		for _, chunk := range s.chunks {
			if rank >= to {
				return
			}
			low, high := max(0, from-rank), min(len(chunk), to-rank)
			for i := low; i < high; i++ {
				if !yield(chunk[i]) {
					return
				}
			}
			rank += len(chunk)
		}
	}
}

// backwards yields the same elements as between, the last first.
func (s *sorted[T]) backwards(from, to int) iter.Seq[T] {
	return func(yield func(T) bool) {
		rank := s.size // that of the first element behind the chunk
		for _, chunk := range slices.Backward(s.chunks) {
			if rank <= from {
				return
			}
			rank -= len(chunk)
			low, high := max(0, from-rank), min(len(chunk), to-rank)
			for i := high - 1; i >= low; i-- {
				if !yield(chunk[i]) {
					return
				}
			}
		}
	}
}

// window yields what stands from ≤ rank < to in the list, or in the list read from its end.
func (s *sorted[T]) window(from, to int, backwards bool) iter.Seq[T] {
	if backwards {
		return s.backwards(s.size-to, s.size-from)
	}
	return s.between(from, to)
}
