package pictures

import (
	"bytes"
	"encoding/binary"
)

// The markers of a JPEG that are looked at: ITU-T T.81, table B.1.
const (
	markSOF0 = 0xc0
	markSOF2 = 0xc2 // progressive
	markSOI  = 0xd8
	markEOI  = 0xd9
	markSOS  = 0xda
	markAPP1 = 0xe1 // EXIF
	markAPP2 = 0xe2 // ICC
	markRST0 = 0xd0
	markRST7 = 0xd7
)

var (
	exifHead = []byte("Exif\x00\x00")
	iccHead  = []byte("ICC_PROFILE\x00")
)

// segments visits the segments of a JPEG up to its first scan, as liberally as the decoder reads
// them: what stands between two is passed over.
func segments(b []byte, visit func(mark byte, body []byte)) {
	for at := 2; ; {
		for at < len(b) && b[at] != 0xff {
			at++
		}
		for at < len(b) && b[at] == 0xff {
			at++
		}
		if at >= len(b) {
			return
		}
		mark := b[at]
		at++
		if mark == 0 || mark >= markRST0 && mark <= markRST7 {
			continue
		}
		if mark == markEOI || len(b)-at < 2 {
			return
		}
		size := int(binary.BigEndian.Uint16(b[at:]))
		if size < 2 || len(b)-at < size {
			return
		}
		visit(mark, b[at+2:at+size])
		if mark == markSOS {
			return
		}
		at += size
	}
}

// lookJPEG finds the frame, by which decoding takes memory, the orientation and the profile. A
// decoder goes over all of a picture for each scan, and a scan can be of a few bytes: so the scans
// are counted, wherever they stand.
func (l *looked) lookJPEG(b []byte) error {
	var frame []byte
	progressive, parts := false, map[byte][]byte{}
	segments(b, func(mark byte, body []byte) {
		switch {
		case mark >= markSOF0 && mark <= markSOF2 && frame == nil:
			frame, progressive = body, mark == markSOF2
		case mark == markAPP1 && bytes.HasPrefix(body, exifHead) && l.orientation == 1:
			l.orientation = orientationOf(body[len(exifHead):])
		case mark == markAPP2 && bytes.HasPrefix(body, iccHead) && len(body) > len(iccHead)+2:
			parts[body[len(iccHead)]] = body[len(iccHead)+2:]
		}
	})
	if scans := bytes.Count(b, []byte{0xff, markSOS}); scans > maxScans {
		return refuse(Broken, "the JPEG has %d scans, and at most %d are taken: save it anew", scans, maxScans)
	}
	samples, components, ok := samplesOf(frame)
	if !ok {
		return refuse(Broken, "the JPEG is damaged or was cut off: its frame cannot be read")
	}
	if progressive { // four bytes for each
		l.coefficients = 4 * samples
	}
	l.memory = samples + l.coefficients
	if components == 4 || components == 3 && isRGB(frame) {
		l.memory += 4 * int64(l.width) * int64(l.height)
	}
	l.profile = joined(parts)
	return nil
}

// samplesOf counts the samples that a frame has in all its components, in whole blocks.
func samplesOf(frame []byte) (samples int64, components int, ok bool) {
	if len(frame) < 6 || len(frame) < 6+3*int(frame[5]) {
		return 0, 0, false
	}
	height, width := int64(binary.BigEndian.Uint16(frame[1:])), int64(binary.BigEndian.Uint16(frame[3:]))
	components = int(frame[5])
	mostH, mostV := int64(1), int64(1)
	for c := range components {
		mostH, mostV = max(mostH, int64(frame[7+3*c]>>4)), max(mostV, int64(frame[7+3*c]&15))
	}
	across, down := (width+8*mostH-1)/(8*mostH), (height+8*mostV-1)/(8*mostV)
	for c := range components {
		samples += across * down * 64 * int64(frame[7+3*c]>>4) * int64(frame[7+3*c]&15)
	}
	return samples, components, true
}

// isRGB says whether the components are named R, G and B, of which the decoder makes a copy.
func isRGB(frame []byte) bool { return frame[6] == 'R' && frame[9] == 'G' && frame[12] == 'B' }

// joined puts the parts of a profile together, which are counted from 1.
func joined(parts map[byte][]byte) (profile []byte) {
	for n := 1; n <= len(parts); n++ {
		profile = append(profile, parts[byte(n)]...)
	}
	if len(profile) > maxProfile {
		return nil
	}
	return profile
}
