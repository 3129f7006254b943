package pictures

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"
)

// gradient is a picture whose corners differ: red grows to the right, green downwards.
func gradient(width, height int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p.SetNRGBA(x, y, color.NRGBA{uint8(255 * x / width), uint8(255 * y / height), 60, 255})
		}
	}
	return p
}

func jpegOf(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gifOf is one that moves.
func gifOf(t testing.TB, width, height, frames int) []byte {
	t.Helper()
	all := &gif.GIF{Config: image.Config{Width: width, Height: height, ColorModel: color.Palette(palette.Plan9)}}
	for range frames {
		all.Image = append(all.Image, image.NewPaletted(image.Rect(0, 0, 1, 1), palette.Plan9))
		all.Delay = append(all.Delay, 1)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, all); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// photo is a photograph of a telephone: much detail, 4:2:0, and where it was taken.
func photo(t testing.TB, width, height int) []byte {
	t.Helper()
	p := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	random := rand.New(rand.NewPCG(1, 2))
	for y := range height {
		for x := range width {
			wave := 60 * math.Sin(float64(x)/97) * math.Cos(float64(y)/61)
			p.Y[y*p.YStride+x] = uint8(128 + wave + float64(random.IntN(15)))
		}
	}
	for i := range p.Cb {
		p.Cb[i], p.Cr[i] = uint8(100+i%50), uint8(140-i/4000%40)
	}
	return with(jpegOf(t, p), segment(markAPP1, exif(6)))
}

// with puts bytes behind the first two.
func with(b []byte, more ...[]byte) []byte {
	return append(append(bytes.Clone(b[:2]), bytes.Join(more, nil)...), b[2:]...)
}

// segment is one of a JPEG.
func segment(mark byte, body []byte) []byte {
	head := binary.BigEndian.AppendUint16([]byte{0xff, mark}, uint16(len(body)+2))
	return append(head, body...)
}

// secret is what a telephone writes where the kitchen is.
const secret = "34.603722S 58.381592W"

// exif is EXIF with an orientation and a place.
func exif(orientation uint16) []byte {
	b := append(bytes.Clone(exifHead), "II*\x00\x08\x00\x00\x00\x02\x00"...)
	entry := func(tag, kind uint16, count, value uint32) {
		b = binary.LittleEndian.AppendUint16(b, tag)
		b = binary.LittleEndian.AppendUint16(b, kind)
		b = binary.LittleEndian.AppendUint32(b, count)
		b = binary.LittleEndian.AppendUint32(b, value)
	}
	entry(tagOrientation, 3, 1, uint32(orientation))
	entry(0x010e, 2, uint32(len(secret)), 38) // a description
	return append(binary.LittleEndian.AppendUint32(b, 0), "<script>alert(1)</script>"+secret...)
}

// chunk is one of a PNG.
func chunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// pngHead is the beginning of a PNG of a size.
func pngHead(width, height uint32) []byte {
	body := binary.BigEndian.AppendUint32(nil, width)
	body = append(binary.BigEndian.AppendUint32(body, height), 8, 6, 0, 0, 0)
	return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", body)...)
}

// riff is a WebP of chunks.
func riff(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func riffChunk(name string, body []byte) []byte {
	b := append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body))), body...)
	return append(b, make([]byte, len(body)%2)...)
}
