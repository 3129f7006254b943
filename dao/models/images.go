package models

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The limits of a picture.
const (
	MaxAlt        = 300     // code points
	MaxRenditions = 8       // sizes
	MaxSide       = 65_535  // pixels
	MaxImageBytes = 4 << 20 // of one rendition
)

// Hash names bytes by what they are: their SHA-256 in 64 lower-case hex digits.
type Hash string

// HashOf returns the hash of bytes.
func HashOf(bytes []byte) Hash {
	sum := sha256.Sum256(bytes)
	return Hash(hex.EncodeToString(sum[:]))
}

func hasUpper(text string) bool {
	for i := range len(text) {
		if 'A' <= text[i] && text[i] <= 'F' {
			return true
		}
	}
	return false
}

// ParseHash reads the text form, which is the only one.
func ParseHash(text string) (Hash, error) {
	if len(text) == 2*sha256.Size && !hasUpper(text) {
		if _, err := hex.DecodeString(text); err == nil {
			return Hash(text), nil
		}
	}
	return "", fmt.Errorf("%s is no hash: a hash is 64 lower-case hex digits", quote(text))
}

// ID returns the id of the picture that was uploaded as the bytes of a hash: its first half of the
// digits that an id has.
func (h Hash) ID() (id ID) {
	hex.Decode(id[:], []byte(h)[:2*len(id)])
	return id
}

// Image is a picture of the shop's own. What was uploaded is not kept: its id is made of that one's
// hash, and the bytes of its renditions lie outside the feed, each under its own hash.
type Image struct {
	Head
	Upload     Hash        `json:"upload"`     // of the bytes that were uploaded
	Width      int         `json:"width"`      // of the picture, the right way up
	Height     int         `json:"height"`     //
	Alt        string      `json:"alt"`        // what is to be seen on it, for who cannot see it; may be empty
	Renditions []Rendition `json:"renditions"` // from the narrowest to the widest; never nil once normalized
	Unnamed    Time        `json:"unnamed"`    // since when no value is known to name it; zero while one does
}

// Rendition is a picture in one size.
type Rendition struct {
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Type   string `json:"type"` // "image/jpeg" or "image/png"
	Bytes  int64  `json:"bytes"`
	SHA256 Hash   `json:"sha256"`
}

// imagesPath is where the shop serves bytes by their hash.
const imagesPath = "/images/"

// Path returns where bytes are served.
func (h Hash) Path() string { return imagesPath + string(h) }

// ImageOf returns the upload that a picture's address names, when it is one of the shop's own.
func ImageOf(src string) (upload Hash, own bool) {
	text, own := strings.CutPrefix(src, imagesPath)
	upload, err := ParseHash(text)
	return upload, own && err == nil
}

// Src is the address that products name the picture by: it shows the rendition of [Image.Usual].
func (i Image) Src() string { return i.Upload.Path() }

// usualWidth is good for a card and for a telephone.
const usualWidth = 800

// Usual is the rendition for whoever asks for none: the widest up to 800 pixels, or the narrowest.
func (i Image) Usual() Rendition {
	usual := i.Renditions[0]
	for _, r := range i.Renditions {
		if r.Width <= usualWidth {
			usual = r
		}
	}
	return usual
}

// Srcset names all renditions with their widths, as the attribute of that name wants it.
func (i Image) Srcset() string {
	parts := make([]string, len(i.Renditions))
	for n, r := range i.Renditions {
		parts[n] = r.SHA256.Path() + " " + strconv.Itoa(r.Width) + "w"
	}
	return strings.Join(parts, ", ")
}

// Clone returns a copy that shares nothing with i.
func (i Image) Clone() Image { i.Renditions = append([]Rendition{}, i.Renditions...); return i }

// Same says whether both hold the same content.
func (i Image) Same(o Image) bool {
	return i.ID == o.ID && i.Upload == o.Upload && i.Width == o.Width && i.Height == o.Height && i.Alt == o.Alt &&
		i.Unnamed == o.Unnamed && slices.Equal(i.Renditions, o.Renditions)
}

// Normalize makes the text a normal one, and a missing list an empty one.
func (i *Image) Normalize() {
	i.Alt = NormalText(i.Alt)
	if i.Renditions == nil {
		i.Renditions = []Rendition{}
	}
}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (i Image) Check() error {
	var v Invalid
	if _, err := ParseHash(string(i.Upload)); err != nil {
		v.Add("upload", NotHash, nil, quote(string(i.Upload)))
	}
	checkRange(&v, "width", int64(i.Width), 1, MaxSide)
	checkRange(&v, "height", int64(i.Height), 1, MaxSide)
	if i.Alt != "" {
		v.checkText("alt", i.Alt, MaxAlt, false)
	}
	switch n := len(i.Renditions); {
	case n == 0:
		v.Add("renditions", Required, nil, "")
	case n > MaxRenditions:
		v.Add("renditions", TooMany, MaxRenditions, strconv.Itoa(n))
	}
	for n, r := range i.Renditions {
		r.check(&v, "renditions["+strconv.Itoa(n)+"].")
	}
	return v.Err()
}

func (r Rendition) check(v *Invalid, field string) {
	checkRange(v, field+"width", int64(r.Width), 1, MaxSide)
	checkRange(v, field+"height", int64(r.Height), 1, MaxSide)
	if types := []string{"image/jpeg", "image/png"}; !slices.Contains(types, r.Type) {
		v.Add(field+"type", NotOneOf, strings.Join(types, ", "), quote(r.Type))
	}
	checkRange(v, field+"bytes", r.Bytes, 1, MaxImageBytes)
	if _, err := ParseHash(string(r.SHA256)); err != nil {
		v.Add(field+"sha256", NotHash, nil, quote(string(r.SHA256)))
	}
}
