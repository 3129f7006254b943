// Package pictures makes of what somebody uploads the pictures that a shop serves. What comes in is
// known by its content, never by its name; what goes out was drawn and encoded here, so that nothing
// of the file goes along: no place where a photograph was taken, no script, no second content behind
// the first.
//
// A file is looked at (look.go) before anything of it is decoded: what it is, how large, and how
// much memory its decoding takes. What would take more than [MostMemory] is refused, and a [Maker]
// decodes only as much at once as fits into that. A JPEG is made smaller as it was stored, in
// luminance and colour differences (shrink.go), before it is converted: of 48 million pixels none is
// kept twice. Then the picture is turned upright (exif.go), its colours are taken to sRGB (icc.go),
// and it is drawn in a few widths (make.go).
package pictures

import "fmt"

// The limits of what is taken.
const (
	MaxBytes     = 12 << 20   // of an upload
	MaxJPEG      = 50_000_000 // pixels
	MaxOther     = 16_000_000 // pixels of what is none
	MostMemory   = 220 << 20  // bytes of what is being decoded, at any time
	maxSide      = 65_535
	maxScans     = 64 // of a JPEG: some cost much to decode and nothing to write
	maxProfile   = 1 << 20
	maxDirectory = 1_000 // entries of EXIF
)

// Widths are those that pictures are drawn in; none is made larger than it came.
var Widths = []int{200, 400, 800, 1280}

// Why says why something is not taken, for doors that have their own words.
type Why string

// What may be wrong with an upload.
const (
	Unknown     Why = "unknown"     // it is no JPEG, PNG, WebP or GIF
	Large       Why = "large"       // more bytes, pixels or memory than are taken
	Progressive Why = "progressive" // only that it is so takes more memory than there is
	Broken      Why = "broken"      // it cannot be decoded
)

// Refused is the error about what is not taken as a picture.
type Refused struct {
	Why  Why
	Text string // what it is, what is taken, and what to do
}

// Error says it.
func (r Refused) Error() string { return r.Text }

func refuse(why Why, format string, args ...any) error {
	return Refused{why, fmt.Sprintf(format, args...)}
}
