package app

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pulperia/dao/dbmanagers/mongotest"
)

// readiness returns what /readyz answers.
func (s *shop) readiness(t *testing.T) int {
	t.Helper()
	status, _, err := s.do(http.DefaultClient, "GET", "/readyz", "")
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// wantReading fails unless the shop answers reads.
func (s *shop) wantReading(t *testing.T) {
	t.Helper()
	for _, path := range []string{"/api/products?limit=5", "/api/messages", "/healthz"} {
		if status, _, err := s.do(http.DefaultClient, "GET", path, ""); err != nil || status != http.StatusOK {
			t.Errorf("GET %s: %d (%v)", path, status, err)
		}
	}
}

// untilNotReady waits until /readyz says that the shop cannot write.
func (s *shop) untilNotReady(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if s.readiness(t) == http.StatusServiceUnavailable {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("/readyz stays green")
}

// The store's folder is renamed while the shop is open: /readyz says so, reads go on, and what was
// acknowledged meanwhile is there when the folder is back. Clients do not notice.
func TestFolderRenamed(t *testing.T) {
	t.Parallel()
	store := filepath.Join(t.TempDir(), "store")
	s := openShop(t, store, "--demo", "--requests-per-minute", "0", "--messages-per-minute", "0")
	book, shared, failed := loaded(t, s, 20, func() {
		rename(t, store, store+".away")
		if got := s.readiness(t); got != http.StatusServiceUnavailable {
			t.Errorf("without its folder /readyz answers %d", got)
		}
		s.wantReading(t)
		if err := os.Mkdir(store, 0o700); err != nil {
			t.Error(err)
		}
		if got := s.readiness(t); got != http.StatusServiceUnavailable {
			t.Errorf("with another folder in its place /readyz answers %d", got)
		}
		if err := os.Remove(store); err != nil {
			t.Error(err)
		}
		rename(t, store+".away", store)
		if got := s.readiness(t); got != http.StatusOK {
			t.Errorf("with its folder back /readyz answers %d", got)
		}
	})
	if failed > 0 {
		t.Errorf("%d requests got no answer", failed)
	}
	wantShared(t, s, book, shared)
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Errorf("%v\n%s", err, &s.Log)
	}
	wantBook(t, store, book)
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Error(err)
	}
}

// The store's folder is removed while the shop is open: no write is acknowledged that would go with
// the process, /readyz says so, reads go on, that of an order by its buyer too, and the end is one
// clear line.
func TestFolderRemoved(t *testing.T) {
	t.Parallel()
	store := filepath.Join(t.TempDir(), "store")
	s := openShop(t, store, "--demo")
	link := s.ordered(t)
	if err := os.RemoveAll(store); err != nil {
		t.Fatal(err)
	}
	if got := s.readiness(t); got != http.StatusServiceUnavailable {
		t.Errorf("before a write /readyz answers %d", got)
	}
	status, _, err := s.do(http.DefaultClient, "POST", "/api/messages", `{"user":"ana@example.com","message":"a ninguna parte"}`)
	if err != nil || status != http.StatusServiceUnavailable {
		t.Errorf("a message that is kept nowhere is answered with %d (%v)", status, err)
	}
	s.wantReading(t)
	if status, text, err := s.do(http.DefaultClient, "GET", link, ""); err != nil || status != http.StatusOK {
		t.Errorf("whose order it is gets %d (%v): %.300s", status, err, text)
	}
	if err := s.stop(t, os.Interrupt); err != nil && strings.Count(s.Log.String(), "pulperia:") != 1 {
		t.Errorf("it ended with %v\n%s", err, &s.Log)
	}
}

// ordered places an order of one piece and returns its link.
func (s *shop) ordered(t *testing.T) string {
	t.Helper()
	var products []struct {
		ID string `json:"_id"`
	}
	s.get(t, "/api/products?status=true&available=true", &products)
	var cart struct {
		Payload struct {
			ID string `json:"_id"`
		}
	}
	var placed struct{ Link string }
	for _, one := range products { // not of one that is to be chosen first
		_, text, err := s.do(http.DefaultClient, "POST", "/api/carts", `{"products":[{"product":"`+one.ID+`","quantity":1}]}`)
		if err == nil && json.Unmarshal([]byte(text), &cart) == nil && cart.Payload.ID != "" {
			break
		}
	}
	_, text, err := s.do(http.DefaultClient, "POST", "/api/orders",
		`{"cart":"`+cart.Payload.ID+`","buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"cash"}}`)
	if err != nil || json.Unmarshal([]byte(text), &placed) != nil || placed.Link == "" {
		t.Fatalf("no order is placed: %v %s", err, text)
	}
	return placed.Link
}

// The store's files can be written no more (chattr +i, which stops root, too, and open files):
// writes are answered as unavailable and nothing of them is acknowledged, reads go on, /readyz says
// so. When they can be written again, a restart finds all that was acknowledged.
func TestFolderReadOnly(t *testing.T) {
	t.Parallel()
	probe := t.TempDir()
	if out, err := setImmutable(t, probe, true); err != nil && mongotest.Required() {
		t.Fatalf("this machine cannot make files unchangeable: %v %s", err, out)
	} else if err != nil {
		t.Skipf("this machine cannot make files unchangeable: %v %s", err, out)
	}
	setImmutable(t, probe, false)
	store := t.TempDir()
	s := openShop(t, store, "--demo", "--requests-per-minute", "0", "--messages-per-minute", "0")
	book, shared, failed := loaded(t, s, 0, func() {
		if out, err := setImmutable(t, store, true); err != nil {
			t.Error(err, out)
		}
		s.untilNotReady(t)
		s.wantReading(t)
		time.Sleep(100 * time.Millisecond) // in which clients go on trying
	})
	if status, _, err := s.do(http.DefaultClient, "POST", "/api/messages", `{"user":"ana@example.com","message":"a ninguna parte"}`); err != nil || status != http.StatusServiceUnavailable {
		t.Errorf("a message is answered with %d (%v)", status, err)
	}
	if failed > 0 {
		t.Errorf("%d requests got no answer", failed)
	}
	if err := s.stop(t, os.Interrupt); err != nil && strings.Count(s.Log.String(), "pulperia:") != 1 {
		t.Errorf("it ended with %v\n%s", err, &s.Log)
	}
	out, code := execute(t, "--store", store, "--listen", "127.0.0.1:0")
	if code == 0 || strings.Count(out, "\n") != 1 {
		t.Errorf("a start meanwhile: exit %d: %s", code, out)
	}
	if out, err := setImmutable(t, store, false); err != nil {
		t.Fatal(err, out)
	}
	s = openShop(t, store)
	wantShared(t, s, book, shared)
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
	wantBook(t, store, book)
}

// setImmutable makes a folder and all that is in it unchangeable, or changeable again. Only root
// may, and not on every file system.
func setImmutable(t *testing.T, dir string, on bool) (out string, err error) {
	sign := "-i"
	if on {
		sign = "+i"
		t.Cleanup(func() { exec.Command("chattr", "-R", "-i", dir).Run() })
	}
	said, err := exec.Command("chattr", "-R", sign, dir).CombinedOutput()
	return string(said), err
}
