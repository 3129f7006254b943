package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// sentence says what one sees in a figure.
func (f *figure) sentence() string {
	var says []string
	for _, l := range f.lines {
		first, last := l.at[0], l.at[len(l.at)-1]
		says = append(says, fmt.Sprintf("%s from %s to %s (× %s per factor of ten)", l.name, plain(first.value), plain(last.value), plain(growth(l.at))))
	}
	first := f.lines[0].at[0]
	last := f.lines[0].at[len(f.lines[0].at)-1]
	return fmt.Sprintf("From %s to %s %s, in %s: %s.", plain(first.size), plain(last.size), f.size, f.unit, strings.Join(says, "; "))
}

// verdict names the lines that grow faster than their work in the last step.
func (f *figure) verdict() string {
	var fast []string
	judged := false
	for _, l := range f.lines {
		judged = judged || l.kind == flat || l.kind == linear
		if l.tooFast() {
			fast = append(fast, fmt.Sprintf("%s (× %s in the last step)", l.name, plain(lastGrowth(l.at))))
		}
	}
	switch {
	case !judged:
		return ""
	case len(fast) == 0:
		return " None grows faster than its work."
	}
	return " **Faster than the work**: " + strings.Join(fast, ", ") + "."
}

// explainCurves shows the plots, which lie in a folder beside the report.
func (r *report) explainCurves(b *bytes.Buffer, folder string) {
	b.WriteString(`
## How it grows

Every point is a store or a crowd of its own, with the program as above; both axes are logarithmic, so what stays as it is lies flat, and what grows
as the size does rises by one power of ten for each. "Per factor of ten" is measured: it is the slope of the straight line that fits the points best. A line
grows faster than its work when, from the last size but one to the last, an answer takes more than one and a half times as long
per factor of ten, or what must read everything more than fifteen times. Answers are asked for over one connection, one after the other;
changes, appends and creates are durable.
`)
	for _, f := range r.figures {
		fmt.Fprintf(b, "\n### %s\n\n![%s](%s/%s.svg)\n\n%s%s\n", f.title, f.title, folder, f.name, f.sentence(), f.verdict())
	}
}

// write writes the report, and the plots into a folder beside it that has its name.
func (r *report) write(to string) error {
	folder := strings.TrimSuffix(to, filepath.Ext(to))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, f := range r.figures {
		if err := os.WriteFile(filepath.Join(folder, f.name+".svg"), f.svg(), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(to, r.markdown(filepath.Base(folder)), 0o644)
}
