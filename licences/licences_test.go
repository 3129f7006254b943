package licences

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write licences.txt anew")

// What the program says about its parts is what the module graph says, for every system that a
// release is made for.
func TestLicences(t *testing.T) {
	if _, err := os.ReadFile("../go.mod"); err != nil { // go list reads it: a cached result counts only for the same
		t.Fatal(err)
	}
	want := collect(t)
	if *update {
		if err := os.WriteFile("licences.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text != want {
		t.Error("the dependencies have changed: go generate ./licences")
	}
}

// part is a package of the program's.
type part struct {
	Dir    string
	Module *struct{ Path, Version, Dir string }
}

// collect reads what the modules bring: each text once, under the names of those that bring it.
func collect(t *testing.T) string {
	owners := map[string][]string{} // of each text
	note := func(owner, dir string) (found int) {
		for _, notice := range noticesIn(t, dir) {
			if !slices.Contains(owners[notice], owner) {
				owners[notice] = append(owners[notice], owner)
			}
			found++
		}
		return found
	}
	note(" pulperia", "..")
	note("the Go standard library and runtime", strings.TrimSpace(ask(t, "", "env", "GOROOT")))
	note("socket.io-client 4.8.4", "../public/vendor")
	for _, p := range parts(t) {
		if p.Module == nil || p.Module.Version == "" {
			continue // Go's, and ours
		}
		owner, found := p.Module.Path+" "+p.Module.Version, 0
		for dir := p.Dir; ; dir = filepath.Dir(dir) { // a package may bring a licence of its own
			found += note(owner, dir)
			if dir == p.Module.Dir {
				break
			}
		}
		if found == 0 {
			t.Errorf("%s has no licence", owner)
		}
	}
	var b strings.Builder
	b.WriteString("pulperia, and what is compiled into it, under these licences:\n")
	for _, notice := range slices.SortedFunc(maps.Keys(owners), func(a, b string) int {
		return cmp.Or(slices.Compare(owners[a], owners[b]), cmp.Compare(a, b))
	}) {
		fmt.Fprintf(&b, "\n%s\n\n", strings.Repeat("=", 80))
		for _, owner := range owners[notice] {
			fmt.Fprintln(&b, strings.TrimSpace(owner)) // the shop's own is the first
		}
		fmt.Fprintf(&b, "\n%s\n", notice)
	}
	return b.String()
}

// parts lists the packages of the program on each system, in one order.
func parts(t *testing.T) []part {
	all := map[string]part{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		for decoder := json.NewDecoder(strings.NewReader(ask(t, system, "list", "-deps", "-json=Dir,Module", "pulperia"))); ; {
			var p part
			if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			all[p.Dir] = p
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b part) int { return cmp.Compare(a.Dir, b.Dir) })
}

// ask returns what the Go tool says for a system, or for this one.
func ask(t *testing.T, system string, arguments ...string) string {
	command := exec.Command("go", arguments...)
	command.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %v", command, err)
	}
	return string(out)
}

var noticeName = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|notice|patents|third[-_]party[-_]notices)([-_.].*)?$`)

// noticesIn reads the notices of a folder.
func noticesIn(t *testing.T, dir string) (notices []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() || !noticeName.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), ".go") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		notices = append(notices, strings.TrimSpace(strings.ReplaceAll(string(content), "\r\n", "\n")))
	}
	return notices
}
