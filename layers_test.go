package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers says which packages of the program each package may import, tests aside. It is the
// architecture, as docs/architecture.md draws it: a statement of policy. DO NOT CHANGE IT TO MAKE A
// BUILD PASS.
var layers = map[string][]string{
	".":                                    {"app"},
	"app":                                  {"pictures", "routes", "socket", "views", "public", "demo", "catalogue", "shop", "dao", "dao/models", "dao/retry", "dao/filemanagers", "dao/dbmanagers", "licences", "faults/harness"},
	"routes":                               {"routes/api", "routes/files", "routes/frame", "routes/pages", "shop", "dao"},
	"routes/api":                           {"routes/document", "routes/fields", "routes/frame", "catalogue", "shop", "dao", "dao/models"},
	"routes/document":                      {"routes/fields", "routes/frame", "shop", "dao/models"},
	"routes/fields":                        {"shop", "dao/models"},
	"routes/files":                         {"routes/frame"},
	"routes/frame":                         {"pictures", "shop", "dao", "dao/models"},
	"routes/pages":                         {"pictures", "routes/fields", "routes/files", "routes/frame", "views", "shop", "dao", "dao/models"},
	"routes/routestest":                    {"routes", "public", "shop", "dao", "dao/filemanagers", "dao/models", "faults/harness"},
	"socket":                               {"socket/socketio", "shop", "dao", "dao/models", "dao/retry"},
	"socket/socketio":                      {"dao/models"},
	"shop":                                 {"pictures", "dao", "dao/models"},
	"shop/shoptest":                        {"shop", "dao", "dao/models"},
	"pictures":                             {"dao/models"},
	"views":                                {"dao", "dao/models"},
	"catalogue":                            {"dao", "dao/models"},
	"dao/filemanagers":                     {"dao", "dao/models", "dao/steps"},
	"dao/dbmanagers":                       {"dao", "dao/models", "dao/steps", "dao/retry"},
	"dao/steps":                            {"dao", "dao/models"},
	"dao/daotest":                          {"dao", "dao/models", "dose"},
	"dao/dbmanagers/mongotest":             {},
	"dao/dbmanagers/mongotest/withmongodb": {"dao/dbmanagers/mongotest"},
	"dao":                                  {"dao/models"},
	"dao/models":                           {},
	"dose":                                 {},
	"dao/retry":                            {},
	"public":                               {},
	"demo":                                 {},
	"licences":                             {},
	"faults":                               {"faults/harness"},
	"faults/harness":                       {},
	"faults/walk":                          {"dao/dbmanagers/mongotest", "faults/harness"},
}

const module = "pulperia/"

// doors are where people and programs come in: packages, and files of app. They read through the
// shop and change by its verbs, so that each rule of the trade stands once. stores are what of dao
// can be written to, which is out of their reach.
var (
	doors  = []string{"routes/*.go", "routes/api/*.go", "routes/document/*.go", "routes/fields/*.go", "routes/files/*.go", "routes/frame/*.go", "routes/pages/*.go", "socket/*.go", "socket/socketio/*.go", "catalogue/*.go", "app/import*.go", "app/demo.go"}
	stores = []string{"Store", "Engine", "Values", "Products", "Carts", "Messages", "Collection", "KindOf", "Updater", "Tx", "Within", "Appends"}
)

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

// The program shares a harness with its tests, and yet holds nothing of them.
func TestProgramHoldsNoTests(t *testing.T) {
	all, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.Lines(string(all)) {
		if name = strings.TrimSpace(name); name == "testing" || strings.HasPrefix(name, "testing/") {
			t.Errorf("the program imports %s", name)
		}
	}
}

// No door has hold of a store, or of a collection that it could write to.
func TestDoorsHoldNoStore(t *testing.T) {
	for _, pattern := range doors {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Errorf("%s: %v %v", pattern, files, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			set := token.NewFileSet()
			parsed, err := parser.ParseFile(set, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				named, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if from, ok := named.X.(*ast.Ident); ok && from.Name == "dao" && slices.Contains(stores, named.Sel.Name) {
					t.Errorf("%s: a door has dao.%s: let it ask the shop", set.Position(n.Pos()), named.Sel.Name)
				}
				return true
			})
		}
	}
}
