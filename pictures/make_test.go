package pictures

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"testing"

	"pulperia/dao/models"
)

func made(t *testing.T, upload []byte) Picture {
	t.Helper()
	p, err := NewMaker().Make(t.Context(), upload)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func decoded(t *testing.T, r Rendition) image.Image {
	t.Helper()
	p, kind, err := image.Decode(bytes.NewReader(r.Bytes))
	if err != nil || "image/"+kind != r.Type || p.Bounds().Size() != image.Pt(r.Width, r.Height) || r.Rendition.Bytes != int64(len(r.Bytes)) || r.SHA256 != models.HashOf(r.Bytes) {
		t.Fatalf("%+v is %v of %v: %v", r.Rendition, kind, p.Bounds(), err)
	}
	return p
}

// A picture comes out in the widths of the shop, of its own shape, and never larger than it came.
func TestWidths(t *testing.T) {
	for _, c := range []struct {
		width, height int
		want          []image.Point
	}{
		{3000, 1500, []image.Point{{200, 100}, {400, 200}, {800, 400}, {1280, 640}}},
		{500, 250, []image.Point{{200, 100}, {400, 200}, {500, 250}}},
		{200, 100, []image.Point{{200, 100}}},
		{7, 3, []image.Point{{7, 3}}},
		{1, 1, []image.Point{{1, 1}}},
		{3000, 1, []image.Point{{200, 1}, {400, 1}, {800, 1}, {1280, 1}}},
		{100, 10_000, []image.Point{{4, 400}, {8, 800}, {16, 1600}, {25, 2560}}},
	} {
		p := made(t, pngOf(t, gradient(c.width, c.height)))
		if p.Width != c.width || p.Height != c.height {
			t.Errorf("%d by %d is taken for %d by %d", c.width, c.height, p.Width, p.Height)
		}
		var got []image.Point
		for _, r := range p.Renditions {
			got = append(got, decoded(t, r).Bounds().Size())
		}
		if len(got) != len(c.want) {
			t.Errorf("%d by %d: %v, not %v", c.width, c.height, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%d by %d: %v, not %v", c.width, c.height, got, c.want)
			}
		}
	}
}

// However a telephone was held, the picture stands upright: red grows to the right, green downwards.
func TestUpright(t *testing.T) {
	for orientation := 1; orientation <= 8; orientation++ {
		size := image.Pt(64, 48)
		if swaps(orientation) {
			size = image.Pt(48, 64)
		}
		want := gradient(64, 48)
		stored := image.NewNRGBA(image.Rectangle{Max: size})
		of := upright(orientation, size.X, size.Y)
		for y := range 48 {
			for x := range 64 {
				sx, sy := of(x, y)
				stored.Set(sx, sy, want.At(x, y))
			}
		}
		p := made(t, with(jpegOf(t, stored), segment(markAPP1, exif(uint16(orientation)))))
		if p.Width != 64 || p.Height != 48 {
			t.Fatalf("orientation %d: %d by %d", orientation, p.Width, p.Height)
		}
		got := decoded(t, p.Renditions[0])
		r1, _, _, _ := got.At(2, 24).RGBA()
		r2, _, _, _ := got.At(61, 24).RGBA()
		_, g1, _, _ := got.At(32, 2).RGBA()
		_, g2, _, _ := got.At(32, 45).RGBA()
		if r2 < r1+0xa000 || g2 < g1+0xa000 {
			t.Errorf("orientation %d: red goes from %x to %x, green from %x to %x", orientation, r1, r2, g1, g2)
		}
	}
}

// upright is what EXIF says: of 6, which telephones write that are held upright, the first row is
// the right side, the first column the top.
func TestUprightAsEXIFSaysIt(t *testing.T) {
	for orientation, want := range map[int][2]image.Point{ // where the top left and the top right stand in a picture of 4 by 3
		1: {{0, 0}, {3, 0}}, 2: {{3, 0}, {0, 0}}, 3: {{3, 2}, {0, 2}}, 4: {{0, 2}, {3, 2}},
		5: {{0, 0}, {0, 2}}, 6: {{0, 2}, {0, 0}}, 7: {{3, 2}, {3, 0}}, 8: {{3, 0}, {3, 2}},
	} {
		right := 3
		if swaps(orientation) {
			right = 2
		}
		of := upright(orientation, 4, 3)
		x0, y0 := of(0, 0)
		x1, y1 := of(right, 0)
		if got := [2]image.Point{{x0, y0}, {x1, y1}}; got != want {
			t.Errorf("%d: %v, not %v", orientation, got, want)
		}
	}
}

// Nothing of the file goes along: no place, no script, nothing that stands behind the picture.
func TestMetadataIsDropped(t *testing.T) {
	more := []byte("<?php secret ?>")
	for name, upload := range map[string][]byte{
		"JPEG": append(with(jpegOf(t, gradient(300, 200)), segment(markAPP1, exif(1)), segment(0xfe, []byte(secret))), more...),
		"PNG":  append(append(pngOf(t, gradient(300, 200))[:33], chunk("tEXt", []byte("Comment\x00"+secret))...), pngOf(t, gradient(300, 200))[33:]...),
	} {
		for _, r := range made(t, append(upload, secret...)).Renditions {
			for _, trace := range []string{secret, "script", "php", "Exif"} {
				if bytes.Contains(r.Bytes, []byte(trace)) {
					t.Errorf("%s: %d px: %q is still in it", name, r.Width, trace)
				}
			}
		}
	}
}

// What is transparent stays so, in a PNG; all else is a JPEG.
func TestTransparent(t *testing.T) {
	p := gradient(300, 200)
	if kind := made(t, pngOf(t, p)).Renditions[0].Type; kind != "image/jpeg" {
		t.Errorf("a picture without a hole is %s", kind)
	}
	for x := range 150 {
		for y := range 200 {
			p.SetNRGBA(x, y, color.NRGBA{})
		}
	}
	r := made(t, pngOf(t, p)).Renditions[0]
	got := decoded(t, r)
	_, _, _, left := got.At(20, 50).RGBA()
	_, _, _, right := got.At(180, 50).RGBA()
	if r.Type != "image/png" || left != 0 || right != 0xffff {
		t.Errorf("%s: %x, %x", r.Type, left, right)
	}
}

// A GIF that moves is its first picture, on the whole of its canvas.
func TestFirstFrame(t *testing.T) {
	if p := made(t, gifOf(t, 30, 20, 3)); p.Width != 30 || p.Height != 20 || p.Renditions[0].Type != "image/png" {
		t.Errorf("%+v", p)
	}
}

// displayP3 is the profile of a telephone's camera: its primaries under D50, and the curve of sRGB.
func displayP3() []byte {
	number := func(v float64) []byte { return binary.BigEndian.AppendUint32(nil, uint32(int32(v*65536))) }
	numbers := func(kind string, all ...float64) []byte {
		b := append([]byte(kind), make([]byte, 4)...)
		if kind == "para" {
			b = append(b, 0, 3, 0, 0)
		}
		for _, v := range all {
			b = append(b, number(v)...)
		}
		return b
	}
	curve := numbers("para", 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)
	tags := []struct {
		name string
		body []byte
	}{
		{"rXYZ", numbers("XYZ ", 0.5151, 0.2412, -0.0011)}, {"gXYZ", numbers("XYZ ", 0.2920, 0.6922, 0.0419)},
		{"bXYZ", numbers("XYZ ", 0.1571, 0.0666, 0.7841)}, {"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve},
	}
	head := make([]byte, 128)
	copy(head[16:], "RGB XYZ ")
	copy(head[36:], "acsp")
	b := binary.BigEndian.AppendUint32(head, uint32(len(tags)))
	at := len(b) + 12*len(tags)
	var bodies []byte
	for _, tag := range tags {
		b = append(b, tag.name...)
		b = binary.BigEndian.AppendUint32(b, uint32(at+len(bodies)))
		b = binary.BigEndian.AppendUint32(b, uint32(len(tag.body)))
		bodies = append(bodies, tag.body...)
	}
	return append(b, bodies...)
}

// Colours of a camera with more of them are shown as they were seen: grey stays grey, and a red of
// Display P3 is one that is further out in sRGB.
func TestColours(t *testing.T) {
	plain := func(c color.NRGBA) *image.NRGBA {
		p := image.NewNRGBA(image.Rect(0, 0, 40, 40))
		for i := 0; i < len(p.Pix); i += 4 {
			p.Pix[i], p.Pix[i+1], p.Pix[i+2], p.Pix[i+3] = c.R, c.G, c.B, 255
		}
		return p
	}
	icc := segment(markAPP2, append(append(bytes.Clone(iccHead), 1, 1), displayP3()...))
	for _, c := range []struct{ is, want color.NRGBA }{
		{color.NRGBA{R: 128, G: 128, B: 128}, color.NRGBA{R: 128, G: 128, B: 128}},
		{color.NRGBA{R: 255, G: 255, B: 255}, color.NRGBA{R: 255, G: 255, B: 255}},
		{color.NRGBA{R: 200, G: 100, B: 100}, color.NRGBA{R: 214, G: 95, B: 97}},
	} {
		got := decoded(t, made(t, with(jpegOf(t, plain(c.is)), icc)).Renditions[0])
		r, g, b, _ := got.At(20, 20).RGBA()
		for i, pair := range [][2]int{{int(r >> 8), int(c.want.R)}, {int(g >> 8), int(c.want.G)}, {int(b >> 8), int(c.want.B)}} {
			if d := pair[0] - pair[1]; d < -4 || d > 4 {
				t.Errorf("%v: channel %d is %d, not about %d", c.is, i, pair[0], pair[1])
			}
		}
	}
}

// A caller who goes away leaves no decoding behind.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewMaker().Make(ctx, jpegOf(t, gradient(300, 200))); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
