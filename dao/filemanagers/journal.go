package filemanagers

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"

	"pulperia/dao"
	"pulperia/dao/models"
)

// The journal is a row of files, each named by the offset of its first change. A file begins with a
// header line, then every change is one line:
//
//	{"sum":"5b3f81c2","batch":[18,20],"step":[19,20],"by":"…","offset":19,"at":"…","kind":"product","op":"put","id":"…","rev":1,"doc":{…}}
//
// sum is the CRC-32C of the line after its comma, in hex. batch holds the first and the last offset
// that were written and synced together: only the last batch of the journal may be torn. step does
// the same for changes that are all or none; by is who made them. Both are left out where there is
// nothing to say.
//
// The live file may end with blank lines, which the next changes are written over: see
// [segment.reserve].

// span is a range of offsets, both ends included.
type span [2]int64

// line is a change as the journal holds it.
type line struct {
	Batch span  `json:"batch"`
	Step  *span `json:"step,omitempty"` // nil when the change is a step of its own
	dao.Change
}

// header is the first line of a journal file.
type header struct {
	Journal int    `json:"journal"` // the version of the form
	Epoch   string `json:"epoch"`
	First   int64  `json:"first"` // the offset of the first change
}

const journalVersion = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const sumSize = len(`{"sum":"5b3f81c2",`)

