package filemanagers

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dose"
)

var fullLevels = dose.Flag("fulllevels", 5, 15, "to how many levels the small file system is filled")

const insideMount = "PULPERIA_TEST_INSIDE_MOUNT"

// A file system of a real, small size is full, from almost at once to after hundreds of writes.
// Errors are answered, reads go on, and when there is space again and the shop is restarted,
// everything acknowledged is there and writes go on.
func TestFullDisk(t *testing.T) {
	if os.Getenv(insideMount) != "" {
		fillUp(t)
		return
	}
	// The mount is made in a namespace of a child, with which it vanishes however the child ends.
	cmd := exec.Command(os.Args[0], append(os.Args[1:], "-test.run=^TestFullDisk$", "-test.v=true", "-test.timeout=1h")...)
	cmd.Env = append(os.Environ(), insideMount+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "may not mount") || errors.Is(err, syscall.EPERM) {
		if os.Getenv("REQUIRE_MONGODB") == "" {
			t.Skipf("this system lets nobody mount a small file system: %v %s", err, out)
		}
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if words := strings.Fields(line); len(words) == 5 && words[1] == "ATTR" {
			t.Attr(words[3], words[4])
		}
	}
}

// fillUp fills the file system to each level.
func fillUp(t *testing.T) {
	random := newRandom(t)
	acknowledged, full := 0, 0
	for level := range fullLevels.Get() {
		dir := t.TempDir()
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
			t.Fatalf("may not mount: %v", err)
		}
		n, wasFull := fillTo(t, dir, 200<<10*int64(level)/int64(fullLevels.Get()), random)
		acknowledged += n
		if wasFull {
			full++
		}
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Fatal(err)
		}
	}
	t.Attr("levels", strconv.Itoa(fullLevels.Get()))
	t.Attr("acknowledged", strconv.Itoa(acknowledged))
	t.Attr("lost", "0")
	if full < fullLevels.Get() || acknowledged < fullLevels.Get() {
		t.Errorf("%d of %d were full, %d writes: the test says too little", full, fullLevels.Get(), acknowledged)
	}
}

// fillTo leaves so many bytes free, and writes until there are none. It says whether the disk
// refused something, the opening included.
func fillTo(t *testing.T, dir string, free int64, random *rand.Rand) (acknowledged int, full bool) {
	t.Helper()
	ballast, folder := filepath.Join(dir, "ballast"), filepath.Join(dir, "store")
	if err := os.WriteFile(ballast, make([]byte, 256<<10-free), 0o600); err != nil && !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	o := Options{Keep: 20, Fold: 8 << 10, Log: slog.New(slog.DiscardHandler)}
	model := newShadow(t)
	s, err := Open(t.Context(), folder, o)
	full = errors.Is(err, syscall.ENOSPC)
	if err == nil {
		s.Engine.(*engine).committer.segmentSize = 5_000
		acknowledged, full = writeUntilFull(t, s, model, random)
		s.Close() // may fail: there is no space for a compaction
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), folder, o); err != nil {
		t.Fatalf("with space again: %v", err)
	}
	got, allowed := withoutRevs(content(t, s)), model.outcomes()
	if got != withoutRevs(allowed[0]) && got != withoutRevs(allowed[len(allowed)-1]) {
		t.Fatalf("with %d bytes free, there is then\n%s, not\n%s", free, got, allowed)
	}
	wantWholeFeed(t, s)
	if _, _, err := s.Messages.Append(t.Context(), models.Message{User: "ana@example.com", Message: "sigo"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err := Check(t.Context(), folder, Options{}); err != nil || len(r.Problems) > 0 {
		t.Fatalf("check: %v, %v", r.Problems, err)
	}
	return acknowledged, full
}

// writeUntilFull writes until the store takes no more, or far more than there is space for: a
// journal file that cannot be begun refuses a write and spoils nothing. It returns how many writes
// were acknowledged, and whether one was refused.
func writeUntilFull(t *testing.T, s dao.Store, model *shadow, random *rand.Rand) (acknowledged int, full bool) {
	t.Helper()
	for n := range 2_000 {
		what := randomAct(random)
		if n%2 == 0 {
			long := models.Message{ID: models.ID{0x68, 10: byte(n >> 8), 11: byte(n)}, User: "ana@example.com", Message: strings.Repeat("yerba ", 80)}
			what = func(t *testing.T, s dao.Store) error { _, _, err := s.Messages.Append(t.Context(), long); return err }
		}
		if model.do(s, what) {
			acknowledged++
			continue
		}
		full = true
		if s.Ready(t.Context()) != nil {
			break
		}
	}
	if got, want := withoutRevs(content(t, s)), withoutRevs(content(t, model.store)); got != want {
		t.Fatalf("on the full disk reads see\n%s, not\n%s", got, want)
	}
	return acknowledged, full
}
