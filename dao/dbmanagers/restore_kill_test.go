package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
)

// A process that restores may be killed between any two of its steps. The database does not open as
// a store then; whoever restores the same again goes on, and what is there in the end is, document
// by document, what it would be without the kill.
func TestRestorationKilledAtEveryStep(t *testing.T) {
	const child = "RESTORATION_TO_KILL"
	if url := os.Getenv(child); url != "" {
		url, last, _ := strings.Cut(url, " ")
		var step atomic.Int32
		at := func(string) {
			if fmt.Sprint(step.Add(1)) == last {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
		if err := restoreAll(t.Context(), url, Options{at: at}); err != nil {
			t.Fatal(err)
		}
		return
	}
	undisturbed := mongotest.URI(t)
	if err := restoreAll(t.Context(), undisturbed, Options{}); err != nil {
		t.Fatal(err)
	}
	want := documents(t, undisturbed)
	for kill := 1; ; kill++ {
		url := mongotest.URI(t)
		cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", child, url, kill))
		out, err := cmd.CombinedOutput()
		if err == nil {
			t.Logf("%d steps", kill-1)
			if kill < 10 {
				t.Error("hardly any step was tried")
			}
			return
		}
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("step %d: %v: %s", kill, err, out)
		}
		wantUnopened(t, url)
		if err := restoreAll(t.Context(), url, Options{}); err != nil {
			t.Fatalf("killed after step %d; then: %v", kill, err)
		}
		if got := documents(t, url); got != want {
			t.Fatalf("killed after step %d; then there is\n%s, not\n%s", kill, got, want)
		}
	}
}

// wantUnopened fails if the database opens.
func wantUnopened(t *testing.T, url string) {
	t.Helper()
	for _, open := range []func(context.Context, string, Options) (dao.Store, error){Open, OpenReadOnly} {
		s, err := open(t.Context(), url, Options{})
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "migration from elsewhere into it was not finished") {
			t.Fatalf("an unfinished restoration opens: %v", err)
		}
	}
}
