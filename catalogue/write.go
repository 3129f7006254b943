package catalogue

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Dumper is a store that can be exported.
type Dumper interface {
	Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error)
	Image(context.Context, models.Hash) ([]byte, error)
	Identity() string
}

// Written says what an export holds, and what of the store stays there.
type Written struct {
	dao.Counts
	Left    dao.Counts
	Images  int           // whose bytes it holds
	Missing []models.Hash // of those that values name, and the store lacks or has spoilt
}

func newWritten() Written { return Written{Counts: dao.Counts{}, Left: dao.Counts{}} }

// WriteLines exports a store as JSON Lines: a header that names the store, a line for each value and
// one for the bytes of each image that they name, and the counts. Without this last line [Read] takes the export for cut off.
func WriteLines(ctx context.Context, w io.Writer, store Dumper) (Written, error) {
	written := newWritten()
	buffered := bufio.NewWriterSize(w, 1<<16)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(header{"export", version, store.Identity()}); err != nil {
		return written, err
	}
	var names naming
	_, err := store.Dump(ctx, func(batch dao.Batch) error {
		batch = batch.Portable(written.Left)
		for s, v := range batch.All() {
			if err := encoder.Encode(map[dao.Kind]json.RawMessage{s.Kind: models.JSON(v)}); err != nil {
				return err
			}
		}
		written.Add(batch)
		names.add(batch)
		return ctx.Err()
	})
	if err == nil {
		err = names.each(ctx, store, &written, func(hash models.Hash, bytes []byte) error {
			return encoder.Encode(map[string]imageLine{imageKey: {hash, bytes}})
		})
	}
	if err != nil {
		return written, err
	}
	if err := encoder.Encode(lastLine{written.Counts, written.Images}); err != nil {
		return written, err
	}
	return written, buffered.Flush()
}

// WriteFile exports a store into one file of JSON Lines, packed if its name ends in .gz. A file of
// that name is replaced at the end, in one step; after an error there is what was there before.
func WriteFile(ctx context.Context, path string, store Dumper) (Written, error) {
	if err := refuseStore(filepath.Dir(path)); err != nil {
		return Written{}, err
	}
	r, err := newReplacement(path)
	if err != nil {
		return Written{}, err
	}
	defer r.discard()
	written, err := writePacked(ctx, r, store, strings.HasSuffix(strings.ToLower(path), ".gz"))
	if err != nil {
		return written, err
	}
	if err := r.settle(); err != nil {
		return written, err
	}
	return written, r.publish()
}

func writePacked(ctx context.Context, w io.Writer, store Dumper, pack bool) (Written, error) {
	if !pack {
		return WriteLines(ctx, w, store)
	}
	packer := gzip.NewWriter(w)
	written, err := WriteLines(ctx, packer, store)
	if err != nil {
		return written, err
	}
	return written, packer.Close()
}

// WriteDir exports a store into the files of a folder, which is made if need be. The files are in
// the form of the store's own: readable, and good to compare. They are replaced at the end; after
// an error before that there is what was there.
func WriteDir(ctx context.Context, dir string, store Dumper) (Written, error) {
	if err := refuseStore(dir); err != nil {
		return Written{}, err
	}
	made, err := makeFolder(dir)
	if err != nil {
		return Written{}, err
	}
	written, err := writeFiles(ctx, dir, store)
	if err != nil && made {
		os.Remove(dir) // fails, as it should, if somebody has put something in
	}
	return written, err
}

// makeFolder says whether the folder had to be made.
func makeFolder(dir string) (made bool, err error) {
	switch err := os.Mkdir(dir, 0o700); {
	case err == nil:
		return true, syncFolder(filepath.Dir(filepath.Clean(dir)))
	case !os.IsExist(err):
		return false, err
	}
	return false, nil
}

func writeFiles(ctx context.Context, dir string, store Dumper) (Written, error) {
	var files []*replacement
	for _, name := range Files() {
		r, err := newReplacement(filepath.Join(dir, name))
		if err != nil {
			return Written{}, err
		}
		defer r.discard()
		files = append(files, r)
	}
	var names naming
	written, err := dumpInto(ctx, files, store, &names)
	if err != nil {
		return written, err
	}
	for _, r := range files {
		if err := r.settle(); err != nil {
			return written, err
		}
	}
	pictures, err := writeImages(ctx, dir, &names, store, &written)
	if err != nil {
		return written, err
	}
	defer discardAll(pictures)
	for _, r := range append(pictures, files...) { // what is named is there first
		if err := r.publish(); err != nil {
			return written, err
		}
	}
	return written, forgetImages(dir, &names)
}

// dumpInto writes the file of each kind. It leaves what goes wrong with a file to its settling.
func dumpInto(ctx context.Context, files []*replacement, store Dumper, names *naming) (Written, error) {
	kinds, written, lists := dao.PortableKinds(), newWritten(), make([]list, len(files))
	for i, w := range files {
		lists[i].w = w
	}
	_, err := store.Dump(ctx, func(batch dao.Batch) error {
		batch = batch.Portable(written.Left)
		for i, s := range kinds {
			for v := range batch.Of(s) {
				if s.History {
					files[i].Write(append(models.JSON(v), '\n'))
				} else {
					lists[i].add(models.JSON(v))
				}
			}
		}
		written.Add(batch)
		names.add(batch)
		return ctx.Err()
	})
	for i, s := range kinds {
		if !s.History {
			lists[i].end()
		}
	}
	return written, err
}

// list writes an indented JSON array element by element, as the store's own files are written.
type list struct {
	w     *replacement
	some  bool
	space []byte
}

func (l *list) add(element json.RawMessage) {
	if l.some {
		l.w.WriteString(",\n  ")
	} else {
		l.w.WriteString("[\n  ")
	}
	l.some = true
	l.space = models.AppendIndented(l.space[:0], element)
	l.w.Write(l.space)
}

func (l *list) end() {
	if l.some {
		l.w.WriteString("\n]\n")
	} else {
		l.w.WriteString("[]\n")
	}
}

// refuseStore keeps an export out of a store's own folder, whose files it would replace.
func refuseStore(dir string) error {
	if IsStore(dir) {
		return fmt.Errorf("%s is a store's own folder: choose another one for the export", dir)
	}
	return nil
}

// IsStore says whether a folder is a store of JSON files, which may hold more than its
// products.json says.
func IsStore(dir string) bool {
	for _, name := range []string{"store.json", "lock"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}
