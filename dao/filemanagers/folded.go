package filemanagers

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"pulperia/dao/models"
)

// found says which content of a folded file was found.
type found int

const (
	asWritten found = iota // what store.json vouches for
	asMoved                // the same, under the name that a fold gave it first
	asEdited               // something else
	asAbsent               // nothing, in a folder without store.json
)

// loadFolded reads the JSON files as far as store.json vouches for them, the messages beside the
// rest.
func (c *contents) loadFolded(d disk) error {
	var messages found
	var err3 error
	var wait sync.WaitGroup
	wait.Go(func() { messages, err3 = c.loadMessages(d) })
	var products, carts found
	var err1, err2 error
	c.products, products, err1 = loadArray(d, productsFile, &c.meta, c.meta.Products, models.DecodeProduct)
	c.carts, carts, err2 = loadArray(d, cartsFile, &c.meta, c.meta.Carts, decodeCart)
	wait.Wait()
	c.note(productsFile, products)
	c.note(cartsFile, carts)
	c.note(messagesFile, messages)
	c.countEntries()
	return cmp.Or(err1, err2, err3)
}

// countEntries counts those of the files that are as they were written: an older program, or a
// migration, did not.
func (c *contents) countEntries() {
	n := &c.meta.Entries
	if c.products != nil {
		n.Products = len(c.products)
	}
	if c.carts != nil {
		n.Carts = len(c.carts)
	}
	if c.log != nil {
		n.Messages = len(c.log.ids)
	}
}

func (c *contents) note(name string, f found) {
	switch f {
	case asMoved:
		c.moves = append(c.moves, name)
	case asEdited:
		c.edited = append(c.edited, name)
	}
}

func decodeCart(text []byte) (c models.Cart, err error) {
	err = json.Unmarshal(text, &c)
	return c, err
}

// loadArray reads products.json or carts.json.
func loadArray[T any](d disk, name string, m *meta, want vouched, decode func([]byte) (T, error)) ([]*T, found, error) {
	text, err := readAll(d, name)
	if err == nil && vouch(text) == want {
		values, err := decodeArray(name, text, decode)
		return values, asWritten, err
	}
	if next, err := readAll(d, name+newSuffix); err == nil && vouch(next) == want {
		values, err := decodeArray(name, next, decode)
		return values, asMoved, err
	}
	f, err := otherwise(name, m, err)
	return nil, f, err
}

// otherwise decides about a file that does not hold what store.json vouches for; err is that of
// reading it.
func otherwise(name string, m *meta, err error) (found, error) {
	switch {
	case errors.Is(err, fs.ErrNotExist) && m.Epoch == "":
		return asAbsent, nil
	case errors.Is(err, fs.ErrNotExist):
		return asAbsent, &Damage{File: name, Byte: -1, Wrong: "it is missing", Remedy: restore}
	case err != nil:
		return asAbsent, err
	}
	return asEdited, nil
}

func vouch(text []byte) vouched {
	sum := sha256.Sum256(text)
	return vouched{int64(len(text)), hex.EncodeToString(sum[:])}
}

// decodeArray reads what WriteArray wrote, on all cores.
func decodeArray[T any](name string, text []byte, decode func([]byte) (T, error)) ([]*T, error) {
	if string(text) == "[]\n" {
		return nil, nil
	}
	list, begins := bytes.CutPrefix(text, []byte("[\n  "))
	list, ends := bytes.CutSuffix(list, []byte("\n]\n"))
	if !begins || !ends {
		return nil, fmt.Errorf("%s: it is no list of values", name)
	}
	parts := split(list, runtime.GOMAXPROCS(0))
	values := make([][]*T, len(parts))
	errs := make([]error, len(parts))
	var wait sync.WaitGroup
	for i, part := range parts {
		wait.Go(func() {
			for one, rest := cutElement(part, 0); one != nil && errs[i] == nil; one, rest = cutElement(rest, 0) {
				value := new(T)
				*value, errs[i] = decode(one)
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

// loadMessages indexes messages.jsonl; it keeps no message in memory.
func (c *contents) loadMessages(d disk) (found, error) {
	f, err := c.indexMessages(d, messagesFile)
	if err == nil && f == asWritten {
		return asWritten, nil
	}
	if next, err := c.indexMessages(d, messagesFile+newSuffix); err == nil && next == asWritten {
		return asMoved, nil
	}
	return otherwise(messagesFile, &c.meta, err)
}

// indexMessages reads as much of a file as store.json vouches for. If it is all there, the log and
// its hash are kept.
func (c *contents) indexMessages(d disk, name string) (found, error) {
	file, err := d.Open(name)
	if err != nil {
		return asAbsent, err
	}
	log, sum, err := indexLines(file, c.meta.Messages.Bytes)
	size, sizeErr := file.Size()
	vouchedFor := vouched{log.size, hex.EncodeToString(sum.Sum(nil))} == c.meta.Messages
	if err := cmp.Or(err, sizeErr); err != nil || !vouchedFor {
		return asEdited, errors.Join(err, file.Close())
	}
	c.log, c.logHash, c.end = log, sum, size
	return asWritten, nil
}

// indexLines notes id and place of each line in the first size bytes.
func indexLines(f file, size int64) (*chatLog, hash.Hash, error) {
	log := &chatLog{file: f, index: newPlaces()}
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
		log.at = append(log.at, log.size)
		log.size += int64(len(text))
	}
}

// idOf reads the id from a line as the fold writes it, or returns the zero ID: the hash will tell.
func idOf(text []byte) models.ID {
	const before = `,"_id":"`
	i := bytes.Index(text, []byte(before)) + len(before)
	if i < len(before) || i+24 > len(text) {
		return models.ID{}
	}
	id, _ := models.ParseID(string(text[i : i+24]))
	return id
}

// appendFolded appends a message, of which doc is the JSON form, as a line of messages.jsonl.
func appendFolded(b []byte, offset int64, doc []byte) []byte {
	b = strconv.AppendInt(append(b, `{"offset":`...), offset, 10)
	b = append(append(b, ','), doc[1:]...)
	return append(b, '\n')
}
