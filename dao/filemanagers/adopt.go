package filemanagers

import (
	"crypto/rand"
	"encoding/hex"
	"io"
	"slices"

	"pulperia/dao/models"
)

// adopt makes of a folder without store.json, or of one whose files were edited by hand, a store of
// a new epoch. Like a compaction it counts from the moment when store.json is written; a crash
// before leaves everything as it was.
func adopt(d disk, c *contents) error {
	next := c.meta
	next.Format, next.Epoch, next.Previous, next.Clean = formatVersion, newEpoch(), c.meta.Epoch, true
	var moves []string
	said := int64(0) // values of histories are numbered anew: positions of another epoch mean nothing
	for _, one := range c.kinds {
		edited := c.isNew || slices.Contains(c.edited, one.File())
		var file vouched
		var err error
		switch {
		case one.History && !edited, next.unneeded(one.Schema, len(one.values)):
			continue
		case one.History:
			file, err = writeHistory(d, one, &said)
		default:
			file, err = writeArray(d, one.File(), one.values)
		}
		if err != nil {
			return err
		}
		next.vouch(one.Schema, file)
		moves = append(moves, one.File())
	}
	next.Offset = max(c.meta.Offset, said)
	if err := d.Sync(); err != nil {
		return err
	}
	if err := next.write(d); err != nil {
		return err
	}
	return rename(d, moves)
}

func newEpoch() string {
	var b [4]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// rename gives files that count by now their lasting names.
func rename(d disk, names []string) error {
	for _, name := range names {
		if err := d.Rename(name+newSuffix, name); err != nil {
			return err
		}
	}
	return d.Sync()
}

// writeArray writes the file of a kind under its first name, sorted by id.
func writeArray(d disk, name string, values []models.Value) (vouched, error) {
	sortByID(values)
	file, err := writeNew(d, name, func(w io.Writer) error { return models.WriteArray(w, slices.Values(values)) })
	file.Entries = len(values)
	return file, err
}

// writeHistory writes that of a history, with offsets after those that were given.
func writeHistory(d disk, c *holding, offset *int64) (vouched, error) {
	file, err := writeNew(d, c.File(), func(w io.Writer) error {
		for _, v := range c.values {
			*offset++
			if _, err := w.Write(appendFolded(nil, *offset, models.JSON(v))); err != nil {
				return err
			}
		}
		return nil
	})
	file.Entries = len(c.values)
	return file, err
}
