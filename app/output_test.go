package app

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// What nobody got is no success: of all that prints nothing ends with 0 when its output goes to a
// full disk or into a pipe without a reader.
func TestOutputThatGoesNowhere(t *testing.T) {
	t.Parallel()
	store, file := t.TempDir(), filepath.Join(t.TempDir(), "products.json")
	if err := openShop(t, store, "--demo").stop(t, os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if out, code := execute(t, "export", filepath.Dir(file), "--store", store); code != 0 {
		t.Fatal(out)
	}
	for _, args := range [][]string{
		{"version"}, {"licences"}, {"--version"}, {"--help"}, {"import", "--help"}, {"check", "--store", store}, {"export", "-", "--store", store},
		{"import", file, "--store", store}, {"import", "--dry-run", file, "--store", filepath.Join(t.TempDir(), "none")}, {"selftest", "--rounds", "1", "--store", t.TempDir()},
		{"migrate", "--from", store, "--to", filepath.Join(t.TempDir(), "to")},
	} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		reader, pipe, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		reader.Close()
		for _, out := range []*os.File{full, pipe} {
			cmd := command(t, args...)
			cmd.Stdout = out
			if err := cmd.Run(); err == nil {
				t.Errorf("%v into %s ends with 0", args, out.Name())
			}
			out.Close()
		}
	}
}

// A line of the log takes 2 KB at most, whatever a client sends, and is one that programs can read.
func TestLogLinesAreBounded(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		s := openShop(t, t.TempDir(), "--log-format", format)
		for _, part := range []string{"a", "%C3%B1", "%22", "%01", "%FF", "%F3%A0%80%81"} {
			for _, n := range []int{200, 400, 9_000} {
				answer, err := http.Get(s.URL + "/" + strings.Repeat(part, n))
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
			}
		}
		if err := s.stop(t, os.Interrupt); err != nil {
			t.Error(err)
		}
		for line := range strings.Lines(s.Log.String()) {
			if len(line) > 2<<10 || !utf8.ValidString(line) || format == "json" && !json.Valid([]byte(line)) {
				t.Errorf("%s: a line of %d bytes: %.300q", format, len(line), line)
			}
		}
		if s.Log.Lines() < 18 {
			t.Errorf("the log lacks requests:\n%s", &s.Log)
		}
	}
}

// The sign before prices is a short text that shows.
func TestCurrencyHasForm(t *testing.T) {
	t.Parallel()
	for _, sign := range []string{"123456789", "\u200b", " ", "a\nb", "\xff", "A\u202e"} {
		if said, err := untilEnd(t, "--store", t.TempDir(), "--listen", "127.0.0.1:0", "--currency", sign); err == nil || !strings.Contains(said, "at most 8 characters") {
			t.Errorf("%q: %v: %s", sign, err, said)
		}
	}
	for _, sign := range []string{"", "US$", "₲", "AR$ ", "12345678"} {
		if err := openShop(t, t.TempDir(), "--currency", sign).stop(t, os.Interrupt); err != nil {
			t.Errorf("%q: %v", sign, err)
		}
	}
}

// A name that ends in .JSONL is that of a file, too, and in .GZ of a packed one.
func TestExportToCapitals(t *testing.T) {
	t.Parallel()
	store, dir := t.TempDir(), t.TempDir()
	if err := openShop(t, store, "--demo").stop(t, os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for name, begin := range map[string]string{"a.JSONL": `{"pulperia"`, "b.Jsonl.GZ": "\x1f\x8b"} {
		path := filepath.Join(dir, name)
		out, code := execute(t, "export", path, "--store", store)
		if text, err := os.ReadFile(path); code != 0 || err != nil || !strings.HasPrefix(string(text), begin) {
			t.Errorf("exit %d: %s (%v) %.20q", code, out, err, text)
		}
		if out, code := execute(t, "import", path, "--store", t.TempDir()); code != 0 || !strings.Contains(out, "39 created") {
			t.Errorf("exit %d: %s", code, out)
		}
	}
}

// A folder in which others keep things, like a home, is no store, and nothing is put into it. A new
// disk is empty, whatever its system put there.
func TestFolderOfOthersIsNoStore(t *testing.T) {
	t.Parallel()
	home, source := t.TempDir(), t.TempDir()
	writtenByHand(t, home, ".profile", func(string) string { return "umask 077" })
	writtenByHand(t, source, "products.json", func(string) string {
		return `[{"title":"Mate","code":"M","price":1,"stock":1,"category":"c","description":"d"}]`
	})
	before := bytesOf(t, home)
	for _, args := range [][]string{
		{"--listen", "127.0.0.1:0", "--store", home}, {"import", filepath.Join(source, "products.json"), "--store", home}, {"migrate", "--from", source, "--to", home},
	} {
		said, err := untilEnd(t, args...)
		if err == nil || !strings.Contains(said, home) || !strings.Contains(said, "holds other things") || !strings.Contains(said, ".profile") {
			t.Errorf("%v: %v: %s", args, err, said)
		}
		if after := bytesOf(t, home); after != before {
			t.Fatalf("there was\n%s, and is\n%s", before, after)
		}
	}
	disk := t.TempDir()
	if err := os.Mkdir(filepath.Join(disk, "lost+found"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := openShop(t, disk).stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
}

// Whoever is stopped while a database is awaited says so, at once.
func TestStoppedWhileDatabaseIsAwaited(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	store := "mongodb://" + silent.Addr().String() + "/shop?serverSelectionTimeoutMS=600000"
	for _, args := range [][]string{
		{"--store", store, "--listen", "127.0.0.1:0"}, {"check", "--store", store}, {"export", "-", "--store", store}, {"migrate", "--from", store, "--to", t.TempDir()},
	} {
		s := startCommand(t, command(t, args...))
		line, err := silent.Accept()
		if err != nil {
			t.Fatal(err)
		}
		err = s.stop(t, os.Interrupt)
		if said := s.Log.String(); err == nil || strings.Count(said, "stopped while the database was awaited") != 1 || !strings.Contains(said, silent.Addr().String()) {
			t.Errorf("%v: %v: %s", args, err, said)
		}
		line.Close()
	}
}
