//go:build unix

package app

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
)

// Clients that open more connections than the process has descriptors keep the store from nothing:
// who is connected already goes on writing, over many journal files. When they have gone, everybody
// is served again.
func TestDescriptorsForTheStore(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	cmd := command(t, append([]string{"--open", "--store", store, "--listen", "127.0.0.1:0", "--keep-changes", "50"}, noLimits...)...)
	cmd.Args = append([]string{"sh", "-c", `ulimit -n 120; exec "$0" "$@"`}, append([]string{cmd.Path}, cmd.Args[1:]...)...)
	cmd.Path = "/bin/sh"
	s := startCommand(t, cmd).untilOpen(t)
	before := s.state(t)
	customer := &http.Client{Timeout: patience, Transport: &http.Transport{}}
	if status, _, err := s.do(customer, "GET", "/", ""); err != nil || status != 200 {
		t.Fatal(status, err)
	}
	conns := make([]net.Conn, 300)
	for i := range conns { // those beyond the descriptors wait in the kernel's queue
		conn, err := from(clientAddress(i))(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, "GET / HTTP/1.1\r\nX")
		conns[i] = conn
	}
	const products = 1000 // of five kilobytes: a journal file ends after 4 MiB
	for i := range products {
		text := fmt.Sprintf(`{"title":"t","description":%q,"code":"c%d","price":1,"stock":1,"category":"c"}`, strings.Repeat("x", 4900), i)
		if status, _, err := s.do(customer, "POST", "/api/products", text); err != nil || status != 201 {
			t.Fatalf("product %d: %d, %v", i, status, err)
		}
	}
	for _, conn := range conns {
		reset(conn)
	}
	s.back(t, before, patience)
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
	if out, code := execute(t, "check", "--store", store); code != 0 || !strings.Contains(out, fmt.Sprint(products, " products")) {
		t.Error(out)
	}
}
