package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// mending is something that grew faster than its work, and was mended. The figures are those of the day, and no run makes them again.
type mending struct{ what, before, after, commit string }

// mendings are what the curves have found, and what was done about it.
var mendings = []mending{
	{
		what: "A search of two words among 1,000,000 products went through all of them to see which have the words. Now few are sorted, and of many " +
			"the number is known, so that going through them ends with the page. CPU of the catalogue for one search:",
		before: "5.0 ms", after: "0.16 ms",
		commit: "Count and sort what a search has found, or end with the page, instead of going through the whole catalogue",
	},
	{
		what: "A change of a text took all words of the product out of the search and put them in again, and so moved much of the lists " +
			"of the frequent ones. Now it is only the words that it loses or gains. CPU of the catalogue for one change, 1,000,000 products:",
		before: "2.5 ms", after: "0.05 ms",
		commit: "Learn only the words that a changed product gains or loses: a change of a text cost more the larger the catalogue",
	},
	{
		what: "To delete a product and make it again moved half of the list of each frequent word. Now such a word has a set of bits, " +
			"which is smaller, too. CPU of the catalogue for both, 1,000,000 products:",
		before: "2.3 ms", after: "0.14 ms",
		commit: "Keep the many products of a frequent word as a set of bits: to take one out moved half a list of all",
	},
}

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
	if len(mendings) == 0 {
		return
	}
	b.WriteString("\n## What was found and mended\n\n| what | before | after | commit |\n|---|---|---|---|\n")
	for _, m := range mendings {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", m.what, m.before, m.after, m.commit)
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
