package filemanagers

import (
	"bytes"
	"slices"
	"syscall"
	"testing"

	"pulperia/dao/models"
)

// A journal that ends with blank lines is whole. Blank lines anywhere else are what a crash left of
// a batch, or damage.
func TestBlankLines(t *testing.T) {
	text, want := journalText()
	blanks := bytes.Repeat([]byte{'\n'}, 100_000) // longer than what is read at once
	for _, n := range []int{0, 1, 2, 3, 1 << 16, len(blanks)} {
		got, s, tail, err := scanText(t, slices.Concat(text, blanks[:n]))
		if err != nil || tail != nil || len(got) != len(want) || s.size != int64(len(text)) {
			t.Errorf("%d blank lines behind: %d changes, %d bytes, torn at %v, %v", n, len(got), s.size, tail, err)
		}
	}
	_, s, _, err := scanText(t, text)
	if err != nil {
		t.Fatal(err)
	}
	lost := slices.Clone(text)
	copy(lost[s.at[1]:s.at[2]], blanks) // the first line of the last batch
	got, _, tail, err := scanText(t, append(lost, blanks...))
	if err != nil || tail == nil || tail.from != s.at[1] || len(got) != 1 {
		t.Errorf("a batch without its first line: %d changes, torn at %v, %v", len(got), tail, err)
	}
	copy(lost[s.at[0]:s.at[1]], blanks) // a batch that another one follows
	copy(lost[s.at[1]:], text[s.at[1]:])
	if got, _, tail, err := scanText(t, lost); err == nil {
		t.Errorf("without a batch that another one follows: %d changes, torn at %v, and no error", len(got), tail)
	}
}

// While a store is open, its live file has blank lines behind what was written, which the next
// writes go over. They are no damage after a crash, and a clean stop takes them back.
func TestReserve(t *testing.T) {
	d := newMemDisk()
	s, err := openDisk(d, 10)
	if err != nil {
		t.Fatal(err)
	}
	live := func() []byte { return d.names[segmentName(1)].text }
	write := func() {
		t.Helper()
		if _, _, err := s.Messages.Append(t.Context(), models.Message{User: "ana@example.com", Message: "hola"}); err != nil {
			t.Fatal(err)
		}
	}
	write()
	size := len(live())
	if text := bytes.TrimRight(live(), "\n"); len(text)+4_000 > size {
		t.Errorf("%d of %d bytes are written, and hardly any reserved", len(text), size)
	}
	write()
	if len(live()) != size {
		t.Errorf("with the second write the file has %d bytes, not %d as before", len(live()), size)
	}
	for range 100 {
		write()
	}
	after, err := openDisk(d.image(), 10) // as a crash leaves it
	if err != nil {
		t.Fatal(err)
	}
	if got, want := content(t, after), content(t, s); got != want {
		t.Errorf("after a crash there is\n%s, not\n%s", got, want)
	}
	after.Engine.(*engine).committer.stop()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if text := live(); len(text) != len(bytes.TrimRight(text, "\n"))+1 {
		t.Error("after a clean stop there are blank lines")
	}
}

// A store writes on where there is no space for blank lines.
func TestReserveWithoutSpace(t *testing.T) {
	d := &faultyDisk{disk: newMemDisk()}
	s, err := openDisk(d, 10)
	if err != nil {
		t.Fatal(err)
	}
	d.fault = fault{op: "write", nth: 2, err: syscall.ENOSPC, does: 0.5} // the first is that of the message
	for range 3 {
		if _, _, err := s.Messages.Append(t.Context(), models.Message{User: "ana@example.com", Message: "hola"}); err != nil {
			t.Fatal(err)
		}
	}
	if !d.heal() {
		t.Error("the disk was not asked for it")
	}
	wantWholeFeed(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// Blank lines that a shop takes back while its store is read beside it are not missed.
func TestBlankLinesGo(t *testing.T) {
	text, _ := journalText()
	f, err := newMemDisk().Create("journal")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(text, 0); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []int64{1, 1 << 16, 1 << 18} {
		if size, err := withoutBlanks(f, int64(len(text))+gone); err != nil || size != int64(len(text)) {
			t.Errorf("with %d of them gone there are %d of %d bytes, %v", gone, size, len(text), err)
		}
	}
}
