package filemanagers

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"pulperia/dao"
	"pulperia/dao/models"
)

// found says which content of a folded file was found.
type found int

const (
	asWritten found = iota // what store.json vouches for
	asMoved                // the same, under the name that a compaction gave it first
	asEdited               // something else
	asAbsent               // nothing, in a folder without store.json
)

// loadFolded reads the JSON files as far as store.json vouches for them, those of histories beside
// the rest.
func (c *contents) loadFolded(d disk) error {
	states, errs := make([]found, len(c.kinds)), make([]error, len(c.kinds))
	var wait sync.WaitGroup
	for i, one := range c.kinds {
		if one.History {
			wait.Go(func() { states[i], errs[i] = one.loadHistory(d, &c.meta) })
		}
	}
	for i, one := range c.kinds {
		if !one.History {
			states[i], errs[i] = one.loadArray(d, &c.meta)
		}
	}
	wait.Wait()
	for i, one := range c.kinds {
		c.note(one.File(), states[i])
		if n := one.count(); states[i] != asEdited && n > 0 { // an older program, or a migration, did not count
			file := c.meta.of(one.Schema)
			file.Entries = n
			c.meta.vouch(one.Schema, file)
		}
	}
	return cmp.Or(errs...)
}

func (c *contents) note(name string, f found) {
	switch f {
	case asMoved:
		c.moves = append(c.moves, name)
	case asEdited:
		c.edited = append(c.edited, name)
	}
}

// loadArray reads the file of a kind that is kept in memory.
func (c *holding) loadArray(d disk, m *meta) (f found, err error) {
	want := m.of(c.Schema)
	text, err := readAll(d, c.File())
	if err == nil && vouch(text).is(want) {
		c.values, err = decodeArray(c.File(), text, c.Decode)
		return asWritten, err
	}
	if next, err := readAll(d, c.File()+newSuffix); err == nil && vouch(next).is(want) {
		c.values, err = decodeArray(c.File(), next, c.Decode)
		return asMoved, err
	}
	return m.otherwise(c.Schema, err)
}

// otherwise decides about a file that does not hold what store.json vouches for; err is that of
// reading it.
func (m *meta) otherwise(s *dao.Schema, err error) (found, error) {
	switch {
	case errors.Is(err, fs.ErrNotExist) && (m.Epoch == "" || m.of(s) == vouched{}): // or the kind is a new one
		return asAbsent, nil
	case errors.Is(err, fs.ErrNotExist):
		return asAbsent, &Damage{File: s.File(), Byte: -1, Wrong: "it is missing", Remedy: restore}
	case err != nil:
		return asAbsent, err
	}
	return asEdited, nil
}

func vouch(text []byte) vouched {
	sum := sha256.Sum256(text)
	return vouched{Bytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}
}

// decodeArray reads what WriteArray wrote, on all cores.
func decodeArray(name string, text []byte, decode func([]byte) (models.Value, error)) ([]models.Value, error) {
	if string(text) == "[]\n" {
		return nil, nil
	}
	list, begins := bytes.CutPrefix(text, []byte("[\n  "))
	list, ends := bytes.CutSuffix(list, []byte("\n]\n"))
	if !begins || !ends {
		return nil, fmt.Errorf("%s: it is no list of values", name)
	}
	parts := split(list, runtime.GOMAXPROCS(0))
	values := make([][]models.Value, len(parts))
	errs := make([]error, len(parts))
	var wait sync.WaitGroup
	for i, part := range parts {
		wait.Go(func() {
			for one, rest := cutElement(part, 0); one != nil && errs[i] == nil; one, rest = cutElement(rest, 0) {
				var value models.Value
				value, errs[i] = decode(one)
				values[i] = append(values[i], value)
			}
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return slices.Concat(values...), nil
}

// split cuts a list into parts of about the same length.
func split(list []byte, n int) (parts [][]byte) {
	const most = 1 << 20 // below which one core is as fast
	for ; n > 1 && len(list) > most; n-- {
		part, rest := cutElement(list, len(list)/n)
		parts, list = append(parts, part), rest
	}
	return append(parts, list)
}

// cutElement cuts a list behind the first element that ends at least so far from its beginning. No
// element holds the line with which the next one begins: texts have no line breaks in JSON.
func cutElement(list []byte, from int) (elements, rest []byte) {
	if len(list) == 0 {
		return nil, nil
	}
	i := bytes.Index(list[from:], []byte("\n  },\n  {"))
	if i < 0 {
		return list, nil
	}
	end := from + i + len("\n  }")
	return list[:end], list[end+len(",\n  "):]
}

// loadHistory indexes the file of a history; it keeps no value in memory.
func (c *holding) loadHistory(d disk, m *meta) (found, error) {
	want := m.of(c.Schema)
	f, err := c.indexFile(d, c.File(), want)
	if err == nil && f == asWritten {
		return asWritten, nil
	}
	if next, err := c.indexFile(d, c.File()+newSuffix, want); err == nil && next == asWritten {
		return asMoved, nil
	}
	return m.otherwise(c.Schema, err)
}

// indexFile reads as much of a file as store.json vouches for. If it is all there, its index and
// its hash are kept.
func (c *holding) indexFile(d disk, name string, want vouched) (found, error) {
	file, err := d.Open(name)
	if err != nil {
		return asAbsent, err
	}
	log, sum, err := indexLines(file, want.Bytes)
	size, sizeErr := file.Size()
	there := vouched{Bytes: log.size, SHA256: hex.EncodeToString(sum.Sum(nil))}
	if err := cmp.Or(err, sizeErr); err != nil || !there.is(want) {
		return asEdited, errors.Join(err, file.Close())
	}
	c.history, c.hash, c.end = log, sum, size
	return asWritten, nil
}

// indexLines notes id and place of each line in the first size bytes.
func indexLines(f file, size int64) (*history, hash.Hash, error) {
	log := &history{file: f, index: newPlaces()}
	sum := sha256.New()
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, size), int(min(size, 1<<20)))
	for {
		text, err := r.ReadSlice('\n')
		sum.Write(text)
		if err == bufio.ErrBufferFull {
			continue // not a line of ours: the hash will tell
		}
		if err == io.EOF {
			log.size += int64(len(text))
			return log, sum, nil
		}
		if err != nil {
			return log, sum, err
		}
		log.ids = append(log.ids, idOf(text))
		log.index.put(log.ids)
		log.mark(log.size)
		log.size += int64(len(text))
	}
}

// idOf reads the id from a line as the compaction writes it, or returns the zero ID: the hash will
// tell.
func idOf(text []byte) models.ID {
	const before = `,"_id":"`
	i := bytes.Index(text, []byte(before)) + len(before)
	if i < len(before) || i+24 > len(text) {
		return models.ID{}
	}
	id, _ := models.ParseID(string(text[i : i+24]))
	return id
}

// appendFolded appends a value, of which doc is the JSON form, as a line of its history.
func appendFolded(b []byte, offset int64, doc []byte) []byte {
	b = strconv.AppendInt(append(b, `{"offset":`...), offset, 10)
	b = append(append(b, ','), doc[1:]...)
	return append(b, '\n')
}
