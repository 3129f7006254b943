package app

import (
	"bytes"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The password comes from the environment or a file, whose last line break is not part of it; where
// it comes from both, nobody knows which one counts. A file that others may read is warned about.
func TestStorePassword(t *testing.T) {
	file := func(text string, mode os.FileMode) string {
		name := filepath.Join(t.TempDir(), "password")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, test := range []struct {
		name, file, environment, want, wrong string
		warns                                bool
	}{
		{name: "none"},
		{name: "environment", environment: " se cr\n", want: " se cr\n"},
		{name: "file", file: file("secreto", 0o600), want: "secreto"},
		{name: "line", file: file("secreto\n", 0o400), want: "secreto"},
		{name: "line of Windows", file: file("secreto\r\n", 0o600), want: "secreto"},
		{name: "one break only", file: file(" secreto \n\n", 0o600), want: " secreto \n"},
		{name: "group may read", file: file("secreto\n", 0o640), want: "secreto", warns: true},
		{name: "all may read", file: file("secreto\n", 0o604), want: "secreto", warns: true},
		{name: "both", file: file("secreto\n", 0o600), environment: "otro", wrong: "take one of them away"},
		{name: "empty", file: file("\n", 0o600), wrong: "is empty"},
		{name: "missing", file: "/no/such/file", wrong: "/no/such/file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("PULPERIA_STORE_PASSWORD", test.environment)
			var log bytes.Buffer
			g := &globals{StorePasswordFile: test.file}
			got, err := g.storePassword(slog.New(slog.NewTextHandler(&log, nil)))
			if got != test.want || (err != nil) != (test.wrong != "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("%q, %v", got, err)
			}
			if warned := strings.Contains(log.String(), "level=WARN"); warned != test.warns || strings.Contains(log.String(), "secreto") {
				t.Errorf("the log says %q", log.String())
			}
			if err != nil && strings.Contains(err.Error(), "secreto") {
				t.Error(err)
			}
		})
	}
}

// The file is a setting like the others; the password itself is none, so that nobody writes it on a
// command line.
func TestPasswordSettings(t *testing.T) {
	if c, err := parse(t, nil, "check", "--store-password-file", "f"); err != nil || c.StorePasswordFile != "f" {
		t.Errorf("%q, %v", c.StorePasswordFile, err)
	}
	if c, err := parse(t, map[string]string{"PULPERIA_STORE_PASSWORD_FILE": "f"}); err != nil || c.StorePasswordFile != "f" {
		t.Errorf("environment: %q, %v", c.StorePasswordFile, err)
	}
	if _, err := parse(t, nil, "--store-password", "secreto"); err == nil {
		t.Error("there is a flag for the password")
	}
}

// A store is a folder or a MongoDB URL; what looks like neither makes no folder.
func TestStoreDir(t *testing.T) {
	for name, want := range map[string]string{
		"postgres://ana:secreto@h/db":  "postgres://ana:***@h/db",
		`"mongodb://ana:secreto@h/db"`: "begins with mongodb://",
		"mongodb:/ana:secreto@h/":      "mongodb:***: a MongoDB URL begins with mongodb://",
		"mongodb+srv:ana:secreto@h":    "begins with mongodb://",
		"https://example.com/products": "must be a folder, or a URL",
		"":                             "must be a folder or a MongoDB URL",
	} {
		if dir, err := storeDir(name); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secreto") {
			t.Errorf("%s: %q, %v", name, dir, err)
		}
	}
	for _, name := range []string{"data", "/srv/shop", "mongodb", "a@b:c"} {
		if dir, err := storeDir(name); err != nil || dir != name {
			t.Errorf("%s: %q, %v", name, dir, err)
		}
	}
}

// main runs the program in this process, and returns what it said and its exit code.
func runMain(t *testing.T, args ...string) (said string, code int) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "said"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	code = Main(t.Context(), args, Streams{In: strings.NewReader(""), Out: file, Err: file})
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text), code
}

// Wherever a URL stands on the command line or in the environment, rightly or by mistake: its
// password is in no error, in no help, in no name of a folder.
func TestPasswordsStayOut(t *testing.T) {
	const url = "mongodb://ana:secreto@127.0.0.1:1/?serverSelectionTimeoutMS=50"
	for name, args := range map[string][]string{
		"store":                  {"check", "--store", "mongodb:/ana:secreto@h/"},
		"other scheme":           {"--listen", "127.0.0.1:0", "--store=postgres://ana:secreto@h/"},
		"no server":              {"export", "-", "--store=" + url},
		"unescaped":              {"export", "-", "--store=mongodb://ana:sec/secreto@h"},
		"store without its flag": {url},
		"instead of an address":  {"--listen", url},
		"instead of a file":      {"import", "--store", "shop", url},
		"quoted":                 {"--listen", `mongodb://ana:secr"secreto@h`},
		"instead of a command":   {"--store", "shop", "sell", url},
		"unknown flag":           {"--stor=" + url},
		"target":                 {"export", "--store", "shop", url},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			said, code := runMain(t, args...)
			if code == 0 || strings.Contains(said, "secreto") || strings.Count(said, "\n") != 1 {
				t.Errorf("exit %d, and it says\n%s", code, said)
			}
			filepath.WalkDir(".", func(name string, _ os.DirEntry, _ error) error {
				if strings.Contains(name, "secreto") || strings.Contains(name, "mongodb") {
					t.Errorf("there is a folder %s now", name)
				}
				return nil
			})
		})
	}
	t.Run("environment", func(t *testing.T) {
		t.Setenv("PULPERIA_STORE", url)
		t.Setenv("PULPERIA_LISTEN", url)
		for _, args := range [][]string{{"export", "-"}, {"serve"}, {"--help"}} {
			if said, _ := runMain(t, args...); strings.Contains(said, "secreto") || said == "" {
				t.Errorf("%v: it says\n%s", args, said)
			}
		}
	})
}

// What is no secret is shown: an error that hides the value does not help.
func TestErrorsShowValues(t *testing.T) {
	for _, value := range []string{"https://*.example", "http//x"} {
		if said, code := runMain(t, "--origin", value); code == 0 || !strings.Contains(said, value) {
			t.Errorf("exit %d, and it says\n%s", code, said)
		}
	}
}

// The log says which store is open, without its password.
func TestAnnounceHides(t *testing.T) {
	var log bytes.Buffer
	(&serveCommand{}).announce(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}, "mongodb+srv://ana:secreto@h/", slog.New(slog.NewTextHandler(&log, nil)))
	if !strings.Contains(log.String(), "store=mongodb+srv://ana:***@h/") || strings.Contains(log.String(), "secreto") {
		t.Error(log.String())
	}
}
