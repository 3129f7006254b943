package walk

import (
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// shrink leaves acts out as long as the walk fails without them, first many at once, then one by
// one. Each try is a walk of a process of its own. Acts that do not fit without those that are left
// out are passed over.
func (w *walk) shrink() []string {
	taken := w.taken
	for size := len(taken) / 2; size > 0; size /= 2 {
		for at := 0; at+size <= len(taken); {
			fewer := slices.Delete(slices.Clone(taken), at, at+size)
			if len(fewer) > 0 && w.failsWith(fewer) {
				taken = fewer
			} else {
				at += size
			}
		}
	}
	return taken
}

func (w *walk) failsWith(acts []string) bool {
	child := exec.Command(os.Args[0], "-test.run", w.pattern(), "-walk.seed", strconv.FormatUint(w.Seed, 10),
		"-walk.program", w.Program, "-walk.patience", w.Patience.String(), "-walk.replay", strings.Join(acts, " "))
	return child.Run() != nil
}

// pattern names this walk for -run.
func (w *walk) pattern() string {
	return "^" + strings.ReplaceAll(w.Name(), "/", "$/^") + "$"
}
