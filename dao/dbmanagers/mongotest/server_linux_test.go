package mongotest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lineage notes the supervisor's family and returns what waits until all of it has ended.
func lineage(t *testing.T, supervisor int) (ends func()) {
	t.Helper()
	all := family(supervisor)
	if kind, _ := find(); len(all) < 2 && kind != "docker" { // whose processes are another's children
		t.Fatalf("the supervisor %d runs nothing: %v", supervisor, all)
	}
	return func() {
		t.Helper()
		for _, p := range all {
			await(t, fmt.Sprintf("process %d to end", p.pid), func() bool { return !alive(p.pid) })
		}
	}
}

// A killed PostgreSQL leaves no shared memory in the machine.
func TestNoSharedMemoryIsLeft(t *testing.T) {
	s := Start(t)
	text, err := os.ReadFile(filepath.Join(s.folder, "data", "postmaster.pid"))
	if err != nil {
		t.Skip("this server is not PostgreSQL's")
	}
	key := strings.Fields(strings.Split(string(text), "\n")[6])[1]
	has := func() bool {
		table, err := os.ReadFile("/proc/sysvipc/shm") // key and id first
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(table)) {
			if f := strings.Fields(line); f[1] == key {
				return true
			}
		}
		return false
	}
	if !has() {
		t.Fatalf("segment %s is not in the table: the test looks in the wrong place", key)
	}
	s.Kill()
	if has() {
		t.Errorf("segment %s outlived its server", key)
	}
}

// A reserved port is given to nobody else, and who is told of it may listen there again and again.
func TestReservePort(t *testing.T) {
	port, free, err := reservePort()
	if err != nil {
		t.Fatal(err)
	}
	defer free()
	address := fmt.Sprintf("127.0.0.1:%d", port)
	for range 2 {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatalf("a server could not listen: %v", err)
		}
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatalf("a client does not reach it: %v", err)
		}
		conn.Close()
		listener.Close()
	}
}
