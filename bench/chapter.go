package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// chapter is a part of the report that can be measured and written alone.
type chapter struct {
	title string
	parts func(*bench) []part
	write func(*report, *bytes.Buffer)
}

var chapters = []chapter{
	{accessTitle, func(b *bench) []part { return []part{b.access} }, (*report).access},
	{besideTitle, func(b *bench) []part { return []part{b.fillLarge, b.beside} }, (*report).besidesAlone},
	{variantsTitle, func(b *bench) []part { return []part{b.variants} }, (*report).sizes},
	{ordersTitle, func(b *bench) []part { return []part{b.orders} }, (*report).orders},
	{stepsTitle, func(b *bench) []part { return []part{b.steps} }, (*report).steps},
}

// chapterOf returns the chapter of a title.
func chapterOf(title string) (chapter, error) {
	i := slices.IndexFunc(chapters, func(c chapter) bool { return c.title == title })
	if i < 0 {
		var titles []string
		for _, one := range chapters {
			titles = append(titles, strconv.Quote(one.title))
		}
		return chapter{}, fmt.Errorf("-chapter: no chapter that can be measured alone is %q: they are %s", title, strings.Join(titles, ", "))
	}
	return chapters[i], nil
}

// fillLarge makes the large store, of which nothing is measured.
func (b *bench) fillLarge(ctx context.Context, _ *report) error {
	var none report
	store := filepath.Join(b.dir, "large")
	if err := b.importProducts(ctx, &none, store); err != nil {
		return err
	}
	_, err := b.fillChat(ctx, store)
	return err
}

// besidesAlone is besides that says of what run it is.
func (r *report) besidesAlone(b *bytes.Buffer) {
	var text bytes.Buffer
	r.besides(&text)
	head := fmt.Sprintf("\n## %s\n", besideTitle)
	b.WriteString(strings.Replace(text.String(), head, fmt.Sprintf("%s\nMeasured apart from the rest by `%s` on %s, of %s.\n",
		head, r.command, r.begin.UTC().Format(time.DateOnly), r.machine[0]), 1))
}

// writeChapter puts a chapter into the report that is in a file, in the place of the one there or
// before how it was measured; or writes it alone, to "-".
func (r *report) writeChapter(one chapter, to string, out io.Writer) error {
	var text bytes.Buffer
	one.write(r, &text)
	if to == "-" {
		_, err := text.WriteTo(out)
		return err
	}
	page, err := os.ReadFile(to)
	if err != nil {
		return err
	}
	before, rest, found := bytes.Cut(page, fmt.Appendf(nil, "\n## %s\n", one.title))
	if !found {
		before, rest, found = bytes.Cut(page, []byte(measuredTitle))
		rest = append([]byte(measuredTitle), rest...)
	}
	if !found {
		return fmt.Errorf("%s is no report: it has no chapter %q", to, strings.TrimSpace(measuredTitle))
	}
	if next := bytes.Index(rest, []byte("\n## ")); next >= 0 {
		text.Write(rest[next:])
	}
	return os.WriteFile(to, append(before, text.Bytes()...), 0o644)
}
