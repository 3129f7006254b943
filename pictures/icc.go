package pictures

import (
	"encoding/binary"
	"image"
	"math"
)

// What a profile of three curves and a matrix says, which is what cameras and screens have (Display
// P3, Adobe RGB); one curve for grey. Those of printers, which are tables, are not followed: such a
// picture is taken as it is. ICC.1:2022, clauses 7 to 10.
type profile struct {
	curves [3]func(float64) float64
	matrix [3][3]float64 // from linear colours to XYZ under D50
}

// fromXYZ is from XYZ under D50 to linear sRGB, adapted by Bradford:
// http://www.brucelindbloom.com/index.html?Eqn_RGB_XYZ_Matrix.html
var fromXYZ = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

// white is D50, of which grey is made.
var white = [3]float64{0.9642, 1, 0.8249}

// toSRGB takes the colours of a picture from a profile to sRGB. One without a profile, or with one
// that is not followed, stays as it is.
func toSRGB(p *image.RGBA, icc []byte) {
	from, ok := readProfile(icc)
	if !ok {
		return
	}
	var linear [3][256]float64
	for c := range 3 {
		for v := range 256 {
			if light := from.curves[c](float64(v) / 255); light > 0 { // and is a number
				linear[c][v] = min(light, 1)
			}
		}
	}
	matrix, encoded := times(fromXYZ, from.matrix), encoding()
	for i := 0; i < len(p.Pix); i += 4 {
		px := p.Pix[i : i+4 : i+4]
		if px[3] == 0 {
			continue
		}
		var in, out [3]float64
		for c := range 3 {
			in[c] = linear[c][min(uint32(px[c])*255/uint32(px[3]), 255)]
		}
		for c := range 3 {
			out[c] = matrix[c][0]*in[0] + matrix[c][1]*in[1] + matrix[c][2]*in[2]
			v := encoded[int(min(max(out[c], 0), 1)*float64(len(encoded)-1)+0.5)]
			px[c] = uint8(uint32(v) * uint32(px[3]) / 255)
		}
	}
}

// encoding is the curve of sRGB, IEC 61966-2-1, in steps that are fine enough for the dark.
func encoding() []uint8 {
	table := make([]uint8, 1<<14)
	for i := range table {
		v := float64(i) / float64(len(table)-1)
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		table[i] = uint8(v*255 + 0.5)
	}
	return table
}

func times(a, b [3][3]float64) (c [3][3]float64) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				c[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return c
}

// readProfile reads a profile of that form; ok is false for any other.
func readProfile(b []byte) (p profile, ok bool) {
	const header = 128
	if len(b) < header+4 || string(b[36:40]) != "acsp" || string(b[20:24]) != "XYZ " {
		return p, false
	}
	tags := map[string][]byte{}
	for n, at := binary.BigEndian.Uint32(b[header:]), header+4; n > 0 && at+12 <= len(b); n, at = n-1, at+12 {
		from, size := int64(binary.BigEndian.Uint32(b[at+4:])), int64(binary.BigEndian.Uint32(b[at+8:]))
		if from+size <= int64(len(b)) {
			tags[string(b[at:at+4])] = b[from : from+size]
		}
	}
	if string(b[16:20]) == "GRAY" {
		curve, ok := readCurve(tags["kTRC"])
		p.curves = [3]func(float64) float64{curve, curve, curve}
		for c := range 3 { // equal parts of red, green and blue are white
			for i := range 3 {
				p.matrix[c][i] = white[c] / 3
			}
		}
		return p, ok
	}
	for i, colour := range []string{"r", "g", "b"} {
		column, columnOK := readXYZ(tags[colour+"XYZ"])
		curve, curveOK := readCurve(tags[colour+"TRC"])
		if !columnOK || !curveOK {
			return p, false
		}
		p.curves[i] = curve
		for c := range 3 {
			p.matrix[c][i] = column[c]
		}
	}
	return p, string(b[16:20]) == "RGB "
}

// fixed reads an s15Fixed16Number.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

func readXYZ(tag []byte) (xyz [3]float64, ok bool) {
	if len(tag) < 20 || string(tag[:4]) != "XYZ " {
		return xyz, false
	}
	for i := range 3 {
		xyz[i] = fixed(tag[8+4*i:])
	}
	return xyz, true
}

// readCurve reads a curve, from what is stored to linear light.
func readCurve(tag []byte) (curve func(float64) float64, ok bool) {
	if len(tag) < 12 {
		return nil, false
	}
	switch string(tag[:4]) {
	case "curv":
		return sampledCurve(tag[12:], binary.BigEndian.Uint32(tag[8:]))
	case "para":
		return formulaCurve(tag[12:], binary.BigEndian.Uint16(tag[8:]))
	}
	return nil, false
}

func sampledCurve(b []byte, n uint32) (func(float64) float64, bool) {
	switch {
	case n == 0:
		return func(v float64) float64 { return v }, true
	case int64(len(b)) < 2*int64(n):
		return nil, false
	case n == 1:
		gamma := float64(binary.BigEndian.Uint16(b)) / 256
		return func(v float64) float64 { return math.Pow(v, gamma) }, true
	}
	return func(v float64) float64 {
		at := v * float64(n-1)
		i := min(int(at), int(n)-2)
		lower, upper := float64(binary.BigEndian.Uint16(b[2*i:])), float64(binary.BigEndian.Uint16(b[2*i+2:]))
		return (lower + (upper-lower)*(at-float64(i))) / 65535
	}, true
}

// formulaCurve is (a·v + b)^g + e from d on, and c·v + f below; the kinds say which of them are
// given.
func formulaCurve(b []byte, kind uint16) (func(float64) float64, bool) {
	counts := []int{1, 3, 4, 5, 7}
	if int(kind) >= len(counts) || len(b) < 4*counts[kind] {
		return nil, false
	}
	var given [7]float64
	for i := range counts[kind] {
		given[i] = fixed(b[4*i:])
	}
	g, a, add, c, d, e, f := given[0], given[1], given[2], given[3], given[4], given[5], given[6]
	switch kind {
	case 0:
		a, add, c, d = 1, 0, 0, 0
	case 1, 2:
		shift := c // none of the first
		c, d, e, f = 0, math.Inf(-1), shift, shift
		if a != 0 {
			d = -add / a
		}
	}
	return func(v float64) float64 {
		if v < d {
			return c*v + f
		}
		if v = math.Pow(max(a*v+add, 0), g) + e; math.IsNaN(v) {
			return 0
		}
		return v
	}, true
}
