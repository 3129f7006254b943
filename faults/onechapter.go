package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// chapterOf returns the chapter of a title; "" is for none, whose title is empty.
func chapterOf(title string) (chapter, error) {
	titles := []string{}
	for _, c := range append(chapters, chapter{}) {
		if c.title == title {
			return c, nil
		}
		titles = append(titles, c.title)
	}
	return chapter{}, fmt.Errorf("no chapter is %q: they are %s", title, strings.Join(titles[:len(chapters)], ", "))
}

// tries says whether a trial is one of the chapter.
func (c chapter) tries(name string) bool {
	return slices.ContainsFunc(c.promises, func(p promise) bool { return slices.Contains(p.trials, name) })
}

// deliverChapter writes a chapter that was tried alone: into the page that is there, in the place of
// the one in it, or at the end of the chapters.
func (r *report) deliverChapter(c chapter, to string, out io.Writer) error {
	var b bytes.Buffer
	r.chapter(&b, c)
	head := fmt.Sprintf("\n## %s\n", c.title)
	text := strings.Replace(b.String(), head, head+"\n"+r.aside(), 1)
	if to == "-" {
		return r.deliver(to, []byte(text), out)
	}
	page, err := os.ReadFile(to)
	if err != nil {
		return err
	}
	return r.deliver(to, withChapter(page, c.title, text), out)
}

// aside says when and how a chapter was tried that does not come from the run of the rest.
func (r *report) aside() string {
	form := ""
	if r.short {
		form = " in the short form,"
	}
	return fmt.Sprintf("Tried apart from the rest,%s on %s, in %s, by `%s`, seed %d: %s; %s\n",
		form, r.begin.Format("2 January 2006"), rounded(r.took), r.command, r.seed, strings.Join(r.machine, "; "), r.verdict())
}

// withChapter is a page with a chapter in the place of that of the same title.
func withChapter(page []byte, title, text string) []byte {
	const after = "\n## What is not promised\n"
	before, rest, found := strings.Cut(string(page), fmt.Sprintf("\n## %s\n", title))
	if !found {
		before, rest, _ = strings.Cut(string(page), after)
		return []byte(before + text + after + rest)
	}
	if next := strings.Index(rest, "\n## "); next >= 0 {
		return []byte(before + text + rest[next:])
	}
	return []byte(before + text)
}
