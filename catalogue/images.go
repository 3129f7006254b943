package catalogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"pulperia/dao"
	"pulperia/dao/models"
)

// ImagesDir is where the bytes lie that the values of an export in a folder name, each in a file
// that is named by its hash.
const ImagesDir = "images"

// imageLine is the line of bytes in an export in one file. They come after all values.
type imageLine struct {
	SHA256 models.Hash `json:"sha256"`
	Base64 []byte      `json:"base64"`
}

const imageKey = "bytes"

// checked returns the bytes, if they are what their hash says.
func (l imageLine) checked() ([]byte, error) {
	if sum := models.HashOf(l.Base64); sum != l.SHA256 || len(l.Base64) == 0 {
		return nil, fmt.Errorf("the bytes of %.64q are not what it says: it is damaged", l.SHA256)
	}
	return l.Base64, nil
}

// putImage reads the line of bytes.
func (r *reading) putImage(number int, raw json.RawMessage) error {
	var l imageLine
	if err := json.Unmarshal(raw, &l); err != nil {
		return errors.New(models.Misfit(err))
	}
	bytes, err := l.checked()
	if err != nil {
		return err
	}
	return r.put(func() Entry { return Entry{Line: number, Bytes: bytes} })
}

// naming are the bytes that the values of a dump name, each once, in their order.
type naming struct {
	seen map[models.Hash]bool
	list []models.Hash
}

func (n *naming) add(batch dao.Batch) {
	for hash := range dao.BytesOf(batch) {
		if n.seen == nil {
			n.seen = map[models.Hash]bool{}
		}
		if !n.seen[hash] {
			n.seen[hash] = true
			n.list = append(n.list, hash)
		}
	}
}

// each hands out the bytes of a store. What is not there, or is not what it was, is counted and named: a
// store that lacks some must have a backup, too.
func (n *naming) each(ctx context.Context, store Dumper, written *Written, visit func(models.Hash, []byte) error) error {
	for _, hash := range n.list {
		bytes, err := store.Image(ctx, hash)
		if err != nil && ctx.Err() == nil && !errors.Is(err, dao.ErrUnavailable) {
			written.Missing = append(written.Missing, hash)
			continue
		}
		if err == nil {
			err = visit(hash, bytes)
		}
		if err != nil {
			return err
		}
		written.Images++
	}
	return nil
}

// writeImages writes the bytes that a dump has named into a folder of an export. It returns the
// files, which have not got their names yet.
func writeImages(ctx context.Context, dir string, names *naming, store Dumper, written *Written) (files []*replacement, err error) {
	dir = filepath.Join(dir, ImagesDir)
	if len(names.list) == 0 {
		return nil, nil
	}
	made, err := makeFolder(dir)
	if err != nil {
		return nil, err
	}
	err = names.each(ctx, store, written, func(hash models.Hash, bytes []byte) error {
		r, err := newReplacement(filepath.Join(dir, string(hash)))
		if err != nil {
			return err
		}
		files = append(files, r)
		r.Write(bytes) // what goes wrong shows when it settles
		return r.settle()
	})
	if err != nil {
		discardAll(files)
		if made {
			os.Remove(dir)
		}
	}
	return files, err
}

func discardAll(files []*replacement) {
	for _, r := range files {
		r.discard()
	}
}

// forgetImages removes from the folder of an export what an earlier one has left and no value names
// any more.
func forgetImages(dir string, names *naming) error {
	hashes, err := Images(dir)
	for _, hash := range hashes {
		if !names.seen[hash] && err == nil {
			err = os.Remove(filepath.Join(dir, ImagesDir, string(hash)))
		}
	}
	return err
}

// Images names the bytes that lie in the folder of an export.
func Images(dir string) (hashes []models.Hash, err error) {
	entries, err := os.ReadDir(filepath.Join(dir, ImagesDir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, entry := range entries {
		if hash, wrong := models.ParseHash(entry.Name()); wrong == nil && entry.Type().IsRegular() {
			hashes = append(hashes, hash)
		}
	}
	return hashes, err
}

// ReadImage returns bytes that lie in the folder of an export.
func ReadImage(dir string, hash models.Hash) ([]byte, error) {
	path := filepath.Join(dir, ImagesDir, string(hash))
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > models.MaxImageBytes {
		return nil, fmt.Errorf("%s: has %d bytes, and an image at most %d", path, info.Size(), models.MaxImageBytes)
	}
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if bytes, err = (imageLine{hash, bytes}).checked(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return bytes, nil
}
