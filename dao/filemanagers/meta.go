package filemanagers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// The names in a store's folder, beside those of the journal.
const (
	metaFile     = "store.json"
	productsFile = "products.json"
	cartsFile    = "carts.json"
	messagesFile = "messages.jsonl"
	lockFile     = "lock"

	// A fold writes products.json.new and the like. They count from the moment when store.json
	// vouches for them, and are then renamed.
	newSuffix = ".new"
)

// isLeftover says whether a name is one that files of the store bear only while they are written.
// Whatever else is in the folder, like the copies that editors make, is somebody's.
func isLeftover(name string) bool {
	base, isNew := strings.CutSuffix(name, newSuffix)
	return isNew && slices.Contains(restoredNames[:], base) ||
		name == metaFile+temporarySuffix || name == restoreFile+temporarySuffix || name == attendanceFile+temporarySuffix
}

// isOurs says whether a file of the store bears a name, for good or while it is written.
func isOurs(name string) bool {
	_, isJournal := segmentFirst(name)
	lasting := []string{metaFile, productsFile, cartsFile, messagesFile, lockFile, attendanceFile, restoreFile}
	return isJournal || isLeftover(name) || slices.Contains(lasting, name)
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

const formatVersion = 2 // 1 did not count entries

// meta is store.json. Writing it anew is what makes a fold count.
type meta struct {
	Format   int     `json:"format"`
	Epoch    string  `json:"epoch"`
	Previous string  `json:"previous,omitempty"` // the epoch before, whose journal may still be there
	Offset   int64   `json:"offset"`             // the last change that the folded files hold
	Clean    bool    `json:"clean"`              // no process has the store open for writing
	Products vouched `json:"products"`
	Carts    vouched `json:"carts"`
	Messages vouched `json:"messages"` // of its first Bytes; an unfinished fold may have left more
	Entries  counts  `json:"entries,omitzero"`
	Sum      string  `json:"sum"` // CRC-32C of the file with this field empty
}

// vouched is the content that a folded file must have.
type vouched struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// counts says how many entries a folded file of each kind has, to sum up what an edit takes away; 0
// also for not known.
type counts struct {
	Products int `json:"products"`
	Carts    int `json:"carts"`
	Messages int `json:"messages"`
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
