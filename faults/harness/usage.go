package harness

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Usage is what a process has taken from the machine, as the proc(5) of Linux tells it.
type Usage struct {
	CPU    time.Duration // on all cores, to a hundredth of a second
	Memory int64         // that is resident, in bytes
	Writes int64         // how often it has called write
}

// UsageOf asks for that of a process.
func UsageOf(pid int) (u Usage, err error) {
	dir := fmt.Sprintf("/proc/%d/", pid)
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		return u, err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // the name before may hold spaces
	for _, field := range fields[11:13] {                                     // user and system
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return u, err
		}
		u.CPU += time.Duration(ticks) * (time.Second / 100) // on every Linux that Go knows
	}
	for _, one := range []struct {
		file, name string
		unit       int64
		to         *int64
	}{{"status", "VmRSS", 1 << 10, &u.Memory}, {"io", "syscw", 1, &u.Writes}} {
		text, err := ValueIn(dir+one.file, one.name)
		if err != nil {
			return u, err
		}
		n, err := strconv.ParseInt(strings.TrimSuffix(text, " kB"), 10, 64)
		if err != nil {
			return u, err
		}
		*one.to = n * one.unit
	}
	return u, nil
}

// ValueIn returns what a file of /proc says after a name and a colon.
func ValueIn(path, name string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if found, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(found) == name {
			return strings.TrimSpace(value), nil
		}
	}
	return "", fmt.Errorf("%s: there is no %s", path, name)
}
