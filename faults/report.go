package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// report is one run, and becomes the page.
type report struct {
	command string
	short   bool
	seed    uint64
	machine []string
	begin   time.Time
	took    time.Duration
	results []result
}

// markdown returns the page.
func (r *report) markdown() []byte {
	var b bytes.Buffer
	r.head(&b)
	for _, c := range chapters {
		r.chapter(&b, c)
	}
	b.WriteString("\n## What is not promised\n\n")
	for _, one := range notPromised {
		fmt.Fprintf(&b, "- %s\n", one)
	}
	b.WriteString("\n## What was found\n\nEach of these was found by breaking the shop, was mended, and is kept by the test that is named.\n\n")
	for _, one := range bugs {
		fmt.Fprintf(&b, "- %s `%s`\n", one.was, one.test)
	}
	r.trials(&b)
	return b.Bytes()
}

func (r *report) head(b *bytes.Buffer) {
	fmt.Fprintf(b, `# Why you may trust it

What the shop promises, and how each promise was tried by breaking the shop on purpose. The figures are written by the
program in `+"`faults/`"+`, never by hand; `+"`make faults`"+` repeats them on your machine.

%s On %s, in %s, by `+"`%s`"+`, seed %d:

`, r.verdict(), r.begin.Format("2 January 2006"), rounded(r.took), r.command, r.seed)
	for _, line := range r.machine {
		fmt.Fprintf(b, "- %s\n", line)
	}
	if r.short {
		b.WriteString("\nThis is the short form, as CI runs it.\n")
	}
}

// verdict says how many trials passed.
func (r *report) verdict() string {
	bad := 0
	for _, one := range r.results {
		if !one.passed() {
			bad++
		}
	}
	if bad > 0 {
		return fmt.Sprintf("**%d of %s failed.**", bad, plural(len(r.results), "trial"))
	}
	return fmt.Sprintf("All of %s passed.", plural(len(r.results), "trial"))
}

// chapter writes its promises, but those of which no trial was run.
func (r *report) chapter(b *bytes.Buffer, c chapter) {
	headed := false
	for _, p := range c.promises {
		var lines []string
		held := true
		for _, name := range p.trials {
			if i := r.find(name); i >= 0 {
				lines = append(lines, r.results[i].line())
				held = held && r.results[i].passed()
			}
		}
		if len(lines) == 0 {
			continue
		}
		if !headed {
			fmt.Fprintf(b, "\n## %s\n", c.title)
			headed = true
		}
		mark := ""
		if !held {
			mark = " **FAILED**"
		}
		fmt.Fprintf(b, "\n**%s**%s\n%s\n%s.\n", p.says, mark, p.how, strings.Join(lines, "; "))
	}
}

func (r *report) find(name string) int {
	return slices.IndexFunc(r.results, func(one result) bool { return one.name == name })
}

// line names a trial, with what it counted.
func (r result) line() string {
	if !r.passed() {
		return fmt.Sprintf("*%s:* **%s**", r.name, r.failure())
	}
	if counted := r.counted(false); counted != "" {
		return fmt.Sprintf("*%s:* %s", r.name, counted)
	}
	return fmt.Sprintf("*%s:* %s", r.name, plural(r.tests, "test"))
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%s %s", grouped(int64(n)), what)
}

// counted returns the figures, with or without the seeds.
func (r result) counted(seeds bool) string {
	var words []string
	for _, f := range r.figures {
		switch {
		case f.key == "seed" && !seeds:
		case len(f.values) > 0:
			words = append(words, fmt.Sprintf("%s %s", strings.ReplaceAll(f.key, "_", " "), strings.Join(f.values, ", ")))
		default:
			words = append(words, fmt.Sprintf("%s %s", grouped(f.sum), strings.ReplaceAll(f.key, "_", " ")))
		}
	}
	return strings.Join(words, ", ")
}

// trials writes what was run, for who wants to repeat it.
func (r *report) trials(b *bytes.Buffer) {
	b.WriteString("\n## The trials\n\nThe program ran them one after the other, with `REQUIRE_MONGODB=1`: a test that is skipped counts as failed.\n\n")
	b.WriteString("| trial | tests | counted | time | result | command |\n|---|--:|---|--:|---|---|\n")
	for _, one := range r.results {
		verdict := "passed"
		if !one.passed() {
			verdict = "**" + one.failure() + "**"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | `%s` |\n", one.name, grouped(int64(one.tests)), cell(one.counted(true)), rounded(one.took),
			cell(verdict), cell(one.command))
	}
}

// cell keeps a text from ending its cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// rounded returns a duration as one says it.
func rounded(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.0f s", max(1, d.Seconds()))
	}
	return fmt.Sprintf("%.0f min", d.Minutes())
}

// grouped returns a number with a comma before every three digits.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
