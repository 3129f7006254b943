package main

import (
	"context"
	"math"
	"slices"
)

// figure is what one plot shows: some measures over one size.
type figure struct {
	name       string // of its file, without what follows the dot
	title      string
	size, unit string // what the axes count
	lines      []*line
}

// line is one measure at growing sizes.
type line struct {
	name string
	kind kind
	at   []point // by size
}

type point struct{ size, value float64 }

// kind says what a line may do when the size grows.
type kind int

const (
	shown  kind = iota // what it does is only told
	flat               // the work is the same at each size
	linear             // the work grows as the size does
	limit              // a bare limit
)

// put adds a point to a line, which it begins if need be.
func (f *figure) put(name string, k kind, size int, value float64) {
	i := slices.IndexFunc(f.lines, func(l *line) bool { return l.name == name })
	if i < 0 {
		i = len(f.lines)
		f.lines = append(f.lines, &line{name: name, kind: k})
	}
	f.lines[i].at = append(f.lines[i].at, point{float64(size), value})
}

// growth returns by what a value is multiplied when the size is multiplied by ten: on the straight
// line that fits best where both axes are logarithmic.
func growth(at []point) float64 {
	var n, sumX, sumY, sumXX, sumXY float64
	for _, p := range at {
		x, y := math.Log10(p.size), math.Log10(p.value)
		n, sumX, sumY, sumXX, sumXY = n+1, sumX+x, sumY+y, sumXX+x*x, sumXY+x*y
	}
	spread := n*sumXX - sumX*sumX
	if spread == 0 {
		return 1
	}
	return math.Pow(10, (n*sumXY-sumX*sumY)/spread)
}

// lastGrowth is growth from the last size but one to the last: what is fixed weighs least there.
func lastGrowth(at []point) float64 { return growth(at[max(0, len(at)-2):]) }

// slack is how much more than its work a line may grow per factor of ten: caches grow colder, and
// searches go deeper.
const slack = 1.5

// tooFast says whether a line grows faster than its work, in its last step.
func (l *line) tooFast() bool {
	switch l.kind {
	case flat:
		return lastGrowth(l.at) > slack
	case linear:
		return lastGrowth(l.at) > 10*slack
	}
	return false
}

// sizes are at most four sizes, ten times as much each, that end at most.
func sizes(most int) (list []int) {
	for n := most; n > 0 && len(list) < 4; n /= 10 {
		list = append([]int{n}, list...)
	}
	return list
}

// curves measures what grows with the size of what there is, from a hundredth of what the table is
// about to ten times as much; as many viewers as there, and writers up to 1,024.
func (b *bench) curves(ctx context.Context, r *report) error {
	for _, part := range []func(context.Context) ([]*figure, error){
		b.productCurves, b.messageCurves, b.viewerCurves, b.writerCurves,
	} {
		figures, err := part(ctx)
		if err != nil {
			return err
		}
		for _, f := range figures {
			b.log.Info("curve", "name", f.name, "says", f.sentence())
		}
		r.figures = append(r.figures, figures...)
	}
	return nil
}
