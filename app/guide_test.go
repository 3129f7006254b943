package app

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
