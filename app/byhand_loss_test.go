package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fewer takes away the first n entries of products.json.
func fewer(t *testing.T, n int) func(string) string {
	return func(text string) string {
		var list []map[string]any
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			t.Fatal(err)
		}
		list[n]["price"] = 98765
		short, err := json.Marshal(list[n:])
		if err != nil {
			t.Fatal(err)
		}
		return string(short)
	}
}

// An edit that looks like an accident (a file is empty, or lacks more than half of its entries) is
// refused by whoever opens or reads the folder, and nothing is changed; --accept-edits takes it in.
// What an edit does is summed up.
func TestEditThatTakesAwayMost(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file   string
		edit   func(string) string
		counts string // nothing when it needs no word
		sum    string
	}{
		"all messages":       {"messages.jsonl", func(string) string { return "" }, "20 of 20 entries are gone", "messages.jsonl: 20 gone, 0 new, 0 changed"},
		"no products":        {"products.json", func(string) string { return "[]" }, "32 of 32 entries are gone", "products.json: 32 gone, 0 new, 0 changed"},
		"most products":      {"products.json", fewer(t, 17), "17 of 32 entries are gone, 0 are new and 1 changed", "products.json: 17 gone, 0 new, 1 changed"},
		"half of products":   {"products.json", fewer(t, 16), "", "products.json: 16 gone, 0 new, 1 changed"},
		"a message is added": {"messages.jsonl", func(text string) string { return text + `{"user":"a@b.c","message":"a mano"}` }, "", "messages.jsonl: 0 gone, 1 new, 0 changed"},
	} {
		t.Run(name, func(t *testing.T) {
			store, backup := t.TempDir(), filepath.Join(t.TempDir(), "backup.jsonl")
			fillGoods(t, store) // without orders, which would hold what goes
			s := openShop(t, store, "--messages-per-minute", "0")
			for i := range 20 {
				if status, _, err := s.do(http.DefaultClient, "POST", "/api/messages", fmt.Sprintf(`{"user":"ana@example.com","message":"hola %d"}`, i)); status != http.StatusCreated {
					t.Fatal(status, err)
				}
			}
			if err := s.stop(t, os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if out, code := execute(t, "export", backup, "--store", store); code != 0 {
				t.Fatal(out)
			}
			writtenByHand(t, store, test.file, test.edit)
			before := bytesOf(t, store)
			var accept []string
			if test.counts != "" {
				for _, args := range [][]string{
					{"--listen", "127.0.0.1:0"}, {"check"}, {"export", filepath.Join(t.TempDir(), "out")}, {"import", backup}, {"import", "--dry-run", backup},
					{"migrate", "--from", store, "--to", t.TempDir()},
				} {
					said, err := untilEnd(t, append(args, "--store", store)...)
					if err == nil || strings.Count(said, "\n") != 1 || !strings.Contains(said, test.file+": since the shop wrote it "+test.counts) ||
						!strings.Contains(said, "--accept-edits") {
						t.Errorf("%v: %v: %s", args, err, said)
					}
				}
				accept = []string{"--accept-edits"}
			}
			if out, code := execute(t, append(accept, "check", "--store", store)...); code != 0 || !strings.Contains(out, test.sum) {
				t.Errorf("check: exit %d: %s", code, out)
			}
			if after := bytesOf(t, store); after != before {
				t.Fatalf("there was\n%s, and is\n%s", before, after)
			}
			s = openShop(t, store, accept...)
			s.wantLives(t, "")
			if err := s.stop(t, os.Interrupt); err != nil || !strings.Contains(s.Log.String(), test.sum) {
				t.Errorf("%v: the log does not say %s:\n%s", err, test.sum, &s.Log)
			}
			if err := openShop(t, store).stop(t, os.Interrupt); err != nil {
				t.Error(err)
			}
		})
	}
}
