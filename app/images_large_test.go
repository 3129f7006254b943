package app

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"pulperia/dose"
	"pulperia/faults/harness"
)

// mostForPhotograph is how much more memory the program may take while a photograph comes in.
const mostForPhotograph = 300 << 20

// telephoto is a photograph of 48 million pixels in nearly as many bytes as are taken.
func telephoto(t *testing.T) []byte {
	t.Helper()
	p := image.NewYCbCr(image.Rect(0, 0, 8000, 6000), image.YCbCrSubsampleRatio420)
	random := rand.New(rand.NewPCG(1, 2))
	for i := 0; i < len(p.Y); i += 8 {
		for j, noise := 0, random.Uint64(); j < 8; j, noise = j+1, noise>>8 {
			p.Y[i+j] = uint8(100 + (i+j)%8000/80 + int(noise&15))
		}
	}
	for i := range p.Cb {
		p.Cb[i], p.Cr[i] = uint8(100+i%50), uint8(140-i/400_000)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	if n := b.Len(); n < 9<<20 || n > 12<<20 {
		t.Fatalf("the photograph has %d bytes", n)
	}
	return b.Bytes()
}

// A photograph of a telephone goes in as it is, and takes no more memory than the shop may have for
// it. How long that takes is told, and depends on the machine: 3 s is the aim on two cores.
func TestLargePhotograph(t *testing.T) {
	dose.SkipSmall(t, "it makes a photograph of 48 million pixels")
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells the most memory that a program has taken")
	}
	t.Parallel()
	s := startShop(t, t.TempDir(), "--open").untilOpen(t)
	status := fmt.Sprintf("/proc/%d/status", s.Pid())
	before := bytesIn(t, status, "VmRSS")
	upload, start := telephoto(t), time.Now()
	src := uploadTo(s.URL, upload)
	took := time.Since(start)
	if src == "" {
		t.Fatal("the photograph is refused")
	}
	more := bytesIn(t, status, "VmHWM") - before
	if more > mostForPhotograph {
		t.Errorf("the program took %d MB more, and may take %d", more>>20, mostForPhotograph>>20)
	}
	wantServed(t, s.URL, src)
	t.Attr("bytes", fmt.Sprint(len(upload)))
	t.Attr("took", took.Round(time.Millisecond).String())
	t.Attr("memory", fmt.Sprintf("%d MB", more>>20))
}

// bytesIn returns what a file of /proc says under a name, in bytes.
func bytesIn(t *testing.T, path, name string) int64 {
	t.Helper()
	text, err := harness.ValueIn(path, name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(text, " kB"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n << 10
}
