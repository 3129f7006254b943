package harness

import (
	"slices"
	"strings"
	"testing"
)

// A book allows what was acknowledged last, and what was tried after that; nothing else, and
// nothing that nobody wrote.
func TestBookAllowsWhatMayBe(t *testing.T) {
	for _, one := range []struct {
		name  string
		write func(*Book)
		may   []string
	}{
		{"acknowledged", func(b *Book) { b.Tries("k", "1"); b.Did("k", "1") }, []string{"1"}},
		{"unknown", func(b *Book) { b.Tries("k", "1"); b.Did("k", "1"); b.Tries("k", "2"); b.Tries("k", "3") }, []string{"1", "2", "3"}},
		{"removed", func(b *Book) { b.Tries("k", "1"); b.Did("k", "1"); b.Tries("k", ""); b.Did("k", "") }, []string{""}},
		{"seen", func(b *Book) { b.Tries("k", "1"); b.Tries("k", "2"); b.Tries("k", "3"); b.Check("k", "2") }, []string{"2", "3"}},
		{"seen as it was", func(b *Book) { b.Did("k", "1"); b.Tries("k", "2"); b.Check("k", "1") }, []string{"1", "2"}},
		{"sum of nothing", func(b *Book) { b.Sums("k") }, []string{"0"}},
		{"sum", func(b *Book) { b.TriesToAdd("k"); b.TriesToAdd("k"); b.TriesToAdd("k"); b.Added("k") }, []string{"1", "2", "3"}},
	} {
		for _, found := range []string{"", "0", "1", "2", "3", "4"} {
			book := NewBook()
			one.write(book)
			if err := book.Verify(map[string]string{"k": found}); (err == nil) != slices.Contains(one.may, found) {
				t.Errorf("%s: %q may be there: %v", one.name, found, err)
			}
		}
	}
	if err := NewBook().Verify(map[string]string{"k": "1"}); err == nil || !strings.Contains(err.Error(), "nobody wrote") {
		t.Errorf("what nobody wrote: %v", err)
	}
}
