package pictures

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
)

// lookPNG finds orientation and profile among the chunks of a PNG.
func (l *looked) lookPNG(b []byte) {
	for at := 8; len(b)-at >= 12; {
		size := int64(binary.BigEndian.Uint32(b[at:]))
		if size > int64(len(b)-at-12) {
			return
		}
		body := b[at+8 : at+8+int(size)]
		switch string(b[at+4 : at+8]) {
		case "iCCP":
			l.profile = unpacked(body)
		case "eXIf":
			l.orientation = orientationOf(body)
		case "IDAT", "IEND":
			return // what comes later is not about how it is shown
		}
		at += 12 + int(size)
	}
}

// unpacked reads the profile in a chunk: its name, a zero, the method, and the packed profile.
func unpacked(chunk []byte) []byte {
	_, packed, found := bytes.Cut(chunk, []byte{0})
	if !found || len(packed) < 1 {
		return nil
	}
	unpacker, err := zlib.NewReader(bytes.NewReader(packed[1:]))
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(unpacker, maxProfile+1)) // a small chunk may hold gigabytes
	if err != nil || len(profile) > maxProfile {
		return nil
	}
	return profile
}

// lookWebP finds them among the chunks of a WebP.
func (l *looked) lookWebP(b []byte) {
	for at := 12; len(b)-at >= 8; {
		size := int64(binary.LittleEndian.Uint32(b[at+4:]))
		if size > int64(len(b)-at-8) {
			return
		}
		body := b[at+8 : at+8+int(size)]
		switch string(b[at : at+4]) {
		case "ICCP":
			l.profile = body[:min(len(body), maxProfile)]
		case "EXIF":
			l.orientation = orientationOf(bytes.TrimPrefix(body, exifHead))
		}
		at += 8 + int(size+size%2)
	}
}
