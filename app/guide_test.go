package app

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func guide(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What the guide and the README tell an operator to type is a command line that the program takes.
func TestGuidesCommands(t *testing.T) {
	found := 0
	for _, file := range []string{"docs/guide-operate.md", "README.md"} {
		for line := range strings.Lines(guide(t, file)) {
			typed := regexp.MustCompile("^    (?:\\./pulperia|go run \\.) ?(.*)|`(?:go run \\.|\\./pulperia|pulperia) ([^`]+)`").FindAllStringSubmatch(line, -1)
			for _, match := range typed {
				args := fieldsOf(match[1] + match[2])
				if line := strings.Join(args, " "); strings.Contains(line, "…") || strings.Contains(line, "--help") {
					continue
				}
				found++
				if _, err := parse(t, nil, args...); err != nil && !strings.Contains(err.Error(), "expected one of") {
					t.Errorf("%s: %q: %v", file, args, err)
				}
			}
		}
	}
	if found < 25 {
		t.Errorf("%d command lines: are they written otherwise by now?", found)
	}
}

// fieldsOf splits a command line at blanks outside of quotes and of $( ), and leaves comments out.
func fieldsOf(line string) (fields []string) {
	line, _, _ = strings.Cut(line, "    #")
	for _, field := range regexp.MustCompile(`(?:'[^']*'|"[^"]*"|\$\([^)]*\)|[^\s'"$]|\$)+`).FindAllString(line, -1) {
		fields = append(fields, strings.NewReplacer(`'`, "", `"`, "").Replace(field))
	}
	return fields
}

// The guide can be followed from its beginning to its end: each of its commands does what it says,
// on a store that has lived through those before. Those about a database are tried on one.
func TestGuideIsFollowed(t *testing.T) {
	t.Parallel()
	commands := regexp.MustCompile(`(?m)^    \./pulperia ?(.*)$`).FindAllStringSubmatch(guide(t, "docs/guide-operate.md"), -1)
	if len(commands) < 15 {
		t.Fatalf("%d commands: are they written otherwise by now?", len(commands))
	}
	g := newFollower(t)
	var ofDatabase []string
	for _, one := range commands {
		if strings.Contains(one[1], "mongodb://") {
			ofDatabase = append(ofDatabase, one[1])
		} else {
			g.follows(one[1])
		}
	}
	g.says("people list --store /srv/shop-again", "duena@example.com", "ana@example.com")
	if list := g.says("people list --store /srv/shop-again"); strings.Contains(list, "beto") {
		t.Errorf("who was revoked is back: %s", list)
	}
	key := g.says("keys add other --role helper --store /srv/shop-again | tail -n 1")
	if !regexp.MustCompile(`^plp_[0-9a-f]{24}_[A-Z2-7]{26}\n$`).MatchString(key) {
		t.Errorf("the key is %q", key)
	}
	t.Run("mongodb", func(t *testing.T) {
		on := *g
		on.t, on.database = t, database(t)
		for _, line := range ofDatabase {
			on.follows(line)
		}
		on.says("people list --store mongodb://127.0.0.1/shop", "duena@example.com", "ana@example.com")
	})
}

// follower follows the guide in a folder of its own.
type follower struct {
	t        *testing.T
	folder   string
	database string // that the guide's stands for
	owned    bool
	places   *strings.Replacer
}

func newFollower(t *testing.T) *follower {
	t.Helper()
	g := &follower{t: t, folder: t.TempDir()}
	path, err := program.Path()
	if err == nil {
		err = os.Symlink(path, filepath.Join(g.folder, "pulperia"))
	}
	if err == nil {
		err = os.Mkdir(filepath.Join(g.folder, "backup"), 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	places := []string{"/srv/", g.folder + "/", "/backup/", g.folder + "/backup/", "2026-11-30", time.Now().Format(time.DateOnly),
		"127.0.0.1:8080", freeAddress(t), "127.0.0.1:8081", freeAddress(t)}
	g.places = strings.NewReplacer(places...)
	return g
}

// here is a command as it is done in the folder, and on the database.
func (g *follower) here(line string) string {
	return strings.ReplaceAll(g.places.Replace(line), "mongodb://127.0.0.1/shop", g.database)
}

// guideRefusals are what the guide's commands are refused with, where they are.
var guideRefusals = map[string]string{"people link --store /srv/shop": "the shop has an owner"}

// follows does a command of the guide.
func (g *follower) follows(line string) {
	g.t.Helper()
	if line == "" || strings.HasPrefix(line, "--") {
		g.serves(line)
	} else {
		g.runs(line, guideRefusals[line])
	}
}

// serves opens a shop and closes it. In the first one somebody becomes the owner.
func (g *follower) serves(line string) {
	g.t.Helper()
	args := fieldsOf(g.here(line))
	if !strings.Contains(line, "--listen") {
		args = append(args, "--listen", "127.0.0.1:0")
	}
	cmd := command(g.t, args...)
	cmd.Dir = g.folder
	s := startCommand(g.t, cmd)
	s.ownerFile = filepath.Join(g.folder, "shop", "owner-link.txt")
	s.untilOpen(g.t)
	if !g.owned {
		g.owned = true
		if status, _ := s.setUp(g.t, s.token(g.t), "duena@example.com"); status != http.StatusSeeOther {
			g.t.Errorf("the owner's link: %d", status)
		}
	}
	if err := s.stop(g.t, os.Interrupt); err != nil {
		g.t.Errorf("%s: %v\n%s", line, err, &s.Log)
	}
}

// runs lets the shell do a command, which is refused with some words, or is not.
func (g *follower) runs(line, refused string) string {
	g.t.Helper()
	cmd := exec.Command("/bin/sh", "-c", "./pulperia "+g.here(line))
	cmd.Dir = g.folder
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if (err != nil) != (refused != "") || !strings.Contains(problems.String(), refused) {
		g.t.Errorf("%s: %v\n%s%s", line, err, out, &problems)
	}
	return string(out)
}

// says runs a command that is to say some words.
func (g *follower) says(line string, words ...string) string {
	g.t.Helper()
	out := g.runs(line, "")
	for _, one := range words {
		if !strings.Contains(out, one) {
			g.t.Errorf("%s does not say %q:\n%s", line, one, out)
		}
	}
	return out
}
