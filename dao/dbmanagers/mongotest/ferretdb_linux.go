package mongotest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ferretDB runs FerretDB on PostgreSQL with DocumentDB, out of the folder that
// scripts/setup-mongodb made, as that folder's user postgres and with that folder as its root.
type ferretDB struct {
	root     string
	owner    syscall.Credential
	running  sync.WaitGroup // for PostgreSQL and FerretDB
	programs sync.Map       // their process numbers
}

func newFerretDB() runner {
	f := &ferretDB{root: ferretDBRoot()}
	var template syscall.Stat_t
	if err := syscall.Stat(filepath.Join(f.base(), "template"), &template); err == nil { // or start will say what is missing
		f.owner = syscall.Credential{Uid: template.Uid, Gid: template.Gid}
	}
	return f
}

func (f *ferretDB) base() string { return filepath.Join(f.root, "srv") }

func (f *ferretDB) start(folder string, port int) (<-chan struct{}, error) {
	if err := f.prepare(folder); err != nil {
		return nil, err
	}
	inside := "/srv/" + filepath.Base(folder)
	postgres := f.command(inside, "/usr/local/bin/postgres", "-D", inside+"/data", "-c", "unix_socket_directories="+inside,
		"-c", "cron.host="+inside, "-c", "documentdb.localhost_connection_string=host="+inside)
	ferretdb := f.command(inside, "/usr/local/bin/ferretdb", "--postgresql-url", "postgres://postgres@/postgres?pool_max_conns=200&host="+inside,
		"--listen-addr", fmt.Sprintf("127.0.0.1:%d", port), "--debug-addr", "-", "--no-auth", "--telemetry", "disable",
		"--state-dir", inside, "--log-level", "warn")
	log, err := logFile(folder)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	ended := make(chan struct{})
	var once sync.Once
	for _, c := range []*exec.Cmd{postgres, ferretdb} {
		c.Stdout, c.Stderr = log, log
		if err := c.Start(); err != nil {
			return nil, err
		}
		f.programs.Store(c.Process.Pid, true)
		f.running.Go(func() {
			c.Wait()
			f.programs.Delete(c.Process.Pid)
			once.Do(func() { close(ended) })
		})
	}
	return ended, nil
}

// prepare gives a new server its data, a copy of the empty database.
func (f *ferretDB) prepare(folder string) error {
	template := filepath.Join(f.base(), "template")
	data := filepath.Join(folder, "data")
	if _, err := os.Stat(data); err == nil {
		return nil // a restart
	}
	if err := os.Chown(folder, int(f.owner.Uid), int(f.owner.Gid)); err != nil {
		return err
	}
	if out, err := exec.Command("cp", "-a", "--reflink=auto", template, data).CombinedOutput(); err != nil {
		return fmt.Errorf("copy the empty database: %w: %s", err, out)
	}
	return nil
}

// command is a program of the root folder's, to be run in the server's.
func (f *ferretDB) command(inside, path string, args ...string) *exec.Cmd {
	attributes := dieWithParent()
	attributes.Chroot, attributes.Credential = f.root, &f.owner
	return &exec.Cmd{Path: path, Args: append([]string{path}, args...), Dir: inside,
		Env: []string{"PATH=/usr/bin:/bin", "HOME=" + inside}, SysProcAttr: attributes}
}

// signal reaches everyone, those that are just being born too.
func (f *ferretDB) signal(folder string, sig syscall.Signal) error {
	if sig != syscall.SIGKILL {
		return f.all(sig)
	}
	f.all(syscall.SIGSTOP) // so that the children of the dead are known
	doomed := f.serving()
	for _, p := range doomed {
		syscall.Kill(p.pid, sig)
	}
	f.running.Wait() // until then FerretDB may have a thread that keeps the port
	for _, p := range doomed {
		for alive(p.pid) {
			time.Sleep(time.Millisecond)
		}
	}
	f.forget(folder)
	return nil
}

// all stops everyone or lets everyone go on, and returns when that is so.
func (f *ferretDB) all(sig syscall.Signal) error {
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		left := 0
		for _, p := range f.serving() {
			if p.stopped != (sig == syscall.SIGSTOP) {
				left++
				syscall.Kill(p.pid, sig)
			}
		}
		if left == 0 {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%v: %d processes do not heed it", sig, left)
		}
	}
}

// discard has only shared memory to remove where the server was another supervisor's: its processes
// have died with that.
func (f *ferretDB) discard(folder string) {
	f.signal(folder, syscall.SIGKILL)
}

// serving are the programs that were started and have not ended, and their children.
func (f *ferretDB) serving() []process {
	var programs []int
	f.programs.Range(func(pid, _ any) bool {
		programs = append(programs, pid.(int))
		return true
	})
	return family(programs...)
}

// forget removes what a killed PostgreSQL leaves outside of its data: the shared memory by which it
// knows whether it still runs. The files that say so go too, as a process that has got one of those
// numbers since would keep it from starting.
func (f *ferretDB) forget(folder string) {
	pidFile := filepath.Join(folder, "data", "postmaster.pid")
	text, _ := os.ReadFile(pidFile)
	if lines := strings.Split(string(text), "\n"); len(lines) > 6 {
		if key := strings.Fields(lines[6]); len(key) == 2 { // and the segment's number; only its owner may always remove it
			f.command("/", "/usr/bin/ipcrm", "--shmem-id", key[1]).Run()
		}
	}
	os.Remove(pidFile)
	os.Remove(filepath.Join(folder, ".s.PGSQL.5432.lock"))
}
