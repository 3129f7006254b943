package e2e

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"testing"

	"pulperia/faults/harness"
)

// What the front page may cost whoever opens it on the way: all that comes, in bytes.
const frontPageBytes = 400_000

// The front page with twelve photographs, opened on a phone in the street: little comes, nothing
// moves, and what the first screen shows is there before the rest. How long it took is logged.
func TestFrontPageInTheStreet(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	for n := range 12 {
		shop.call("POST", "/api/products", product{
			Title: fmt.Sprintf("Mate n.º %d", n+1), Description: "De calabaza, con virola.", Code: fmt.Sprintf("m%d", n+1),
			Price: 100, Stock: 5, Category: "mates", Thumbnails: []string{shop.photograph(uint64(n + 1))},
		}, nil)
	}
	p := shop.visit(t, visitor{width: 360, height: 740, inTheStreet: true})
	p.open("/")
	type cost struct {
		Paint float64 // ms until the largest part of the first screen stands
		Bytes int
		Shift float64
		Late  int // pictures of the first screen that are not there yet
	}
	c := eval[cost](p, `(async () => {
		const seen = type => new Promise(done => {
			const all = []
			new PerformanceObserver(list => all.push(...list.getEntries())).observe({type, buffered: true})
			setTimeout(() => done(all), 1500)
		})
		const [paints, shifts] = await Promise.all([seen("largest-contentful-paint"), seen("layout-shift")])
		const came = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
		return {
			paint: Math.max(...paints.map(p => p.renderTime || p.loadTime)), bytes: came.reduce((sum, e) => sum + e.transferSize, 0),
			shift: shifts.reduce((sum, s) => sum + s.value, 0),
			late: [...document.images].filter(i => i.getBoundingClientRect().top < innerHeight && !(i.complete && i.naturalWidth)).length,
		}
	})()`)
	t.Logf("the first screen stood after %.0f ms; %d bytes came", c.Paint, c.Bytes)
	if c.Bytes > frontPageBytes || c.Bytes < 20_000 || c.Shift != 0 || c.Late > 0 {
		t.Errorf("%+v: want at most %d bytes, no shift, and all of the first screen", c, frontPageBytes)
	}
	p.look("front-in-the-street")
}

// photograph brings in a photograph and returns its address: soft shapes with the grain of a phone's
// camera, so that it takes as many bytes as a real one. No two numbers make the same.
func (s *shop) photograph(number uint64) string {
	s.t.Helper()
	random := rand.New(rand.NewPCG(number, 0))
	const width, height = 840, 630
	var waves [8][4]float64
	for i := range waves {
		waves[i] = [4]float64{random.Float64() * 0.04, random.Float64() * 0.04, random.Float64() * 7, 25 * random.Float64()}
	}
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			light := 128.0
			for _, w := range waves {
				light += w[3] * math.Sin(w[0]*float64(x)+w[1]*float64(y)+w[2])
			}
			shade := func(by float64) uint8 { return uint8(min(255, max(0, light*by+12*random.NormFloat64()))) }
			picture.SetNRGBA(x, y, color.NRGBA{shade(1), shade(0.85), shade(0.6), 255})
		}
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "mate.jpg")
	if err == nil {
		err = jpeg.Encode(file, picture, &jpeg.Options{Quality: 90})
	}
	if err == nil {
		err = form.Close()
	}
	var made struct{ Src string }
	if err == nil {
		var answer harness.Answer
		if answer, err = harness.Send(http.DefaultClient, "POST", s.url+"/api/images", body.String(), "Content-Type", form.FormDataContentType()); err == nil {
			err = answer.Payload(&made)
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Src
}
