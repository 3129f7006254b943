package filemanagers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Images = (*images)(nil)

// imagesFolder holds bytes outside the feed, each in a file that is named by its hash. What bears
// another name in it is somebody else's.
const imagesFolder = "images"

// images is that folder.
type images struct {
	disk     disk         // the store's
	open     func() error // nil as long as it can be written to
	mu       sync.Mutex   // of who puts or removes
	makeOnce sync.Once
	made     error
}

// Put writes a file beside its place, syncs it and gives it its name. Also what is there already is
// written anew: its date says how long nobody has put it.
func (m *images) Put(ctx context.Context, bytes []byte) (models.Hash, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	hash := models.HashOf(bytes)
	m.mu.Lock()
	defer m.mu.Unlock()
	err := m.open()
	if err == nil {
		if err = m.put(hash, bytes); err != nil {
			err = fmt.Errorf("%w: %w", dao.ErrUnavailable, err)
		}
	}
	if err != nil {
		return "", fmt.Errorf("keep image %s: %w", hash, err)
	}
	return hash, nil
}

func (m *images) put(hash models.Hash, bytes []byte) error {
	m.makeOnce.Do(func() { m.made = m.disk.Make(imagesFolder) })
	if m.made != nil {
		return m.made
	}
	return replace(m.disk.In(imagesFolder), string(hash), bytes)
}

// Get reads a file, and holds it against its name.
func (m *images) Get(ctx context.Context, hash models.Hash) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := models.ParseHash(string(hash)); err != nil { // it could name a file elsewhere
		return nil, dao.MissingImage(hash)
	}
	bytes, err := readAll(m.disk.In(imagesFolder), string(hash))
	if _, foreign := errors.AsType[*Damage](err); foreign { // a link, say: it will not come right by itself
		return nil, fmt.Errorf("read image %s: %w: %w", hash, dao.ErrSpoilt, err)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && bytes == nil:
		return nil, dao.MissingImage(hash)
	case err != nil:
		return nil, fmt.Errorf("read image %s: %w: %w", hash, dao.ErrUnavailable, err)
	case models.HashOf(bytes) != hash:
		return nil, fmt.Errorf("%w: %w", dao.ErrSpoilt, &Damage{
			File: imagesFolder + "/" + string(hash), Byte: -1, Wrong: "its content is not that of its name",
			Remedy: "Take it out of the folder, and upload the picture again or bring the file back from a backup",
		})
	}
	return bytes, nil
}

// Each visits the files by their names.
func (m *images) Each(ctx context.Context, visit func(models.Hash) error) error {
	names, err := m.names()
	for _, name := range names {
		if hash, wrong := models.ParseHash(name); wrong == nil && err == nil {
			if err = ctx.Err(); err == nil {
				err = visit(hash)
			}
		}
	}
	return err
}

// names are all in the folder; none where there is no folder yet.
func (m *images) names() ([]string, error) {
	names, err := m.disk.In(imagesFolder).List()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return names, err
}

// Remove looks at the dates of the files.
func (m *images) Remove(ctx context.Context, hashes []models.Hash, before models.Time) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.open(); err != nil {
		return 0, fmt.Errorf("remove images: %w", err)
	}
	folder := m.disk.In(imagesFolder)
	for _, hash := range hashes {
		at, err := folder.Changed(string(hash))
		if err == nil && models.TimeOf(at) < before {
			if err = folder.Remove(string(hash)); err == nil {
				n++
			}
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return n, fmt.Errorf("remove image %s: %w: %w", hash, dao.ErrUnavailable, err)
		}
		if err := ctx.Err(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// clear removes what a killed process has left half written, or all that is the store's.
func (m *images) clear(all bool) error {
	names, err := m.names()
	folder := m.disk.In(imagesFolder)
	for _, name := range names {
		base, half := strings.CutSuffix(name, temporarySuffix)
		if _, wrong := models.ParseHash(base); wrong == nil && err == nil && (half || all) {
			err = folder.Remove(name)
		}
	}
	return err
}