// seal puts the checksum in front of a line that was appended to b from start on, and ends it. The
// line was begun by openLine.
func seal(b []byte, start int) []byte {
	sum := crc32.Checksum(b[start+sumSize:], castagnoli)
	hex.Encode(b[start+len(`{"sum":"`):], []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	return append(b, '\n')
}

func openLine(b []byte) []byte { return append(b, `{"sum":"00000000",`...) }

func appendHeader(b []byte, h header) []byte {
	text, _ := json.Marshal(h) // of two numbers and a text: never fails
	start := len(b)
	return seal(append(openLine(b), text[1:]...), start)
}

// openBatch returns what all lines of a batch begin with.
func openBatch(batch span) []byte { return appendSpan(append(openLine(nil), `"batch":`...), batch) }

// appendLine appends a change to b. opening is what openBatch made of its batch, body what
// begins with appendHead.
func appendLine(b, opening []byte, step span, body []byte) []byte {
	start := len(b)
	b = append(b, opening...)
	if step[0] != step[1] {
		b = appendSpan(append(b, `,"step":`...), step)
	}
	return seal(append(append(b, ','), body...), start)
}

func appendSpan(b []byte, s span) []byte {
	b = strconv.AppendInt(append(b, '['), s[0], 10)
	b = strconv.AppendInt(append(b, ','), s[1], 10)
	return append(b, ']')
}

// appendHead appends what of the line of a change does not depend on its batch and stands before its
// document: docField and the document, if there is one, and a brace complete the body.
func appendHead(b []byte, c *dao.Change) []byte {
	if c.By != "" {
		b = append(models.AppendText(append(b, `"by":`...), c.By), ',')
	}
	b = strconv.AppendInt(append(b, `"offset":`...), c.Offset, 10)
	b, _ = c.At.AppendText(append(b, `,"at":"`...))
	b = append(b, `","kind":"`...)
	b = append(append(append(b, c.Kind...), `","op":"`...), c.Op...)
	b = hex.AppendEncode(append(b, `","id":"`...), c.ID[:])
	return strconv.AppendInt(append(b, `","rev":`...), c.Rev, 10)
}

const docField = `,"doc":`

var (
	errTorn = errors.New("the line is not complete")
	errSum  = errors.New("checksum does not match")
)

// unseal verifies a line, which ends with its line break, and decodes it into v.
func unseal(text []byte, v any) error {
	text, err := verify(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(append([]byte{'{'}, text...), v)
}

// beforeDoc is how much stands before the document of a change at least.
const beforeDoc = len(`"batch":[1,1],"offset":1,"at":"2026-11-26T00:00:00.000Z","kind":"cart","op":"put","id":"000000000000000000000000","rev":1`)

// docOf verifies a line of a change and returns the document in it. Nothing before it holds a text
// of people.
func docOf(text []byte) ([]byte, error) {
	text, err := verify(text)
	if err != nil {
		return nil, err
	}
	_, doc, found := bytes.Cut(text[min(beforeDoc, len(text)):], []byte(docField))
	if !found {
		return nil, errors.New("the line has no document")
	}
	return doc[:len(doc)-1], nil
}

// changeOf verifies a line of a change and returns the change. The line must be one of appendLine,
// as all are that a store was opened with: then this takes a fifth of the time of encoding/json,
// and everything that is live goes through here.
func changeOf(text []byte) (c dao.Change, err error) {
	rest, err := verify(text)
	if err != nil {
		return c, err
	}
	upTo := func(end string) (value []byte) {
		value, rest, _ = bytes.Cut(rest, []byte(end))
		return value
	}
	opening := upTo(`"offset":`)
	offset, at, kind, op, id := upTo(`,"at":"`), upTo(`","kind":"`), upTo(`","op":"`), upTo(`","id":"`), upTo(`","rev":`)
	rev, doc, _ := bytes.Cut(bytes.TrimSuffix(rest, []byte{'}'}), []byte(docField))
	c.Kind, c.Op, c.Doc = dao.Kind(kind), dao.Op(op), bytes.Clone(doc)
	var errOffset, errRev error
	c.Offset, errOffset = strconv.ParseInt(string(offset), 10, 64)
	c.Rev, errRev = strconv.ParseInt(string(rev), 10, 64)
	c.End = c.Offset
	err = errors.Join(errOffset, errRev, c.At.UnmarshalText(at), c.ID.UnmarshalText(id))
	c.End = c.Offset
	if _, step, many := bytes.Cut(opening, []byte(`"step":[`)); many {
		var errEnd error
		last, _, _ := bytes.Cut(step[bytes.IndexByte(step, ',')+1:], []byte{']'})
		c.End, errEnd = strconv.ParseInt(string(last), 10, 64)
		err = errors.Join(err, errEnd)
	}
	if _, by, said := bytes.Cut(opening, []byte(`"by":`)); said {
		err = errors.Join(err, json.Unmarshal(bytes.TrimSuffix(by, []byte{','}), &c.By))
	}
	return c, err
}

// verify returns what of a line its checksum is made from.
func verify(text []byte) ([]byte, error) {
	text, complete := bytes.CutSuffix(text, []byte{'\n'})
	if !complete {
		return nil, errTorn
	}
	if len(text) <= sumSize || !bytes.HasPrefix(text, []byte(`{"sum":"`)) || string(text[sumSize-2:sumSize]) != `",` {
		return nil, errSum
	}
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.Checksum(text[sumSize:], castagnoli))
	if string(hex.AppendEncode(make([]byte, 0, 8), sum[:])) != string(text[len(`{"sum":"`):sumSize-2]) {
		return nil, errSum
	}
	return text[sumSize:], nil
}

// segment is one file of the journal.
type segment struct {
	name  string
	file  file
	first int64   // the offset of its first change
	at    []int64 // where the line of each change begins
	size  int64   // as far as lines go

	reserved int64 // how far the file goes, with blank lines
}

func segmentName(first int64) string { return fmt.Sprintf("journal-%016d.jsonl", first) }

// segmentFirst is the reverse of segmentName. Any other name is not of the journal, whatever it
// begins with: it is somebody's copy.
func segmentFirst(name string) (first int64, ok bool) {
	_, err := fmt.Sscanf(name, "journal-%d.jsonl", &first)
	return first, err == nil && name == segmentName(first)
}

// last returns the offset of the last change, first-1 when there is none.
func (s *segment) last() int64 { return s.first + int64(len(s.at)) - 1 }

// end returns where the line of a change ends.
func (s *segment) end(offset int64) int64 {
	if i := offset - s.first + 1; i < int64(len(s.at)) {
		return s.at[i]
	}
	return s.size
}

// blank is what a file is made longer with at most, at a time.
var blank = bytes.Repeat([]byte{'\n'}, 256<<10)

// reserve makes sure that something stands behind what was just written up to end, for the next
// writes to go over: a sync takes less where the file keeps its size and its blocks. It gets up to
// twice as long, so that a small shop's stays small, and no longer than most. If there is no space,
// only speed is lost.
func (s *segment) reserve(end, most int64) {
	if end < s.reserved {
		return
	}
	const block = 4 << 10
	n := min(max(end, block), int64(len(blank)), most-end)
	if n <= 0 {
		return
	}
	s.reserved = end + n
	_, _ = s.file.WriteAt(blank[:n], end)
}

// trim takes back what is reserved.
func (s *segment) trim() error {
	if s.reserved <= s.size {
		return nil
	}
	s.reserved = 0
	return s.file.Truncate(s.size)
}

// newSegment creates a journal file and makes it durable.
func newSegment(d disk, h header) (*segment, error) {
	s := &segment{name: segmentName(h.First), first: h.First}
	text := appendHeader(nil, h)
	f, err := d.Create(s.name)
	if err != nil {
		return nil, err
	}
	_, err = f.WriteAt(text, 0)
	if err = errors.Join(err, f.Sync()); err == nil {
		err = d.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), d.Remove(s.name))
	}
	s.file, s.size = f, int64(len(text))
	return s, nil
}
