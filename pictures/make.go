package pictures

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime/debug"
	"slices"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"

	"pulperia/dao/models"
)

// quality of the JPEGs that are made: of a photograph nobody sees a difference to a higher one.
const quality = 80

// alone is from how many pixels on a picture is decoded alone.
const alone = 12_000_000

// Picture is what was made of an upload.
type Picture struct {
	Width, Height int // of what was uploaded, the right way up
	Renditions    []Rendition
}

// Rendition is it in one size.
type Rendition struct {
	models.Rendition
	Bytes []byte
}

// Maker makes pictures, as many at once as memory allows.
type Maker struct{ memory *semaphore.Weighted }

// NewMaker returns one. A program has one, for its memory is one.
func NewMaker() *Maker { return &Maker{semaphore.NewWeighted(MostMemory)} }

// Make makes of an upload the pictures that are served. What is not taken is Refused.
func (m *Maker) Make(ctx context.Context, upload []byte) (Picture, error) {
	l, err := look(upload)
	if err != nil {
		return Picture{}, err
	}
	weight, large := min(2*l.memory, MostMemory), l.width*l.height > alone
	if large {
		weight = MostMemory
	}
	if err := m.memory.Acquire(ctx, weight); err != nil {
		return Picture{}, err
	}
	done := func() { m.memory.Release(weight) }
	if large { // what was decoded is given back before the next one is
		done = func() { go func() { debug.FreeOSMemory(); m.memory.Release(weight) }() }
	}
	defer done()
	return l.make(ctx, upload)
}

// make decodes and draws. A decoder that breaks over a file breaks nothing else.
func (l looked) make(ctx context.Context, upload []byte) (made Picture, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = refuse(Broken, "the %s cannot be decoded: %v", l.format, broken)
		}
	}()
	width, height := l.width, l.height
	if swaps(l.orientation) {
		width, height = height, width
	}
	sizes := sizesOf(width, height)
	largest := sizes[len(sizes)-1]
	decoded, err := l.decode(&cancelled{ctx, bytes.NewReader(upload)})
	if err != nil {
		return Picture{}, err
	}
	drawn := shrink(decoded, image.Rect(0, 0, l.width, l.height), min(width/largest.X, height/largest.Y))
	decoded = nil // what follows needs it no more
	drawn = turned(drawn, l.orientation)
	toSRGB(drawn, l.profile)
	made = Picture{Width: width, Height: height}
	for n := len(sizes) - 1; n >= 0; n-- { // each of the one before, which is at most twice as large
		if err := ctx.Err(); err != nil {
			return Picture{}, err
		}
		drawn = scaled(drawn, sizes[n])
		one, err := encode(drawn)
		if err != nil {
			return Picture{}, err
		}
		if len(one.Bytes) <= models.MaxImageBytes {
			made.Renditions = slices.Insert(made.Renditions, 0, one)
		}
	}
	if len(made.Renditions) == 0 {
		return Picture{}, refuse(Large, "the %s cannot be made small enough", l.format)
	}
	return made, nil
}

// sizesOf returns the sizes that a picture is drawn in, from the narrowest to the widest. Of a very
// high one each is as narrow as makes it twice as high as the width at most.
func sizesOf(width, height int) (sizes []image.Point) {
	for _, most := range Widths {
		w := min(most, width)
		h := max(1, (height*w+width/2)/width)
		if h > 2*most {
			w, h = max(1, width*2*most/height), 2*most
		}
		if size := image.Pt(w, h); len(sizes) == 0 || sizes[len(sizes)-1] != size {
			sizes = append(sizes, size)
		}
	}
	return sizes
}

// cancelled is a reader that ends with its context: decoders know none.
type cancelled struct {
	ctx context.Context
	io.Reader
}

func (c *cancelled) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.Reader.Read(b)
}

// decode decodes the picture; of one that moves the first.
func (l looked) decode(r *cancelled) (image.Image, error) {
	decode := map[format]func(io.Reader) (image.Image, error){isJPEG: jpeg.Decode, isPNG: png.Decode, isGIF: gif.Decode, isWebP: webp.Decode}[l.format]
	decoded, err := decode(r)
	if stopped := r.ctx.Err(); stopped != nil {
		return nil, stopped
	}
	if err == nil && !decoded.Bounds().In(image.Rect(0, 0, l.width, l.height)) {
		err = errors.New("it has another size than it said")
	}
	if err != nil {
		return nil, refuse(Broken, "the %s is damaged, was cut off, or moves: %v", l.format, err)
	}
	return decoded, nil
}

// scaled draws a picture in a size.
func scaled(from *image.RGBA, size image.Point) *image.RGBA {
	if from.Rect.Size() == size {
		return from
	}
	to := image.NewRGBA(image.Rectangle{Max: size})
	draw.CatmullRom.Scale(to, to.Rect, from, from.Rect, draw.Src, nil)
	return to
}

// encode writes a picture anew: nothing of the upload but how it looks.
func encode(drawn *image.RGBA) (one Rendition, err error) {
	var b bytes.Buffer
	one.Type = "image/jpeg"
	if drawn.Opaque() {
		err = jpeg.Encode(&b, drawn, &jpeg.Options{Quality: quality})
	} else {
		one.Type = "image/png"
		err = png.Encode(&b, drawn)
	}
	one.Bytes = b.Bytes()
	one.Width, one.Height = drawn.Rect.Dx(), drawn.Rect.Dy()
	one.Rendition.Bytes, one.SHA256 = int64(len(one.Bytes)), models.HashOf(one.Bytes)
	return one, err
}
