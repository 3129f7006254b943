package mongotest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent ends a server whose supervisor was itself killed.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// process is one of the system's table that has not ended.
type process struct {
	pid, parent int
	stopped     bool
}

// family are these processes and all that descend from them, parents first. What any process may
// read of another suffices for it, as root in a container may read no more; and PostgreSQL's
// processes cannot be found by a group, each has its own.
func family(pids ...int) []process {
	var all, found []process
	paths, _ := filepath.Glob("/proc/[0-9]*")
	for _, path := range paths {
		if pid, err := strconv.Atoi(filepath.Base(path)); err == nil {
			if p, ok := look(pid); ok {
				all = append(all, p)
			}
		}
	}
	for _, p := range all {
		for _, pid := range pids {
			if p.pid == pid {
				found = append(found, p)
			}
		}
	}
	for i := 0; i < len(found); i++ {
		for _, p := range all {
			if p.parent == found[i].pid {
				found = append(found, p)
			}
		}
	}
	return found
}

// look reads what a process is; ok says whether there is one that has not ended.
func look(pid int) (p process, ok bool) {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, rest, _ := strings.Cut(string(text), ") ") // after its number and its name: state, parent
	fields := strings.Fields(rest)
	if len(fields) < 2 || fields[0] == "Z" || fields[0] == "X" {
		return process{}, false
	}
	parent, err := strconv.Atoi(fields[1])
	return process{pid, parent, fields[0] == "T"}, err == nil
}

// alive says whether the process has not ended.
func alive(pid int) bool {
	_, ok := look(pid)
	return ok
}
