package filemanagers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"pulperia/dao"
)

// The names in a store's folder, beside those of the journal.
const (
	metaFile = "store.json"
	lockFile = "lock"

	// A compaction writes products.json.new and the like. They count from the moment when
	// store.json vouches for them, and are then renamed.
	newSuffix = ".new"
)

// isOfKind says whether a name is that of the file of a kind.
func isOfKind(name string) bool {
	return slices.ContainsFunc(dao.Kinds(), func(s *dao.Schema) bool { return s.File() == name })
}

// isLeftover says whether a name is one that files of the store bear only while they are written.
// Whatever else is in the folder, like the copies that editors make, is somebody's.
func isLeftover(name string) bool {
	base, isNew := strings.CutSuffix(name, newSuffix)
	return isNew && isOfKind(base) ||
		name == metaFile+temporarySuffix || name == restoreFile+temporarySuffix || name == attendanceFile+temporarySuffix
}

// isOurs says whether a file of the store bears a name, for good or while it is written.
func isOurs(name string) bool {
	_, isJournal := segmentFirst(name)
	lasting := []string{metaFile, lockFile, attendanceFile, restoreFile}
	return isJournal || isLeftover(name) || isOfKind(name) || slices.Contains(lasting, name)
}

// wantOwnFolder refuses a folder in which others keep things, and which is no store yet. What
// systems and tools put into a new folder is nothing.
func wantOwnFolder(d disk) error {
	names, err := d.List()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || slices.ContainsFunc(names, isOurs) {
		return err
	}
	nothing := []string{"lost+found", ".gitkeep", ".gitignore", ".DS_Store", "Thumbs.db", "desktop.ini"}
	others := slices.DeleteFunc(names, func(name string) bool { return slices.Contains(nothing, name) })
	if len(others) == 0 {
		return nil
	}
	return fmt.Errorf("the folder holds other things (%q is one of %d) and no store: name one that is empty or not there yet", others[0], len(others))
}

const formatVersion = 4 // 1 did not count entries, 2 had no identity, 3 did not say who made a step

// meta is store.json. Writing it anew is what makes a compaction count.
type meta struct {
	Format   int     `json:"format"`
	Identity string  `json:"identity,omitempty"` // of the store, in all its epochs
	Epoch    string  `json:"epoch"`
	Previous string  `json:"previous,omitempty"` // the epoch before, whose journal may still be there
	Offset   int64   `json:"offset"`             // the last change that the folded files hold
	Clean    bool    `json:"clean"`              // no process has the store open for writing
	Products vouched `json:"products"`
	Carts    vouched `json:"carts"`
	Messages vouched `json:"messages"` // of its first Bytes; an unfinished compaction may have left more
	Entries  counts  `json:"entries,omitzero"`

	Kinds map[string]vouched `json:"kinds,omitempty"` // the files of the kinds that came after those, by plural
	Sum   string             `json:"sum"`             // CRC-32C of the file with this field empty
}

// vouched is the content that a folded file must have.
type vouched struct {
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"`
	Entries int    `json:"entries,omitzero"` // to sum up what an edit takes away; 0 also for not known
}

// is says whether both are of the same content.
func (v vouched) is(o vouched) bool { return v.Bytes == o.Bytes && v.SHA256 == o.SHA256 }

// counts says how many entries the files of the first kinds have, which stand apart from them.
type counts struct {
	Products int `json:"products"`
	Carts    int `json:"carts"`
	Messages int `json:"messages"`
}

// first returns where store.json has a kind that it had from the beginning, or nil.
func (m *meta) first(s *dao.Schema) (file *vouched, entries *int) {
	switch s.Kind {
	case dao.KindProduct:
		return &m.Products, &m.Entries.Products
	case dao.KindCart:
		return &m.Carts, &m.Entries.Carts
	case dao.KindMessage:
		return &m.Messages, &m.Entries.Messages
	}
	return nil, nil
}

// of returns the content that the file of a kind must have; the zero one when there was never a
// value.
func (m *meta) of(s *dao.Schema) vouched {
	file, entries := m.first(s)
	if file == nil {
		return m.Kinds[s.Plural]
	}
	return vouched{file.Bytes, file.SHA256, *entries}
}

// unneeded says whether a kind needs no file: one that not every shop has, and of which there was
// never a value. So a program that does not know it opens the store.
func (m *meta) unneeded(s *dao.Schema, values int) bool {
	return !s.Always && values == 0 && m.of(s) == vouched{}
}

// vouch sets the content that the file of a kind must have.
func (m *meta) vouch(s *dao.Schema, v vouched) {
	if file, entries := m.first(s); file != nil {
		*file, *entries = vouched{Bytes: v.Bytes, SHA256: v.SHA256}, v.Entries
		return
	}
	m.Kinds = maps.Clone(m.Kinds) // others may have the same
	if m.Kinds == nil {
		m.Kinds = map[string]vouched{}
	}
	m.Kinds[s.Plural] = v
}

// rewritten returns how many bytes a compaction writes anew at most.
func (m *meta) rewritten() (n int64) {
	for _, s := range dao.Kinds() {
		if !s.History {
			n += m.of(s).Bytes
		}
	}
	return n
}

func (m meta) encode() []byte {
	m.Sum = ""
	m.Sum = fmt.Sprintf("%08x", crc32.Checksum(m.text(), castagnoli))
	return m.text()
}

func (m meta) text() []byte {
	text, _ := json.MarshalIndent(m, "", "  ") // of texts and numbers: never fails
	return append(text, '\n')
}

func (m meta) write(d disk) error {
	if err := replace(d, metaFile, m.encode()); err != nil {
		return fmt.Errorf("write %s: %w", metaFile, err)
	}
	return nil
}

// readMeta returns nil without an error when there is no store.json.
func readMeta(d disk) (*meta, error) {
	text, err := readAll(d, metaFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m meta
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, &Damage{File: metaFile, Byte: -1, Wrong: "is not what the shop wrote", Remedy: restore}
	}
	if m.Format > formatVersion {
		wrong := fmt.Sprintf("format %d is newer than this program knows (%d)", m.Format, formatVersion)
		return nil, &Damage{File: metaFile, Byte: -1, Wrong: wrong, Remedy: "Use a newer pulperia"}
	}
	for plural := range m.Kinds {
		if !slices.ContainsFunc(dao.Kinds(), func(s *dao.Schema) bool { return s.Plural == plural }) {
			return nil, &Damage{File: metaFile, Byte: -1, Wrong: "the store holds " + plural + ", which this program does not know", Remedy: "Use a newer pulperia"}
		}
	}
	if !bytes.Equal(m.encode(), text) {
		return nil, &Damage{File: metaFile, Byte: -1, Wrong: "checksum does not match", Remedy: restore}
	}
	return &m, nil
}

func readAll(d disk, name string) ([]byte, error) {
	f, err := d.Read(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	text := make([]byte, size)
	if _, err := f.ReadAt(text, 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return text, nil
}
