package app

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pulperia/dao/dbmanagers"
)

// Ctrl-C, SIGTERM and a closed terminal close the shop in order, on every engine: the request under
// way is answered, the store is left whole (the journal is folded), the exit code is 0.
func TestSignals(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
			closedBy(t, signal, newStore())
		}
	})
}

func closedBy(t *testing.T, signal os.Signal, store string) {
	t.Helper()
	s := openShop(t, store, "--demo")
	answered, finish := s.underWay(t)
	if err := s.Signal(signal); err != nil {
		t.Fatal(err)
	}
	waitClosing(t, s)
	if signal == syscall.SIGHUP { // the shell sends one, and the kernel another
		s.Signal(signal)
	}
	finish()
	if err := <-answered; err != nil {
		t.Errorf("%v: the request under way got %v", signal, err)
	}
	if err := s.Wait(); err != nil {
		t.Errorf("%v: the program ended with %v\n%s", signal, err, &s.Log)
	}
	if said := messagesOf(t, store); !strings.Contains(said, "¿llego?") {
		t.Errorf("%v: after the stop the store holds %q", signal, said)
	}
}

// underWay sends one half of a message, and returns when the shop has it. finish sends the other
// half; answered tells how it went.
func (s *shop) underWay(t *testing.T) (answered chan error, finish func()) {
	t.Helper()
	waitInFlight(t, s, 0)
	body, write := io.Pipe()
	answered = make(chan error, 1)
	go func() {
		response, err := http.Post(s.URL+"/api/messages", "application/json", body)
		if err == nil {
			response.Body.Close()
			if response.StatusCode != http.StatusCreated {
				err = fmt.Errorf("status %d", response.StatusCode)
			}
		}
		answered <- err
	}()
	fmt.Fprint(write, `{"user":"beto@example.com",`)
	waitInFlight(t, s, 1)
	return answered, func() {
		fmt.Fprint(write, `"message":"¿llego?"}`)
		write.Close()
	}
}

// messagesOf returns the messages that a store holds after its shop was stopped: of files, without
// the help of a journal.
func messagesOf(t *testing.T, store string) string {
	t.Helper()
	if !dbmanagers.IsURL(store) {
		said, err := os.ReadFile(filepath.Join(store, "messages.jsonl"))
		if err != nil {
			t.Error(err)
		}
		return string(said)
	}
	said, code := execute(t, "export", "-", "--store", store)
	if code != 0 {
		t.Errorf("export: %s", said)
	}
	return said
}

// waitInFlight waits until the shop answers so many requests beside the one that asks. One that has
// its answer is counted a moment longer, so that is to be so three times in a row.
func waitInFlight(t *testing.T, s *shop, n int) {
	t.Helper()
	row := 0
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if row++; s.metrics(t)["pulperia_http_requests_in_flight"] != float64(n+1) {
			row = 0
		}
		if row == 3 {
			return
		}
	}
	t.Fatalf("the shop does not come to answer %d requests", n)
}

// waitClosing waits until the shop takes no more connections.
func waitClosing(t *testing.T, s *shop) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if _, err := client.Get(s.URL + "/healthz"); err != nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the shop goes on taking connections")
}

