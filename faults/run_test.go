package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// madeUp is the tests of a package that trials of this test run.
const madeUp = `package madeup

import "testing"

func TestCounts(t *testing.T) {
	t.Attr("seed", "7")
	for range 2 {
		t.Run("round", func(t *testing.T) { t.Attr("kills", "20"); t.Attr("place", "here") })
	}
}

func TestFails(t *testing.T) {
	t.Run("well", func(*testing.T) {})
	t.Run("badly", func(t *testing.T) { t.Error("the store is gone") })
}

func TestSkips(t *testing.T) { t.Skip("no server") }
`

// A trial passes only when tests ran, none failed and none was skipped; figures of the same name
// are added up.
func TestTry(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module madeup\n\ngo 1.26\n", "a_test.go": madeUp} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []struct {
		run, failure, counted, log string
		tests                      int
	}{
		{run: "TestCounts", tests: 2, counted: "seed 7, 40 kills, place here"},
		{run: "TestFails", tests: 2, failure: "failed in TestFails/badly", log: "the store is gone"},
		{run: "TestSkips", tests: 1, failure: "skipped TestSkips"},
		{run: "TestNothing", failure: "no test ran"},
		{run: "(", failure: "no test ran"},
	} {
		t.Run(want.run, func(t *testing.T) {
			var log strings.Builder
			r, err := trial{name: "made up", pkg: ".", module: dir, run: want.run}.try(t.Context(), true, 1, &log)
			if err != nil {
				t.Fatal(err)
			}
			failure := ""
			if !r.passed() {
				failure = r.failure()
			}
			if failure != want.failure || r.tests != want.tests || r.counted(true) != want.counted || !strings.Contains(log.String(), want.log) {
				t.Errorf("%d tests ran, counted %q, failure %q, said\n%s", r.tests, r.counted(true), failure, &log)
			}
		})
	}
}

// The page tells of every promise that was tried, and of a failure so that nobody overlooks it.
func TestReport(t *testing.T) {
	good := result{trial: trials[0], tests: 3, command: "go test", figures: []figure{{key: "kills", sum: 1_234}, {key: "seed", values: []string{"7"}}}}
	bad := good
	bad.failed = []string{"TestLayers/x"}
	page := filepath.Join(t.TempDir(), "trust.md")
	for _, want := range []struct {
		result result
		err    error
		words  []string
	}{
		{good, nil, []string{"All of 1 trial passed.", "Routes never publish", "*layers:* 1,234 kills.", ", seed 7:", "## What is not promised", "## What was found"}},
		{bad, errFailed, []string{"**1 of 1 trial failed.**", "go one way.** **FAILED**", "**failed in TestLayers/x**"}},
	} {
		r := report{seed: 7, machine: []string{"pulperia at commit 1"}, results: []result{want.result}}
		if err := r.deliver(page, r.markdown(), nil); !errors.Is(err, want.err) {
			t.Errorf("delivered with %v, not %v", err, want.err)
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range want.words {
			if !strings.Contains(string(text), words) {
				t.Errorf("the page does not say %q:\n%s", words, text)
			}
		}
		if strings.Contains(string(text), "two hundred") {
			t.Error("the page tells of a promise that nothing tried")
		}
	}
}

// A chapter that is tried alone takes the place of its own, once, and leaves the rest as it is; a
// page that has none gets it after the others.
func TestChapterAlone(t *testing.T) {
	about, err := chapterOf("The program")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chapterOf("The weather"); err == nil || !strings.Contains(err.Error(), "Who may do what") {
		t.Errorf("of no chapter: %v", err)
	}
	const head, rest = "# Why\n\nfigures\n", "\n## What is not promised\n\n- much\n\n## The trials\n"
	for name, before := range map[string]string{
		"replaced": head + "\n## The program\n\nold words\n\n## Where features meet\n\nkept\n" + rest,
		"added":    head + "\n## Where features meet\n\nkept\n" + rest,
	} {
		page := filepath.Join(t.TempDir(), "trust.md")
		if err := os.WriteFile(page, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		r := report{seed: 7, machine: []string{"commit 1"}, short: true, results: []result{{trial: trials[0], tests: 3}}}
		for range 2 {
			if err := r.deliverChapter(about, page, nil); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for words, times := range map[string]int{
			head: 1, "\n## Where features meet\n\nkept\n": 1, rest: 1, "\n## The program\n": 1, "old words": 0,
			"in the short form": 1, "commit 1; All of 1 trial passed.": 1, "Routes never publish": 1,
		} {
			if got := strings.Count(string(text), words); got != times {
				t.Errorf("%s: %q stands there %d times, not %d:\n%s", name, words, got, times, text)
			}
		}
	}
}
