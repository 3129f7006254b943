package main

import (
	"errors"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every promise is tried, by trials that are there; every trial tries a promise.
func TestEveryPromiseIsTried(t *testing.T) {
	tried := map[string]bool{}
	for _, one := range trials {
		if _, twice := tried[one.name]; twice {
			t.Errorf("two trials are named %q", one.name)
		}
		tried[one.name] = false
	}
	for _, c := range chapters {
		for _, p := range c.promises {
			if p.how == "" || len(p.trials) == 0 {
				t.Errorf("nothing tries the promise %q", p.says)
			}
			for _, name := range p.trials {
				if _, known := tried[name]; !known {
					t.Errorf("the promise %q names the trial %q, which is not there", p.says, name)
				}
				tried[name] = true
			}
		}
	}
	for name, used := range tried {
		if !used {
			t.Errorf("the trial %q tries no promise", name)
		}
	}
}

// Every trial, and every bug that was found, names tests that are there.
func TestTrialsNameTests(t *testing.T) {
	for _, one := range trials {
		t.Run(one.name, func(t *testing.T) {
			if names := tests(t, one); len(names) == 0 {
				t.Errorf("%s matches no test of %s", one.run, one.pkg)
			}
		})
	}
	for _, one := range bugs {
		pkg, name, _ := strings.Cut(one.test, " ")
		if names := tests(t, trial{pkg: "./" + pkg, run: name}); len(names) == 0 {
			t.Errorf("%s: there is no such test", one.test)
		}
	}
}

// The alternatives of a pattern are typed by hand: each must name a test, or a renamed test would
// be missed by nobody.
func TestEveryAlternativeNamesATest(t *testing.T) {
	for _, one := range trials {
		for _, part := range alternatives(one.run) {
			alone := one
			alone.run = part
			if len(tests(t, alone)) == 0 {
				t.Errorf("trial %q: %s matches no test of %s", one.name, part, one.pkg)
			}
		}
	}
}

// alternatives takes a pattern of the table apart.
func alternatives(pattern string) (parts []string) {
	before, rest, grouped := strings.Cut(pattern, "(")
	if !grouped {
		return strings.Split(pattern, "|")
	}
	inner, after, _ := strings.Cut(rest, ")")
	for part := range strings.SplitSeq(inner, "|") {
		parts = append(parts, before+part+after)
	}
	return parts
}

// isTest says whether a function is one: the seeds of fuzz targets run as tests, too.
func isTest(name string) bool {
	return (strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz")) && name != "TestMain"
}

// tests returns the tests that a trial runs.
func tests(t *testing.T, one trial) (names []string) {
	t.Helper()
	pattern := regexp.MustCompile(one.run)
	for _, dir := range folders(t, filepath.Join("..", one.module, one.pkg)) {
		for _, name := range testsIn(t, dir) {
			if pattern.MatchString(name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// folders are those of a package, as go test takes it: with "/..." all below it, too.
func folders(t *testing.T, pkg string) (dirs []string) {
	t.Helper()
	root, below := strings.CutSuffix(pkg, "/...")
	if !below {
		return []string{pkg}
	}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if name := entry.Name(); name == "node_modules" || name == "testdata" {
			return fs.SkipDir
		}
		dirs = append(dirs, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

// read keeps what [testsIn] has found: most trials are of a few packages.
var read = map[string][]string{}

// testsIn returns the tests of a package. They are read from the sources: `go test -list` would
// build every package anew.
func testsIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	if names, done := read[dir]; done {
		return names
	}
	pkg, err := build.ImportDir(dir, 0)
	if err != nil {
		if _, none := errors.AsType[*build.NoGoError](err); !none {
			t.Fatal(err)
		}
	}
	for _, file := range slices.Concat(pkg.TestGoFiles, pkg.XTestGoFiles) {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, file), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, isFunc := d.(*ast.FuncDecl); isFunc && f.Recv == nil && isTest(f.Name.Name) {
				names = append(names, f.Name.Name)
			}
		}
	}
	read[dir] = names
	return names
}
