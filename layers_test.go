package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers says which packages of the program each package may import, tests aside. It is the
// architecture, as docs/adr/0001 explains it: a statement of policy. DO NOT CHANGE IT TO MAKE A
// BUILD PASS.
var layers = map[string][]string{
	".":                                    {"app"},
	"app":                                  {"routes", "socket", "views", "public", "demo", "catalogue", "dao", "dao/models", "dao/retry", "dao/filemanagers", "dao/dbmanagers", "licences"},
	"routes":                               {"views", "catalogue", "dao", "dao/models"},
	"socket":                               {"dao", "dao/models", "dao/retry"},
	"views":                                {"dao", "dao/models"},
	"catalogue":                            {"dao", "dao/models"},
	"dao/filemanagers":                     {"dao", "dao/models"},
	"dao/dbmanagers":                       {"dao", "dao/models", "dao/retry"},
	"dao/daotest":                          {"dao", "dao/models"},
	"dao/dbmanagers/mongotest":             {},
	"dao/dbmanagers/mongotest/withmongodb": {"dao/dbmanagers/mongotest"},
	"dao":                                  {"dao/models"},
	"dao/models":                           {},
	"dose":                                 {},
	"dao/retry":                            {},
	"public":                               {},
	"demo":                                 {},
	"licences":                             {},
	"faults":                               {},
	"faults/walk":                          {"dao/dbmanagers/mongotest"},
}

const module = "pulperia/"

// Imports go one way: a package knows only those that stand to the right of it.
func TestLayers(t *testing.T) {
	seen := map[string]bool{}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (name == "e2e" || name == "bench" || name == "node_modules" || strings.HasPrefix(name, ".") && name != ".") {
			return fs.SkipDir // modules of their own, or no code
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir := path.Dir(name)
		seen[dir] = true
		allowed, known := layers[dir]
		if !known {
			t.Errorf("%s: package %s is in no layer", name, dir)
		}
		for _, spec := range parsed.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			inner, ours := strings.CutPrefix(imported, module)
			if ours && !slices.Contains(allowed, inner) {
				t.Errorf("%s imports %s: %s may import %v", name, inner, dir, allowed)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir := range layers {
		if !seen[dir] {
			t.Errorf("the table names package %s, which is not there", dir)
		}
	}
}
