package main

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// The picture, in units of its own: a frame, room for the axes' numbers at its left and below, and
// for the lines' names at its right.
const (
	plotWidth, plotHeight = 760, 420
	frameLeft, frameTop   = 76, 56
	frameRight            = plotWidth - 210
	frameBottom           = plotHeight - 64
)

// plotStyle has the shop's colours for light and dark. A line is told from the others by its mark
// and its name too, never by colour alone.
const plotStyle = `
svg{--paper:#FBF7F0;--ink:#2B2118;--quiet:#66594C;--grid:#E3D9CA;--a:#8C2F1B;--b:#1F5FBF;--c:#2F6B3A;--d:#7A5000;--e:#6B3FA0;--f:#2B2118}
@media (prefers-color-scheme:dark){svg{--paper:#1B1512;--ink:#F3EADF;--quiet:#B9A999;--grid:#3A302A;--a:#E58A6F;--b:#8AB4FF;--c:#7CC48A;--d:#E0B25A;--e:#C9A6F5;--f:#F3EADF}}
text{font:13px system-ui,sans-serif;fill:var(--ink)}
.h{font-size:17px;font-weight:600}.q{fill:var(--quiet)}.e{text-anchor:end}.m{text-anchor:middle}
.g{stroke:var(--grid)}.l{fill:none;stroke-width:2}.limit{stroke-dasharray:6 4}
`

// colours name what a line is drawn in, the first six of ours; a bare limit is quiet and dashed.
var colours = []string{"a", "b", "c", "d", "e", "f"}

// svg draws the figure. The same figure gives the same bytes.
func (f *figure) svg() []byte {
	x, y := f.axes()
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="t d">`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&b, "<title id=\"t\">%s</title>\n<desc id=\"d\">%s</desc>\n<style>%s</style>\n", escaped(f.title), escaped(f.sentence()), plotStyle)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="var(--paper)"/>`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&b, `<text class="h" x="%d" y="28">%s</text>`+"\n", frameLeft, escaped(f.title))
	f.drawAxes(&b, x, y)
	names := f.names(y)
	ours := 0
	for i, l := range f.lines {
		colour, class := "var(--quiet)", "l limit"
		if l.kind != limit {
			colour, class = "var(--"+colours[ours%len(colours)]+")", "l"
			ours++
		}
		l.draw(&b, x, y, i, colour, class)
		fmt.Fprintf(&b, `<path fill="%s" d="`, colour)
		mark(&b, i, frameRight+16, names[i])
		fmt.Fprintf(&b, `"/><text x="%d" y="%.1f" style="fill:%s">%s</text>`+"\n", frameRight+28, names[i]+4.5, colour, escaped(l.name))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (f *figure) drawAxes(b *bytes.Buffer, x, y axis) {
	for _, tick := range y.ticks {
		at := y.place(tick)
		fmt.Fprintf(b, `<path class="g" d="M%d %.1fH%d"/><text class="q e" x="%d" y="%.1f">%s</text>`+"\n",
			frameLeft, at, frameRight, frameLeft-8, at+4.5, plain(tick))
	}
	for _, tick := range x.ticks {
		at := x.place(tick)
		fmt.Fprintf(b, `<path class="g" d="M%.1f %dV%d"/><text class="q m" x="%.1f" y="%d">%s</text>`+"\n",
			at, frameTop, frameBottom, at, frameBottom+20, plain(tick))
	}
	fmt.Fprintf(b, `<text class="m" x="%d" y="%d">%s</text>`+"\n", (frameLeft+frameRight)/2, frameBottom+46, escaped(f.size))
	fmt.Fprintf(b, `<text x="%d" y="46">%s</text>`+"\n", 12, escaped(f.unit))
}

// draw draws the line, with a mark at each point.
func (l *line) draw(b *bytes.Buffer, x, y axis, i int, colour, class string) {
	var path strings.Builder
	for j, p := range l.at {
		path.WriteByte("ML"[min(j, 1)])
		fmt.Fprintf(&path, "%.1f %.1f", x.place(p.size), y.place(p.value))
	}
	fmt.Fprintf(b, `<path class="%s" stroke="%s" d="%s"/>`+"\n", class, colour, path.String())
	fmt.Fprintf(b, `<path fill="%s" d="`, colour)
	for _, p := range l.at {
		mark(b, i, x.place(p.size), y.place(p.value))
	}
	b.WriteString("\"/>\n")
}

// mark adds a shape around a place: a circle, a square, a diamond or a triangle.
func mark(b *bytes.Buffer, i int, x, y float64) {
	switch i % 4 {
	case 0:
		fmt.Fprintf(b, "M%.1f %.1fa4 4 0 1 0 8 0a4 4 0 1 0-8 0z", x-4, y)
	case 1:
		fmt.Fprintf(b, "M%.1f %.1fh7v7h-7z", x-3.5, y-3.5)
	case 2:
		fmt.Fprintf(b, "M%.1f %.1fl5 5l-5 5l-5-5z", x, y-5)
	default:
		fmt.Fprintf(b, "M%.1f %.1fl5 9h-10z", x, y-5)
	}
}

// names returns where the name of each line stands: at its end, or as near as the others allow.
func (f *figure) names(y axis) []float64 {
	const apart = 18
	order := make([]int, len(f.lines))
	at := make([]float64, len(f.lines))
	for i, l := range f.lines {
		order[i], at[i] = i, y.place(l.at[len(l.at)-1].value)
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(at[i], at[j]) })
	for n, i := range order { // downwards, each below the one before
		if n > 0 {
			at[i] = max(at[i], at[order[n-1]]+apart)
		}
	}
	below := float64(frameBottom) // and back up, where that went out of the frame
	for _, i := range slices.Backward(order) {
		at[i] = min(at[i], below)
		below = at[i] - apart
	}
	return at
}

func escaped(text string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(text)) // into memory: never fails
	return b.String()
}
