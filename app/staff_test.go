package app

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pulperia/dao/dbmanagers"
	"pulperia/faults/harness"
)

// A key is alone on the last line of standard output, once, and lets its bearer do what its role
// may; what is revoked is named in the list no more. People are added, listed, given links and
// revoked; but for the list nothing is done on a folder that a shop has open, and the shop's process
// is named; on a database the open shop knows at once.
func TestPeopleAndKeys(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		if dbmanagers.IsURL(store) {
			openShop(t, store) // beside it
		}
		staff := func(args ...string) string { t.Helper(); return saysOnMachine(t, store, args...) }
		id, key := addKey(t, store, "till", "manager")
		if got := staff("keys", "list"); !strings.Contains(got, id) || !strings.Contains(got, "manager") || !strings.Contains(got, "never used") || strings.Contains(got, key[len(key)-26:]) {
			t.Errorf("keys list: %s", got)
		}
		if got := staff("people", "add", "Ana@Example.com", "--name", "Ana", "--role", "owner"); !isLink(got, "/join") {
			t.Errorf("people add: %s", got)
		}
		password := filepath.Join(t.TempDir(), "password")
		if err := os.WriteFile(password, []byte("yerba con palo 42\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := staff("people", "add", "beto@example.com", "--name", "Beto", "--role", "owner", "--password-file", password); strings.Contains(got, "/join") {
			t.Errorf("people add with a password: %s", got)
		}
		if got := staff("people", "list"); !strings.Contains(got, "ana@example.com") || !strings.Contains(got, "invited") || !strings.Contains(got, "has a password") {
			t.Errorf("people list: %s", got)
		}
		if got := staff("people", "reset", "beto@example.com"); !isLink(got, "/join") {
			t.Errorf("people reset: %s", got)
		}
		for wrong, args := range map[string][]string{
			"one of the staff already": {"people", "add", "ANA@example.com", "--name", "Ana", "--role", "helper"},
			"password":                 {"people", "add", "carla@example.com", "--name", "Carla", "--role", "helper", "--password-file", write(t, "corta")},
			"nobody's address":         {"people", "reset", "carla@example.com"},
			"the last owner":           {"people", "revoke", "beto@example.com"},
			"has an owner":             {"people", "link"},
			"must be one of":           {"people", "add", "carla@example.com", "--name", "Carla", "--role", "boss"},
			"no key with the id":       {"keys", "revoke", key},
			"--days -1":                {"keys", "add", "x", "--role", "helper", "--days=-1"},
			"name ":                    {"keys", "add", "a\u202eb", "--role", "helper"},
		} {
			out, code := execute(t, append(args, "--store", store)...)
			if code == 0 || strings.Count(out, "\n") != 1 || !strings.Contains(out, wrong) || strings.Contains(out, key) {
				t.Errorf("%v ends with %d and says %s", args, code, out)
			}
		}
		staff("people", "revoke", "ana@example.com")
		staff("keys", "revoke", id)
		if got := staff("people", "list") + staff("keys", "list"); strings.Contains(got, "ana@") || strings.Contains(got, id) {
			t.Errorf("after revoking: %s", got)
		}
	})
}

// addKey makes a key on the machine, and wants it alone on the last line of standard output.
func addKey(t *testing.T, store, name, role string) (id, key string) {
	t.Helper()
	out, err := command(t, "keys", "add", name, "--role", role, "--store", store).Output()
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	key = lines[len(lines)-1]
	form := regexp.MustCompile(`^plp_([0-9a-f]{24})_[A-Za-z0-9]{20,}$`).FindStringSubmatch(key)
	if err != nil || form == nil || strings.Count(string(out), key) != 1 {
		t.Fatalf("keys add: %v\n%s", errors.Join(err, said(err)), out)
	}
	return form[1], key
}

func said(err error) error {
	if exit, is := errors.AsType[*exec.ExitError](err); is {
		return errors.New(string(exit.Stderr))
	}
	return nil
}

// saysOnMachine runs a command on a store and returns what it prints.
func saysOnMachine(t *testing.T, store string, args ...string) string {
	t.Helper()
	out, err := command(t, append(args, "--store", store)...).Output()
	if err != nil {
		t.Fatalf("%v: %v", args, errors.Join(err, said(err)))
	}
	return string(out)
}

// isLink says whether a text ends with the path of a one-time link alone on its line.
func isLink(text, page string) bool {
	return regexp.MustCompile(`\n` + page + `\?token=[A-Za-z0-9]{20,}\n$`).MatchString(text)
}

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// On a folder that a shop has open only lists are shown; the refusal names its process and changes
// nothing.
func TestStaffOfOpenFolder(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	id, _ := addKey(t, store, "till", "helper")
	s := closedShop(t, store)
	for _, args := range [][]string{
		{"people", "add", "ana@example.com", "--name", "Ana", "--role", "owner"}, {"people", "link"}, {"people", "reset", "a@b.c"}, {"people", "revoke", "a@b.c"},
		{"keys", "add", "x", "--role", "helper"}, {"keys", "revoke", id},
	} {
		out, code := execute(t, append(args, "--store", store)...)
		if code == 0 || !strings.Contains(out, fmt.Sprintf("is open (process %d): close it", s.Pid())) {
			t.Errorf("%v ends with %d and says %s", args, code, out)
		}
	}
	if got := saysOnMachine(t, store, "keys", "list") + saysOnMachine(t, store, "people", "list"); !strings.Contains(got, id) || !strings.Contains(got, "nobody yet") {
		t.Errorf("the lists: %s", got)
	}
}

// A key that is revoked on the machine is none on every process of the database, and so is one that
// has just been made good on all of them.
func TestRevokedKeyOnTwoProcesses(t *testing.T) {
	t.Parallel()
	store := database(t)
	shops := []*shop{closedShop(t, store, "--demo"), closedShop(t, store)}
	id, key := addKey(t, store, "till", "manager")
	untilAll := func(want int) {
		t.Helper()
		for i, s := range shops {
			s.untilStatus(t, want, key, fmt.Sprint("shop ", i))
		}
	}
	untilAll(http.StatusOK)
	saysOnMachine(t, store, "keys", "revoke", id)
	untilAll(http.StatusUnauthorized)
}

// untilStatus asks for the list of carts with a key until the shop answers so.
func (s *shop) untilStatus(t *testing.T, want int, key, what string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		answer, err := harness.Send(visitor(), "GET", s.URL+"/api/carts", "", "Authorization", "Bearer "+key)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode == want {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: %s, want %d", what, answer.Status, want)
		}
	}
}

// Keys go with their store, from a folder to a database and back, and with a copy of the folder.
func TestKeysMove(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	_, key := addKey(t, store, "till", "manager")
	copied := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied, os.DirFS(store)); err != nil {
		t.Fatal(err)
	}
	there, back := database(t), filepath.Join(t.TempDir(), "back")
	for _, ends := range [][2]string{{store, there}, {there, back}} {
		if out, code := execute(t, "migrate", "--from", ends[0], "--to", ends[1]); code != 0 {
			t.Fatal(out)
		}
	}
	for _, place := range []string{copied, there, back} {
		s := closedShop(t, place)
		s.untilStatus(t, http.StatusOK, key, place)
		s.untilStatus(t, http.StatusUnauthorized, key+"x", place)
		if err := s.stop(t, os.Interrupt); err != nil {
			t.Error(err)
		}
	}
}
