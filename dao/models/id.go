package models

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
)

// ID names a product, a cart or a message. Its text form is 24 lower-case hex digits; MongoDB keeps
// it as an ObjectID. The zero ID is "none".
type ID [12]byte

// NewID makes an ID: four bytes of Unix time in seconds, then eight from crypto/rand. A cart's ID
// is also what opens the cart, so it must not be guessable; that is why this is not the counter of
// the ObjectID specification.
func NewID(now time.Time) ID {
	var id ID
	binary.BigEndian.PutUint32(id[:4], uint32(now.Unix()))
	rand.Read(id[4:]) // never fails: see crypto/rand.Read
	return id
}

// ParseID reads the text form, also in upper case, as MongoDB's drivers do. Anything but 24 hex digits
// is an error.
func ParseID(text string) (ID, error) {
	var id ID
	if len(text) == 24 {
		if _, err := hex.Decode(id[:], []byte(text)); err == nil {
			return id, nil
		}
	}
	if text == "" {
		return ID{}, errNoID
	}
	return ID{}, notID(text)
}

var errNoID = notID("") // most texts that are no id are those of a cookie or a query that is not there

func notID(text string) error {
	return fmt.Errorf("%s is not an id: an id is 24 hex digits", quote(text))
}

// IsZero says whether the ID is "none".
func (id ID) IsZero() bool { return id == ID{} }

// Compare orders IDs by their bytes, which is also the order of their text.
func (id ID) Compare(other ID) int { return bytes.Compare(id[:], other[:]) }

// String returns the text form.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText returns the text form.
func (id ID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, id[:]), nil }

// UnmarshalText reads the text form, as [ParseID] does.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := ParseID(string(text))
	if err == nil {
		*id = parsed
	}
	return err
}
