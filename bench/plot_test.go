package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawn is a figure of any lines at all.
func drawn(t *rapid.T) *figure {
	f := &figure{name: "drawn", title: "Title <&>", size: "things", unit: `ms "&"`}
	for i := range rapid.IntRange(1, 7).Draw(t, "lines") {
		for n := 1; n <= rapid.SampledFrom([]int{1, 10, 10_000}).Draw(t, "most"); n *= 10 {
			power := rapid.Float64Range(-7, 8).Draw(t, "power")
			f.put(fmt.Sprintf("line %d <&>", i), rapid.SampledFrom([]kind{shown, flat, linear, limit}).Draw(t, "kind"), n, math.Pow(10, power))
		}
	}
	return f
}

// Every plot is XML, the same each time, with a title and a description; all its points lie inside
// the frame, and all its text inside the picture, no name on top of another.
func TestPlot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawn(t)
		text := f.svg()
		if !bytes.Equal(text, f.svg()) {
			t.Fatal("drawn differently the second time")
		}
		checkPlot(t, f, text)
	})
}

type failer interface {
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

var pathPlace = regexp.MustCompile(`[ML](-?[0-9.]+|NaN|[+-]Inf) (-?[0-9.]+|NaN|[+-]Inf)`)

func checkPlot(t failer, f *figure, text []byte) {
	found := map[string]bool{}
	points := 0
	var names []float64
	decoder := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		found[element.Name.Local] = true
		values := map[string]string{}
		for _, a := range element.Attr {
			values[a.Name.Local] = a.Value
		}
		switch {
		case element.Name.Local == "path" && strings.HasPrefix(values["class"], "l"):
			points += checkPoints(t, values["d"])
		case element.Name.Local == "text" && values["style"] != "":
			names = append(names, numberOf(t, values["y"]))
		}
	}
	for _, name := range []string{"svg", "title", "desc", "style"} {
		if !found[name] {
			t.Errorf("there is no <%s>", name)
		}
	}
	want := 0
	for _, l := range f.lines {
		want += len(l.at)
	}
	if points != want {
		t.Errorf("%d points are drawn, want %d", points, want)
	}
	checkNames(t, names, len(f.lines))
}

// checkPoints returns how many points a line has.
func checkPoints(t failer, path string) int {
	const rounding = 0.06
	places := pathPlace.FindAllStringSubmatch(path, -1)
	before := 0.0
	for _, place := range places {
		x, y := numberOf(t, place[1]), numberOf(t, place[2])
		if x < before+10 {
			t.Errorf("a larger size stands at %v, a smaller one at %v", x, before)
		}
		before = x
		if !(x >= frameLeft && x <= frameRight && y >= frameTop-rounding && y <= frameBottom+rounding) {
			t.Errorf("the point %v, %v lies outside of the frame", x, y)
		}
	}
	return len(places)
}

func checkNames(t failer, names []float64, want int) {
	if len(names) != want {
		t.Errorf("%d names, want %d", len(names), want)
	}
	for i, y := range names {
		if y < 15 || y > plotHeight-5 {
			t.Errorf("a name stands at %v", y)
		}
		for _, other := range names[:i] {
			if math.Abs(y-other) < 17 {
				t.Errorf("names stand at %v and %v", y, other)
			}
		}
	}
}

func numberOf(t failer, text string) float64 {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return value
}

// The ticks of an axis are few, in order, and enclose what is measured.
func TestAxis(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := math.Pow(10, rapid.Float64Range(-7, 8).Draw(t, "least"))
		most := least * math.Pow(10, rapid.Float64Range(0, 9).Draw(t, "factor"))
		from, to := around(least, most)
		ticks := steps(from, to)
		if from > least*(1+1e-6) || to < most*(1-1e-6) || to < 9.9*from || len(ticks) < 2 || len(ticks) > 12 {
			t.Fatalf("%v to %v: an axis from %v to %v with ticks %v", least, most, from, to, ticks)
		}
	})
	for value, want := range map[float64]string{0.05: "0.05", 0.1234: "0.12", 1: "1", 1.26: "1.3", 20: "20", 1e6: "1,000,000", 123.4: "123"} {
		if got := plain(value); got != want {
			t.Errorf("%v is written %q, want %q", value, got, want)
		}
	}
}

// What is known to grow by a power is found to grow by it, and judged by what its work is.
func TestGrowth(t *testing.T) {
	for _, test := range []struct {
		power, want float64
		kind        kind
		fast        bool
	}{{0, 1, flat, false}, {1, 10, linear, false}, {1, 10, flat, true}, {2, 100, linear, true}, {0.5, math.Sqrt(10), flat, true}, {2, 100, shown, false}, {2, 100, limit, false}} {
		l := &line{kind: test.kind}
		for _, size := range []float64{10, 100, 1_000, 10_000} {
			l.at = append(l.at, point{size, 3 * math.Pow(size, test.power)})
		}
		if got := growth(l.at); math.Abs(got-test.want) > 1e-6*test.want {
			t.Errorf("size to the power %v grows × %v per factor of ten, want × %v", test.power, got, test.want)
		}
		if got := l.tooFast(); got != test.fast {
			t.Errorf("size to the power %v, of kind %d, too fast: %v, want %v", test.power, test.kind, got, test.fast)
		}
	}
	bent := []point{{10, 5}, {100, 5}, {1_000, 5}, {10_000, 500}}
	if got := lastGrowth(bent); math.Abs(got-100) > 1e-6 {
		t.Errorf("the last step grows × %v, want × 100", got)
	}
	if got := growth(bent[:1]); got != 1 {
		t.Errorf("one point grows × %v", got)
	}
}

// checkFigures says whether every curve was measured, at more than one size, and can be drawn.
func checkFigures(t *testing.T, figures []*figure) {
	r := &report{figures: figures}
	to := filepath.Join(t.TempDir(), "figures.md")
	if err := r.write(to); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"products-answers", "products-start", "products-memory", "messages-answers", "messages-whole", "messages-memory",
		"viewers-delivery", "viewers-cpu", "viewers-memory", "viewers-joins", "writers-creates"} {
		if _, err := os.Stat(filepath.Join(filepath.Dir(to), "figures", name+".svg")); err != nil {
			t.Error(err)
		}
	}
	for _, f := range figures {
		for _, l := range f.lines {
			if len(l.name) > 22 {
				t.Errorf("%s: the name %q is cut off", f.name, l.name)
			}
			if len(l.at) < 2 && f.name != "viewers-memory" {
				t.Errorf("%s: %s has %d points", f.name, l.name, len(l.at))
			}
		}
		checkPlot(t, f, f.svg())
	}
}
