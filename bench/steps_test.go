package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pulperia/dao/dbmanagers/mongotest"
)

// The chapter on steps has all its rows, and what it measures is done: on values of their own and
// on one, by one, two and four processes, and by shops that nobody and somebody looks at.
func TestSteps(t *testing.T) {
	tiny := scale{rounds: 1, length: 100 * time.Millisecond, connections: 4, watch: 200 * time.Millisecond,
		together: 100 * time.Millisecond, quiet: 50 * time.Millisecond, idle: 1200 * time.Millisecond}
	t.Setenv(serverVariable, mongotest.URI(t))
	one, err := chapterOf(stepsTitle)
	if err != nil {
		t.Fatal(err)
	}
	r, err := measure(t.Context(), tiny, one.parts, 1, t.TempDir(), "a test")
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	one.write(r, &text)
	for _, what := range []string{"files: a step, each", "files: a step, all", "MongoDB: a step, each", "MongoDB: a step, all",
		"MongoDB: `GET /`, 24 of 24 ", "MongoDB: `GET /`, 24 of 2,000", "MongoDB: `GET /api/products?category=…`, 10 of 24", "MongoDB: `GET /api/products?category=…`, 10 of 2,000",
		"MongoDB: from sending a message to its delivery by the same", "MongoDB: from sending a message to its delivery by another",
		"steps, next", "messages, next", "steps, 50 ms", "messages, 50 ms", "24 products, one", "24 products, 100 viewers", "2,000 products, one", "2,000 products, 100", "24 products, 100 people"} {
		row := lineOf(t, text.Bytes(), "| "+what)
		for _, nothing := range []string{"| 0 ", "| 0.00 ", "p50 0.00 ms", "of 0 bytes", "%!"} {
			if strings.Contains(row, nothing) {
				t.Errorf("nothing was measured: %s", row)
			}
		}
	}
	lineOf(t, text.Bytes(), "| 24 products, nobody")
	lineOf(t, text.Bytes(), "| 2,000 products, nobody")
	if strings.Contains(text.String(), "%!") {
		t.Errorf("what it explains is not whole:\n%s", &text)
	}
}

// An idle shop may ask for one command more than its share, as a while may begin just before one;
// nobody connected, how much is answered is not bounded.
func TestIdleVerdicts(t *testing.T) {
	for _, test := range []struct {
		row  idleRow
		want bool
	}{
		{idleRow{commands: 13, answered: 1e6}, true},
		{idleRow{commands: 14}, false},
		{idleRow{viewers: 1, commands: 121, answered: 120_000}, true},
		{idleRow{viewers: 1, commands: 122}, false},
		{idleRow{viewers: 1, answered: 120_001}, false},
	} {
		if test.row.over = time.Minute; test.row.met() != test.want {
			t.Errorf("%s: met is %v", test.row.say(), !test.want)
		}
	}
	for ratio, want := range map[[3]float64]bool{{1, 0.6, 0.4}: true, {1, 0.59, 0.4}: false, {1, 0.6, 0.39}: false} {
		if got := (togetherRow{ratio: ratio}).met(); got != want {
			t.Errorf("%v: met is %v", ratio, got)
		}
	}
}