// What keeps the shop from opening is one clear line and a non-zero exit.
func TestRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openShop(t, dir)
	address := strings.TrimPrefix(s.URL, "http://")
	damaged := t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "products.json"), []byte(`[{"title":""}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, args string
		want       []string
	}{
		{"taken port", "--listen " + address + " --store " + t.TempDir(), []string{address, "address already in use"}},
		{"locked store", "--listen 127.0.0.1:0 --store " + dir, []string{dir, fmt.Sprint("process ", s.Pid())}},
		{"import into a locked store", "import --store " + dir + " " + filepath.Join(damaged, "products.json"), []string{fmt.Sprint("process ", s.Pid())}},
		{"damaged store", "--listen 127.0.0.1:0 --store " + damaged, []string{"products.json: line 1", "title is required"}},
		{"check of a damaged store", "check --store " + damaged, []string{"products.json: line 1", "title is required"}},
		{"store that is a file", "--listen 127.0.0.1:0 --store " + filepath.Join(damaged, "products.json"), []string{"products.json"}},
		{"URL of another kind", "--listen 127.0.0.1:0 --store postgres://ana:secreto@example.com", []string{"postgres://ana:***@example.com", "mongodb://"}},
		{"database that is not there", "--listen 127.0.0.1:0 --store mongodb://ana:secreto@" + address + "/?serverSelectionTimeoutMS=300", []string{"mongodb://ana:***@" + address}},
		{"unknown flag", "--lisen :1", []string{"--lisen"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, code := execute(t, strings.Fields(test.args)...)
			if code == 0 || strings.Count(out, "\n") != 1 || strings.Contains(out, "secreto") {
				t.Errorf("exit %d, and it says\n%s", code, out)
			}
			for _, part := range test.want {
				if !strings.Contains(out, part) {
					t.Errorf("%q does not name %s", out, part)
				}
			}
		})
	}
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
}

// Whoever listens beyond this machine is warned; whoever does not is not.
func TestWarnsBeyondLoopback(t *testing.T) {
	t.Parallel()
	s := closedShop(t, t.TempDir())
	if err := s.stop(t, os.Interrupt); err != nil || strings.Contains(s.Log.String(), "WARN") {
		t.Errorf("on loopback: %v\n%s", err, &s.Log)
	}
	warned := closedShop(t, t.TempDir(), "--listen", "0.0.0.0:0")
	if err := warned.stop(t, os.Interrupt); err != nil || !strings.Contains(warned.Log.String(), "without TLS") {
		t.Errorf("on all addresses: %v\n%s", err, &warned.Log)
	}
	behind := closedShop(t, t.TempDir(), "--listen", "0.0.0.0:0", "--trusted-proxy", "10.0.0.1")
	if err := behind.stop(t, os.Interrupt); err != nil || strings.Contains(behind.Log.String(), "WARN") {
		t.Errorf("behind a proxy: %v\n%s", err, &behind.Log)
	}
}

// On every engine --demo fills an empty store once; a backup made beside the open shop brings
// everything into another one, byte for byte.
func TestDemoBackupRestore(t *testing.T) {
	t.Parallel()
	onEachEngine(t, backupRestore)
}

func backupRestore(t *testing.T, newStore func() string) {
	store, copied := newStore(), t.TempDir()
	s := openShop(t, store, "--demo")
	var products []struct {
		ID string `json:"_id"`
	}
	s.get(t, "/api/products?limit=100", &products)
	if len(products) < 24 {
		t.Fatalf("the demo has %d products", len(products))
	}
	if _, _, err := s.do(http.DefaultClient, "POST", "/api/messages", `{"user":"ana@example.com","message":"hola 🧉"}`); err != nil {
		t.Fatal(err)
	}
	if status, _, err := s.do(http.DefaultClient, "DELETE", "/api/products/"+products[0].ID, ""); err != nil || status != http.StatusOK {
		t.Fatal(status, err)
	}
	backup, again := filepath.Join(copied, "backup.jsonl.gz"), filepath.Join(copied, "again.jsonl.gz")
	if out, code := execute(t, "export", backup, "--store", store); code != 0 {
		t.Fatalf("export beside the open shop: %s", out)
	}
	if err := s.stop(t, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s = openShop(t, store, "--demo")
	s.get(t, "/api/products?limit=100", &products)
	if err := s.stop(t, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.Log.String(), "has products already") {
		t.Errorf("a second --demo does not say that it leaves the store alone:\n%s", &s.Log)
	}
	other := newStore()
	for _, args := range [][]string{{"import", backup, "--store", other}, {"check", "--store", other}, {"export", again, "--store", other}} {
		if out, code := execute(t, args...); code != 0 {
			t.Fatalf("%v: %s", args, out)
		}
	}
	first, err1 := os.ReadFile(backup)
	second, err2 := os.ReadFile(again)
	if err1 != nil || err2 != nil || !bytes.Equal(first, second) {
		t.Errorf("the export of the restored store differs (%v, %v)", err1, err2)
	}
}
