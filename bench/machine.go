package main

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"pulperia/faults/harness"
)

// describe says what was measured and on what machine, a line for each. It needs the /proc of
// Linux, as the measurements do.
func describe(program, dir string) ([]string, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, err
	}
	system, err := fileSystem(dir)
	if err != nil {
		return nil, err
	}
	memory, err := harness.ValueIn("/proc/meminfo", "MemTotal")
	if err != nil {
		return nil, err
	}
	kibibytes, err := strconv.ParseInt(strings.TrimSuffix(memory, " kB"), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("/proc/meminfo: MemTotal: %w", err)
	}
	processor, err := harness.ValueIn("/proc/cpuinfo", "model name")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil { // not every architecture names its model
		processor = "processor without a name"
	}
	kernel, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return nil, err
	}
	return []string{
		"pulperia " + revision(info),
		fmt.Sprintf("%s, %d cores, %.0f GB of memory", processor, runtime.NumCPU(), float64(kibibytes)*1024/1e9),
		fmt.Sprintf("Linux %s, %s, %s", strings.TrimSpace(string(kernel)), info.GoVersion, runtime.GOARCH),
		"files on " + system,
	}, nil
}

// revision says which state of the source a program was built from.
func revision(info *buildinfo.BuildInfo) string {
	commit, changed := "of no recorded commit", ""
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			commit = setting.Value[:min(12, len(setting.Value))]
		case setting.Key == "vcs.modified" && setting.Value == "true":
			changed = " with changes that are not committed"
		}
	}
	return commit + changed
}

// fileSystem returns the type of the file system that a folder is on, after proc_pid_mountinfo(5).
func fileSystem(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	kind, longest := "an unknown file system", 0
	for line := range strings.Lines(string(text)) {
		place, rest, found := strings.Cut(line, " - ")
		fields := strings.Fields(place)
		if !found || len(fields) < 5 {
			continue
		}
		point := fields[4]
		if within := strings.TrimSuffix(point, "/") + "/"; strings.HasPrefix(dir+"/", within) && len(point) >= longest {
			kind, longest = strings.Fields(rest)[0], len(point)
		}
	}
	if kind == "tmpfs" {
		kind += ": this is memory, on which a sync costs nothing; give -dir a folder on a disk"
	}
	return kind, nil
}
