package pictures

import (
	"image"
	"image/draw"
	"runtime"
	"sync"
)

// shrink makes each square of so many pixels one, the mean of them. It goes by strips, so that of a
// large picture only the small one is kept in another form. What lies outside of a picture, but in
// its frame, is transparent.
func shrink(from image.Image, frame image.Rectangle, by int) *image.RGBA {
	by = max(by, 1)
	to := image.NewRGBA(image.Rect(0, 0, frame.Dx()/by, frame.Dy()/by))
	rows := make(chan int, to.Rect.Dy())
	for y := range to.Rect.Dy() {
		rows <- y
	}
	close(rows)
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 2) {
		all.Go(func() {
			strip := image.NewRGBA(image.Rect(0, 0, to.Rect.Dx()*by, by))
			for y := range rows {
				if !from.Bounds().Eq(frame) {
					clear(strip.Pix)
				}
				draw.Draw(strip, strip.Rect, from, image.Pt(0, y*by), draw.Src)
				means(to.Pix[y*to.Stride:(y+1)*to.Stride], strip, by)
			}
		})
	}
	all.Wait()
	return to
}

// means writes the means of the squares of a strip.
func means(to []uint8, strip *image.RGBA, by int) {
	if by == 1 {
		copy(to, strip.Pix)
		return
	}
	half, all := uint32(by*by/2), uint32(by*by)
	for x := 0; x < len(to); x += 4 {
		var r, g, b, a uint32
		for y := range by {
			row := strip.Pix[y*strip.Stride+x*by:][:4*by]
			for i := 0; i < len(row); i += 4 {
				r += uint32(row[i])
				g += uint32(row[i+1])
				b += uint32(row[i+2])
				a += uint32(row[i+3])
			}
		}
		to[x], to[x+1], to[x+2], to[x+3] = uint8((r+half)/all), uint8((g+half)/all), uint8((b+half)/all), uint8((a+half)/all)
	}
}

// turned returns a picture the right way up.
func turned(from *image.RGBA, orientation int) *image.RGBA {
	if orientation == 1 {
		return from
	}
	width, height := from.Rect.Dx(), from.Rect.Dy()
	of := upright(orientation, width, height)
	if swaps(orientation) {
		width, height = height, width
	}
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			fx, fy := of(x, y)
			copy(to.Pix[y*to.Stride+4*x:][:4], from.Pix[fy*from.Stride+4*fx:][:4])
		}
	}
	return to
}
