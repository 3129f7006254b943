package pictures

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"runtime"
	"strings"
	"testing"
)

// hostile are files that were made to do harm. Those of which harmless is true may be taken, and
// then nothing of the harm is in what is made.
func hostile(t *testing.T) map[string]struct {
	file     []byte
	harmless bool
} {
	photo, drawing := jpegOf(t, gradient(300, 200)), pngOf(t, gradient(300, 200))
	all := map[string]struct {
		file     []byte
		harmless bool
	}{}
	refused := func(name string, file []byte) {
		all[name] = struct {
			file     []byte
			harmless bool
		}{file, false}
	}
	harmless := func(name string, file []byte) {
		all[name] = struct {
			file     []byte
			harmless bool
		}{file, true}
	}
	// None of what is taken.
	for name, text := range map[string]string{
		"nothing": "", "one byte": "\xff", "SVG": `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"SVG with XML": `<?xml version="1.0"?><svg/>`, "HTML": "<!doctype html><script>alert(1)</script>", "PDF": "%PDF-1.7 script", "ZIP": "PK\x03\x04",
		"program": "\x7fELF\x02\x01\x01", "BMP": "BM\x36\x00\x00\x00", "TIFF": "II*\x00\x08\x00\x00\x00", "HEIC": "\x00\x00\x00\x18ftypheic",
		"AVIF": "\x00\x00\x00\x1cftypavif", "ICO": "\x00\x00\x01\x00", "text that says JPEG": "image/jpeg", "spaces before a JPEG": " \xff\xd8\xff",
	} {
		refused(name, []byte(text))
	}
	// Only the beginning.
	refused("JPEG without a frame", photo[:20])
	refused("JPEG that is cut", photo[:len(photo)/2])
	refused("PNG that is cut", drawing[:len(drawing)/2])
	refused("PNG with nothing behind its head", drawing[:33])
	refused("GIF with nothing behind its head", []byte("GIF89a\x10\x00\x10\x00\x00\x00\x00"))
	refused("WebP with nothing in it", riff())
	refused("WebP that lies about its length", riff(riffChunk("VP8L", []byte{0x2f, 0xff}))[:20])
	// More than there is memory for.
	refused("PNG of 65,535 by 65,535", append(pngHead(65_535, 65_535), chunk("IDAT", []byte{1})...))
	refused("PNG of two thousand million by one", append(pngHead(2_000_000_000, 1), chunk("IDAT", []byte{1})...))
	refused("PNG of 17 million pixels", append(pngHead(17_000, 1_000), chunk("IDAT", []byte{1})...))
	refused("PNG without pixels", append(pngHead(0, 10), chunk("IDAT", []byte{1})...))
	refused("GIF of 65,535 by 65,535", []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x00;"))
	refused("GIF with a frame beyond its canvas", []byte("GIF89a\x10\x00\x10\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02D\x01\x00;"))
	refused("WebP of 16,384 by 16,384", riff(riffChunk("VP8L", []byte{0x2f, 0xff, 0xff, 0xff, 0x0f})))
	refused("WebP whose canvas is small and whose picture is large", riff(
		riffChunk("VP8X", []byte{0, 0, 0, 0, 9, 0, 0, 9, 0, 0}), riffChunk("VP8L", []byte{0x2f, 0xff, 0xff, 0xff, 0x0f})))
	refused("WebP with an alpha of 16 million by 16 million", riff(riffChunk("VP8X", []byte{0x10, 0, 0, 0, 255, 255, 255, 255, 255, 255})))
	refused("JPEG of 65,500 by 65,500", resized(photo, 65_500, 65_500, false))
	refused("JPEG of 51 million pixels", resized(photo, 8_500, 6_000, false))
	refused("progressive JPEG of 48 million pixels", resized(photo, 8_000, 6_000, true))
	refused("JPEG of 48 million pixels with nothing in it", resized(photo, 8_000, 6_000, false))
	refused("JPEG of 100,000 scans", append(bytes.Clone(photo), bytes.Repeat([]byte{0xff, markSOS, 0, 2}, 100_000)...))
	refused("more bytes than are taken", append(bytes.Clone(photo), make([]byte, MaxBytes)...))
	// Two things at once.
	script := []byte("<script>alert(1)</script>")
	harmless("JPEG and HTML", append(with(photo, segment(0xfe, script)), script...))
	harmless("GIF and JavaScript", append(gifOf(t, 10, 10, 1), []byte("=1;alert('script')")...))
	harmless("PNG and ZIP", append(bytes.Clone(drawing), []byte("PK\x05\x06 script")...))
	harmless("JPEG and PHP", with(photo, segment(0xfe, []byte("<?php system('script') ?>"))))
	harmless("EXIF with a script", with(photo, segment(markAPP1, exif(1))))
	harmless("EXIF whose directory lies outside", with(photo, segment(markAPP1, append(bytes.Clone(exifHead), "II*\x00\xff\xff\xff\xff\x01\x00"...))))
	harmless("EXIF of 65,535 entries", with(photo, segment(markAPP1, append(bytes.Clone(exifHead), "II*\x00\x08\x00\x00\x00\xff\xff"...))))
	harmless("EXIF with an orientation that there is not", with(photo, segment(markAPP1, exif(77))))
	harmless("a profile of four thousand million tags", with(photo, segment(markAPP2, append(append(bytes.Clone(iccHead), 1, 1), manyTags()...))))
	harmless("a packed profile of 256 MB", append(append(bytes.Clone(drawing[:33]), chunk("iCCP", append([]byte("x\x00\x00"), packedZeros(t, 1<<28)...))...), drawing[33:]...))
	harmless("GIF of 10,000 frames", gifOf(t, 100, 100, 10_000))
	return all
}

// resized is a JPEG whose frame says another size.
func resized(b []byte, width, height uint16, progressive bool) []byte {
	b = bytes.Clone(b)
	at := bytes.Index(b, []byte{0xff, markSOF0})
	if progressive {
		b[at+1] = markSOF2
	}
	binary.BigEndian.PutUint16(b[at+5:], height)
	binary.BigEndian.PutUint16(b[at+7:], width)
	return b
}

func manyTags() []byte {
	b := displayP3()
	binary.BigEndian.PutUint32(b[128:], 0xffffffff)
	return b
}

func packedZeros(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range n / len(zeros) {
		w.Write(zeros)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What was made to do harm is refused in words, or made harmless, and takes no more memory than a
// picture may.
func TestHostileFiles(t *testing.T) {
	files := hostile(t)
	if len(files) < 40 {
		t.Errorf("there are %d of them only", len(files))
	}
	maker := NewMaker()
	for name, c := range files {
		t.Run(name, func(t *testing.T) {
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			made, err := maker.Make(t.Context(), c.file)
			runtime.ReadMemStats(&after)
			if taken := after.TotalAlloc - before.TotalAlloc; taken > 300<<20 {
				t.Errorf("it took %d MB of memory", taken>>20)
			}
			refused, is := errors.AsType[Refused](err)
			switch {
			case c.harmless && err == nil:
				for _, r := range made.Renditions {
					if bytes.Contains(r.Bytes, []byte("script")) {
						t.Errorf("the script is still in it")
					}
				}
			case !is:
				t.Errorf("not refused: %v", err)
			case refused.Text == "" || strings.ContainsAny(refused.Text, "\n\x00"):
				t.Errorf("refused by %q", refused.Text)
			}
		})
	}
}

// A JPEG that only its scans make too large for the memory is refused with what would help; what no
// other way to save it would help is too large.
func TestProgressive(t *testing.T) {
	photo := jpegOf(t, image.NewYCbCr(image.Rect(0, 0, 64, 48), image.YCbCrSubsampleRatio420))
	for _, c := range []struct {
		width, height uint16
		progressive   bool
		want          Why
	}{
		{8_000, 6_000, true, Progressive},
		{6_100, 4_700, true, Broken}, // 28 million pixels are decoded, and there is nothing in it
		{8_000, 6_000, false, Broken},
		{8_500, 6_000, true, Large},
	} {
		_, err := NewMaker().Make(t.Context(), resized(photo, c.width, c.height, c.progressive))
		if refused, is := errors.AsType[Refused](err); !is || refused.Why != c.want || c.want == Progressive && !strings.Contains(refused.Text, `save it without "progressive"`) {
			t.Errorf("%d by %d, progressive %v: %v", c.width, c.height, c.progressive, err)
		}
	}
}

// However many come at once, they are decoded in the memory that there is for it.
func TestDecodingsShareMemory(t *testing.T) {
	maker := NewMaker()
	if maker.memory.TryAcquire(MostMemory + 1) {
		t.Fatal("there is more memory than there is")
	}
	if err := maker.memory.Acquire(t.Context(), MostMemory); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := maker.Make(t.Context(), pngOf(t, image.NewGray(image.Rect(0, 0, 10, 10))))
		done <- err
	}()
	select {
	case err := <-done:
		t.Errorf("a picture was decoded while another took all memory: %v", err)
	default:
	}
	maker.memory.Release(MostMemory)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// What reads files by hand reads none beyond its end, and says the same of the same.
func FuzzLook(f *testing.F) {
	f.Add(with(jpegOf(f, gradient(9, 7)), segment(markAPP1, exif(6)), segment(markAPP2, append(append(bytes.Clone(iccHead), 1, 1), displayP3()...))))
	f.Add(append(append(pngOf(f, gradient(9, 7))[:33], chunk("eXIf", exif(6)[6:])...), pngOf(f, gradient(9, 7))[33:]...))
	f.Add(riff(riffChunk("VP8X", []byte{0, 0, 0, 0, 9, 0, 0, 9, 0, 0}), riffChunk("EXIF", exif(3)), riffChunk("ICCP", displayP3())))
	f.Add(gifOf(f, 9, 7, 2))
	f.Fuzz(func(t *testing.T, file []byte) {
		l, err := look(file)
		if _, refused := errors.AsType[Refused](err); err != nil && !refused {
			t.Fatalf("%v", err)
		}
		if l.orientation < 0 || l.orientation > 8 || len(l.profile) > maxProfile {
			t.Fatalf("%+v", l)
		}
		orientationOf(file)
		lookedAt := looked{orientation: 1}
		lookedAt.lookJPEG(file)
		lookedAt.lookPNG(file)
		lookedAt.lookWebP(file)
		if p := image.NewRGBA(image.Rect(0, 0, 2, 2)); true {
			toSRGB(p, file)
		}
	})
}

// BenchmarkPhotograph is what photographs cost once they are here: TestLargePhotograph of app sends one.
func BenchmarkPhotograph(b *testing.B) {
	for _, size := range []image.Point{{8000, 6000}, {4000, 3000}} {
		upload := photo(b, size.X, size.Y)
		b.Run(fmt.Sprintf("%d-million-pixels-%d-MB", size.X*size.Y/1_000_000, len(upload)>>20), func(b *testing.B) {
			maker := NewMaker()
			for b.Loop() {
				if _, err := maker.Make(b.Context(), upload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
