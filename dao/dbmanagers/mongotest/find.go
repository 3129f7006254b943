//go:build unix

package mongotest

import (
	"context"
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// find says which kind of server this machine has.
func find() (string, error) {
	if _, err := exec.LookPath("mongod"); err == nil {
		return "mongod", nil
	}
	if dockerAnswers() {
		return "docker", nil
	}
	if ferretDBCached() {
		return "ferretdb", nil
	}
	return "", ErrNone
}

// dockerAnswers says whether there is not only the command but an engine.
func dockerAnswers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return exec.CommandContext(ctx, "docker", "version").Run() == nil
}

// ferretDBCached says whether scripts/setup-mongodb has been here, and whether this process may use
// what it made.
func ferretDBCached() bool {
	_, err := os.Stat(filepath.Join(ferretDBRoot(), "ready"))
	return err == nil && os.Geteuid() == 0
}

//go:embed versions
var versionsFile string

// version is the value of a line NAME=value of the file versions.
func version(name string) string {
	for line := range strings.Lines(versionsFile) {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			return strings.TrimSpace(value)
		}
	}
	panic("dao/dbmanagers/mongotest/versions does not name " + name)
}

// ferretDBRoot is the folder that scripts/setup-mongodb makes.
func ferretDBRoot() string {
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		cache = filepath.Join(os.Getenv("HOME"), ".cache")
	}
	name := "mongodb-" + version("FERRETDB") + "-" + version("POSTGRESQL") + "-" + version("BUILD")
	return filepath.Join(cache, "pulperia", name)
}
