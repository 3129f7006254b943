package views

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dynamicKeys are begun in a program and ended by a value: "rule.required", "error.404.title".
var dynamicKeys = regexp.MustCompile(`^(undo|sure|rule|error|role|counter|task|refused|ago|ring)\.|^desk\.(state|payment|event|fact|step|why|task|tab|paper)\.|^sales\.span\.|^ways\.(pay|kind)\.|^settings\.language\.|^pay\.|^checkout\.(left|change)\.|^checkout\.(|pickup|zone)$|^order\.(state|next|money|event|file)\.|^date\.(months|weekdays)$|^pictures\.(|broken|large|progressive)$`)

func mustTexts(t *testing.T, language Language) texts {
	t.Helper()
	all, err := readTexts(language)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Whoever adds a text adds it in every language, with the same arguments.
func TestLanguagesHaveTheSameTexts(t *testing.T) {
	place := regexp.MustCompile(`\{[a-z]+\}`)
	arguments := func(text text) []string {
		found := place.FindAllString(text.one+text.other, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	want := mustTexts(t, Languages()[0])
	for _, language := range Languages()[1:] {
		got := mustTexts(t, language)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
			t.Errorf("keys of %s: %s", language, diff)
		}
		for key, text := range want {
			if diff := cmp.Diff(arguments(text), arguments(got[key])); diff != "" {
				t.Errorf("%s in %s: %s", key, language, diff)
			}
			if (text.one == "") != (got[key].one == "") {
				t.Errorf("%s counts in one language and not in %s", key, language)
			}
		}
	}
}

// A key that no file has would be shown to a person as it is; a text that nobody says is dead
// weight.
func TestEveryTextIsSaidAndEveryKeyKnown(t *testing.T) {
	said := map[string]string{}
	note := func(pattern, file, source string) {
		for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(source, -1) {
			said[match[1]] = file
		}
	}
	templates := 0
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if !strings.HasSuffix(path, ".handlebars") {
			return err
		}
		source, err := files.ReadFile(path)
		note(`[{(]t "([^"]+)"`, path, string(source))
		templates++
		return err
	})
	if err != nil || templates < 8 {
		t.Fatalf("%d templates: %v", templates, err)
	}
	programs, _ := filepath.Glob("../routes/*/*.go")
	scripts, _ := filepath.Glob("../public/js/*.js")
	for _, path := range scripts {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		note(`\bsay\((?:[a-zA-Z.]+ \? )?"([a-zA-Z.]+)"`, path, string(source))
		note(`\bsay\([a-zA-Z.]+ \? "[a-zA-Z.]+" : "([a-zA-Z.]+)"`, path, string(source))
	}
	for _, path := range programs {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		note(`\.Say\("([a-zA-Z.]+)"`, path, string(source))
	}
	known := mustTexts(t, Spanish)
	for key, file := range said {
		if _, ok := known[key]; !ok && !dynamicKeys.MatchString(key) {
			t.Errorf("%s says %q, which no file of texts has", file, key)
		}
	}
	for key := range known {
		if _, ok := said[key]; !ok && !dynamicKeys.MatchString(key) {
			t.Errorf("nobody says %q", key)
		}
	}
}

// Every rule that models can name is told in every language.
func TestEveryRuleHasItsText(t *testing.T) {
	source, err := os.ReadFile("../dao/models/invalid.go")
	if err != nil {
		t.Fatal(err)
	}
	rules := regexp.MustCompile(`Rule = "([a-z0-9_]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(rules) < 15 {
		t.Fatalf("found %d rules", len(rules))
	}
	for _, language := range Languages() {
		all := mustTexts(t, language)
		for _, rule := range rules {
			if all["rule."+rule[1]].other == "" {
				t.Errorf("%s has no text for the rule %s", language, rule[1])
			}
		}
	}
}

// An error page needs both its texts in every language.
func TestErrorPagesHaveTheirTexts(t *testing.T) {
	for _, language := range Languages() {
		all := mustTexts(t, language)
		for _, status := range []string{"400", "401", "403", "404", "405", "409", "413", "429", "500", "503", "unknown", "forbidden", "setup", "join", "room"} {
			if all["error."+status].other == "" || all["error."+status+".title"].other == "" {
				t.Errorf("%s does not tell of %s", language, status)
			}
		}
	}
}

func TestText(t *testing.T) {
	for _, tt := range []struct {
		json string
		want text
		ok   bool
	}{
		{`"hola"`, text{"", "hola"}, true},
		{`{"one":"uno","other":"{n}"}`, text{"uno", "{n}"}, true},
		{`{"one":"uno"}`, text{}, false},
		{`{"one":"uno","other":"x","few":"y"}`, text{}, false},
		{`7`, text{}, false},
	} {
		var got text
		err := got.UnmarshalJSON([]byte(tt.json))
		if (err == nil) != tt.ok || tt.ok && got != tt.want {
			t.Errorf("%s: %+v, %v", tt.json, got, err)
		}
	}
}
