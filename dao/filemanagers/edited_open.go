package filemanagers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"pulperia/dao"
)

// written is when each file that compactions write anew was written last, by its name: another time
// means that somebody has written into it while the shop is open, when nobody reads it.
type written map[string]time.Time

// see notes when files were written, as far as they are there.
func (w written) see(d disk, names ...string) {
	for _, name := range names {
		if at, err := d.Changed(name); err == nil {
			w[name] = at
		}
	}
}

// keepEdited copies what somebody has written into the file of a kind that is about to be replaced.
// The copy bears the hash of its content, so that the next try makes no second one.
func (f *compactor) keepEdited(s *dao.Schema) error {
	name := s.File()
	at, err := f.disk.Changed(name)
	if err != nil || at.Equal(f.written[name]) {
		return nil // without a file there is nothing to keep
	}
	content, err := readAll(f.disk, name)
	if err != nil {
		return fmt.Errorf("read %s, which somebody has written: %w", name, err)
	}
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:])
	if hash == f.meta.of(s).SHA256 { // somebody has copied it over itself
		return nil
	}
	base, ending, _ := strings.Cut(name, ".")
	kept := base + ".edited-" + hash[:8] + "." + ending
	if _, err := f.disk.Changed(kept); err == nil {
		return nil
	}
	if err := replace(f.disk, kept, content); err != nil {
		return fmt.Errorf("keep what somebody has written into %s: %w", name, err)
	}
	f.log.Warn("a file was edited while the shop is open, and is written anew: the edit is kept beside it and was not taken in; edit files when the shop is stopped",
		"file", name, "edit", kept)
	return nil
}
