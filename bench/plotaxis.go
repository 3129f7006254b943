package main

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// axis is a logarithmic axis: from and to are values, begin and end are where they stand in the
// picture.
type axis struct {
	from, to   float64
	begin, end float64
	ticks      []float64
}

// place returns where a value stands.
func (a axis) place(value float64) float64 {
	share := math.Log(value/a.from) / math.Log(a.to/a.from)
	return a.begin + share*(a.end-a.begin)
}

// axes makes room for every point. The sizes that were measured are the ticks below.
func (f *figure) axes() (x, y axis) {
	var sizes, values []float64
	for _, l := range f.lines {
		for _, p := range l.at {
			sizes, values = append(sizes, p.size), append(values, p.value)
		}
	}
	slices.Sort(sizes)
	sizes = slices.Compact(sizes)
	x = axis{from: sizes[0], to: sizes[len(sizes)-1], begin: frameLeft + 16, end: frameRight - 16, ticks: sizes}
	if x.from == x.to {
		x.to *= 10
	}
	y = axis{begin: frameBottom, end: frameTop}
	y.from, y.to = around(slices.Min(values), slices.Max(values))
	y.ticks = steps(y.from, y.to)
	return x, y
}

// around returns round numbers, at least a factor of ten apart, between which values lie: a line
// that hardly grows shall look so.
func around(least, most float64) (from, to float64) {
	from, to = roundDown(least), roundUp(most)
	for i := 0; to < from*9.9; i++ {
		if i%2 == 0 {
			to = roundUp(to * 1.01)
		} else {
			from = roundDown(from * 0.99)
		}
	}
	return from, to
}

// roundDown returns the largest of …, 0.1, 0.2, 0.5, 1, 2, 5, 10, … that is not more.
func roundDown(value float64) float64 {
	ten := math.Pow(10, math.Floor(math.Log10(value)))
	for _, digit := range []float64{10, 5, 2} {
		if digit*ten <= value*(1+1e-9) {
			return digit * ten
		}
	}
	return ten
}

// roundUp returns the smallest of them that is not less.
func roundUp(value float64) float64 {
	ten := math.Pow(10, math.Floor(math.Log10(value)))
	for _, digit := range []float64{1, 2, 5} {
		if digit*ten >= value*(1-1e-9) {
			return digit * ten
		}
	}
	return 10 * ten
}

// steps returns the round numbers of an axis: all, or when they are many the powers of ten.
func steps(from, to float64) (ticks []float64) {
	const most = 8
	for tick := from; tick <= to*(1+1e-9); tick = roundUp(tick * 1.01) {
		ticks = append(ticks, tick)
	}
	if len(ticks) <= most {
		return ticks
	}
	return slices.DeleteFunc(ticks, func(tick float64) bool {
		power := math.Log10(tick)
		return math.Abs(power-math.Round(power)) > 1e-6
	})
}

// plain writes a figure with the digits that matter, and a comma at each thousand.
func plain(value float64) string {
	digits := 0
	if value < 100 {
		digits = max(0, 1-int(math.Floor(math.Log10(value)+1e-9)))
	}
	text := number("%."+strconv.Itoa(digits)+"f", value)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
