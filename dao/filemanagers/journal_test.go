package filemanagers

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao"
)

// scanText reads a text as the newest journal file of epoch 9f2c61ab, beginning with change 1.
func scanText(t *testing.T, text []byte) ([]dao.Change, *segment, *tail, error) {
	return scanFrom(t, 1, text)
}

func scanFrom(t *testing.T, first int64, text []byte) ([]dao.Change, *segment, *tail, error) {
	d := newMemDisk()
	f, err := d.Create(segmentName(first))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(text, 0); err != nil {
		t.Fatal(err)
	}
	var changes []dao.Change
	s := &segment{name: segmentName(first), file: f, first: first}
	scan := scanner{segment: s, newest: true, epoch: "9f2c61ab", visit: func(l *line) { changes = append(changes, l.Change) }}
	tail, err := scan.scan()
	return changes, s, tail, err
}

// bodyOf returns the body of the line of a change.
func bodyOf(c dao.Change) []byte {
	if c.Doc == nil {
		return append(appendHead(nil, &c), '}')
	}
	return append(append(append(appendHead(nil, &c), docField...), c.Doc...), '}')
}

// journalText returns a journal of two batches: one change, and two in one step.
func journalText() ([]byte, []dao.Change) {
	changes := []dao.Change{
		{Offset: 1, At: 5, Kind: dao.KindProduct, Op: dao.OpPut, ID: testID(1), Rev: 1, Doc: []byte(`{"a":"<b> \"ñ\""}`)},
		{Offset: 2, At: 6, Kind: dao.KindCart, Op: dao.OpDelete, ID: testID(2), Rev: 9},
		{Offset: 3, At: 6, Kind: dao.KindMessage, Op: dao.OpPut, ID: testID(3), Rev: 1, By: `"offset":1,"step":[9,9],"doc":{`, Doc: []byte(`{}`)},
	}
	text := appendHeader(nil, header{journalVersion, "9f2c61ab", 1})
	text = appendLine(text, openBatch(span{1, 1}), span{1, 1}, bodyOf(changes[0]))
	text = appendLine(text, openBatch(span{2, 3}), span{2, 3}, bodyOf(changes[1]))
	text = appendLine(text, openBatch(span{2, 3}), span{2, 3}, bodyOf(changes[2]))
	return text, changes
}

// What is written is read again, and the places are those of the lines.
func TestJournalRoundTrip(t *testing.T) {
	text, want := journalText()
	got, s, tail, err := scanText(t, text)
	if err != nil || tail != nil {
		t.Fatal(tail, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for i, c := range want {
		c.End = []int64{1, 3, 3}[i]
		again, err := changeOf(text[s.at[i]:s.end(c.Offset)])
		if err != nil || cmp.Diff(c, again) != "" {
			t.Errorf("line of change %d: %+v, %v", c.Offset, again, err)
		}
	}
}

// A step that is not whole does not count at all.
func TestHalfAStepIsDropped(t *testing.T) {
	text, want := journalText()
	_, s, _, err := scanText(t, text)
	if err != nil {
		t.Fatal(err)
	}
	got, _, tail, err := scanText(t, text[:s.at[2]])
	if err != nil || tail == nil || tail.from != s.at[1] {
		t.Fatalf("torn at %+v, %v", tail, err)
	}
	if diff := cmp.Diff(want[:1], got); diff != "" {
		t.Error(diff)
	}
}

// Whatever stands in a journal file, reading it ends, and what counts of it has offsets without a
// gap and reads the same again.
func FuzzJournal(f *testing.F) {
	text, _ := journalText()
	f.Add(text)
	f.Add(text[:len(text)-7])
	f.Add(append(slices.Clone(text), "\n\n\n"...))
	f.Add(slices.Concat(text[:200], text[210:]))
	f.Add([]byte("{}\n"))
	f.Add(appendLine(slices.Clone(text), openBatch(span{4, 1 << 62}), span{4, 1 << 62}, []byte(`"offset":4}`)))
	f.Fuzz(func(t *testing.T, text []byte) {
		changes, s, tail, err := scanText(t, text)
		if err != nil {
			return
		}
		for i, c := range changes {
			if c.Offset != int64(i)+1 {
				t.Fatalf("change %d has offset %d", i+1, c.Offset)
			}
		}
		if tail == nil && len(bytes.Trim(text[s.size:], "\n")) > 0 {
			t.Fatalf("%d of %d bytes count, and nothing is said to be torn", s.size, len(text))
		}
		again, _, _, err := scanText(t, text[:s.size])
		if err != nil || len(again) != len(changes) {
			t.Fatalf("what counts is read as %d changes the second time, not %d (%v)", len(again), len(changes), err)
		}
	})
}

// The first batch of a journal file is torn like any other: a crash may lose its first line and
// keep a later one.
func TestFirstBatchOfAFileIsTorn(t *testing.T) {
	text := appendHeader(nil, header{journalVersion, "9f2c61ab", 5})
	size := int64(len(text))
	text = append(append(text, make([]byte, 100)...), '\n') // of change 5, which the disk has not written
	second := dao.Change{Offset: 6, Kind: dao.KindMessage, Op: dao.OpPut, Rev: 1, Doc: []byte(`{}`)}
	text = appendLine(text, openBatch(span{5, 6}), span{5, 6}, bodyOf(second))
	_, _, tail, err := scanFrom(t, 5, text)
	if err != nil || tail == nil || tail.from != size {
		t.Errorf("the torn tail is %v (%v), not from byte %d on", tail, err, size)
	}
}
