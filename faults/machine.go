package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"

	"pulperia/faults/harness"
)

// describe says what is tried and on what machine, a line for each.
func describe(ctx context.Context) ([]string, error) {
	commit, err := git(ctx, "rev-parse", "--short=12", "HEAD")
	if err != nil {
		return nil, err
	}
	changes, err := git(ctx, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/trust.md")
	if err != nil {
		return nil, err
	}
	if changes != "" {
		commit += ", with changes that are not committed"
	}
	return []string{
		"pulperia at commit " + commit,
		fmt.Sprintf("%s, %d cores", processor(), runtime.NumCPU()),
		fmt.Sprintf("%s %s, %s", runtime.GOOS, runtime.GOARCH, runtime.Version()),
	}, nil
}

func git(ctx context.Context, arguments ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", arguments...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", strings.Join(arguments, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// processor returns the name of the processor where Linux tells it.
func processor() string {
	if name, err := harness.ValueIn("/proc/cpuinfo", "model name"); err == nil {
		return name
	}
	return "a processor without a name"
}
