package dao_test

import (
	"os"
	"strings"
	"testing"

	"pulperia/dao"
)

// Whoever looks into a store finds in the README what each file and collection of it is.
func TestReadmeNamesEveryKind(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	section := func(title string) string {
		_, rest, found := strings.Cut(string(text), title+"\n")
		if !found {
			t.Fatalf("there is no %s", title)
		}
		rest, _, _ = strings.Cut(rest, "\n#")
		return rest
	}
	folder, database := section("## What lies in the folder"), section("### What is stored where")
	for _, kind := range dao.Kinds() {
		if !strings.Contains(folder, "`"+kind.File()+"`") {
			t.Errorf("the table of the folder lacks %s", kind.File())
		}
		if !strings.Contains(database, "`"+kind.Plural+"`") {
			t.Errorf("the table of collections lacks %s", kind.Plural)
		}
	}
}
