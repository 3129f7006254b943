package views

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

func open(t *testing.T) *Views {
	t.Helper()
	v, err := New(Settings{Currency: "$", Zone: time.UTC, Asset: func(path string) string { return "/public/" + path + "?v=1" }})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// errorPage is what the template "error" shows.
type errorPage struct {
	Page
	Status, Words, RequestID string
}

// Whatever a page holds is text, in elements and in attributes; a text's own arguments are too.
func TestRenderEscapes(t *testing.T) {
	const hostile = `<script>alert(1)</script>"'><img onerror=alert(2)>{{7777*7}}&amp;`
	const module = `<script type="module" src="/public/js/main.js?v=1"></script>`
	page := errorPage{Page: Page{Title: hostile, Here: hostile, Search: hostile, Position: hostile, Version: hostile}, Words: hostile, RequestID: hostile}
	html, err := open(t).Render(Spanish, "error", page)
	if err != nil {
		t.Fatal(err)
	}
	html = bytes.Replace(html, []byte(module), nil, 1)
	for _, bad := range []string{"<script", "<img onerror", `"'>`, "&amp;&amp;", "54439"} {
		if strings.Contains(string(html), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	want := "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&apos;&gt;&lt;img onerror=alert(2)&gt;{{7777*7}}&amp;amp;"
	if got := strings.Count(string(html), want); got != 8 {
		t.Logf("%s", html)
		t.Errorf("the hostile text stands escaped %d times", got)
	}
}

// Pages are rendered at the same time in both languages, each with its own texts: run with -race.
func TestRenderInParallel(t *testing.T) {
	v := open(t)
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			language := Languages()[i%2]
			want := fmt.Sprintf(`<html lang="%s">`, language)
			for range 20 {
				html, err := v.Render(language, "error", errorPage{Page: Page{Title: fmt.Sprint("page ", i)}})
				if err != nil || !strings.Contains(string(html), want) || !strings.Contains(string(html), fmt.Sprint("page ", i)) {
					t.Errorf("%s: %v %.60s", language, err, html)
				}
			}
		})
	}
	group.Wait()
}

// What cannot be rendered is an error, never a panic.
func TestRenderErrors(t *testing.T) {
	v := open(t)
	if _, err := v.Render(Spanish, "nothing", Page{}); err == nil {
		t.Error("a page that is not there was rendered")
	}
	broken := struct {
		Page
		Status func(a, b string) string
	}{Status: func(a, b string) string { panic("broken") }}
	if _, err := v.Render(Spanish, "error", broken); err == nil {
		t.Error("a page that panics was rendered")
	}
}

// raymond escapes neither backtick nor equals sign, so every attribute stands in quotes; and the
// pages' policy forbids styles and scripts inside them.
func TestTemplatesAreStrict(t *testing.T) {
	for name, pattern := range map[string]string{
		"attribute without quotes": `=\{\{|=[^"\s{}>=]+\{\{`,
		"style of its own":         `<style|\sstyle=`,
		"script of its own":        `<script|\son[a-z]+=|javascript:`,
		"unescaped value":          `\{\{\{|\{\{&`,
	} {
		expression := regexp.MustCompile(pattern)
		fs.WalkDir(files, ".", func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".handlebars") {
				return err
			}
			source, err := files.ReadFile(path)
			source = bytes.Replace(source, []byte(`<script type="module" src="{{asset "js/main.js"}}"></script>`), nil, 1)
			source = bytes.Replace(source, []byte(`<script type="application/ld+json">{{data found.data}}</script>`), nil, 1) // no script, and escaped for its place
			markup := regexp.MustCompile(`\{\{[^}]*\}\}`).ReplaceAllStringFunc(string(source), func(call string) string {
				return strings.ReplaceAll(call, "=", ":") // what stands inside a call is no markup
			})
			if found := expression.FindString(markup); found != "" {
				t.Errorf("%s has a %s: %s", path, name, found)
			}
			return err
		})
	}
}
