package app

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dose"
)

var migrateKills = dose.Flag("migratekills", 3, 10, "how often a migration is killed in each direction; -killseed is its seed")

// A migration is killed again and again, each time after any part of the time that it takes, and
// begun again: it goes on, nothing opens the half of a store, and in the end the target is the
// source.
func TestMigrationKilled(t *testing.T) {
	t.Parallel()
	seed := *killSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Attr("seed", fmt.Sprint(seed))
	t.Logf("to reproduce: go test ./app -run '^%s$' -killseed %d", t.Name(), seed)
	files, url := fillFiles(t, t.TempDir(), longBatch(1_200)), database(t)
	migrate(t, files, url)
	want := exported(t, files)
	for _, direction := range []struct {
		name, from string
		to         func() string
	}{
		{"there", files, func() string { return database(t) }},
		{"back", url, func() string { return filepath.Join(t.TempDir(), "back") }},
	} {
		t.Run(direction.name, func(t *testing.T) {
			k := killing{random: rand.New(rand.NewPCG(seed, 1)), from: direction.from, want: want}
			for k.kills < migrateKills.Get() {
				k.migrate(t, direction.to())
			}
			t.Attr("kills", fmt.Sprint(k.kills))
			t.Attr("migrations", fmt.Sprint(k.migrations))
			t.Logf("%d kills of %d migrations, of which %d went on in the middle; one takes %v", k.kills, k.migrations, k.middle, k.takes)
		})
	}
}

// longBatch is someBatch with long texts, so that few values are many bytes.
func longBatch(n int) dao.Batch {
	batch := someBatch(n)
	for i := range n {
		batch.Products[i].Description = strings.Repeat("con palo ", 100)
		batch.Messages[i].Message += strings.Repeat(" hola", 200)
	}
	return batch
}

// killing kills migrations of one source.
type killing struct {
	random     *rand.Rand
	from, want string
	takes      time.Duration // one that nobody kills
	kills      int
	migrations int
	middle     int
}

// migrate migrates to a new target, through several kills.
func (k *killing) migrate(t *testing.T, to string) {
	t.Helper()
	k.migrations++
	for window := k.takes; ; window += k.takes / 10 { // so that it ends on a machine that has become slower
		cmd := command(t, "migrate", "--from", k.from, "--to", to)
		var said strings.Builder
		cmd.Stdout, cmd.Stderr = &said, &said
		begin := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var kill *time.Timer
		if window > 0 { // the first one shows how long it takes
			kill = time.AfterFunc(time.Duration(k.random.Int64N(int64(window))), func() { cmd.Process.Kill() })
		}
		err := cmd.Wait()
		if kill != nil {
			kill.Stop()
		}
		if strings.Contains(said.String(), "going on after") && !strings.Contains(said.String(), "going on after 3600") {
			k.middle++
		}
		if err == nil {
			if k.takes == 0 {
				k.takes = time.Since(begin)
			}
			break
		}
		if cmd.ProcessState.Exited() && !strings.Contains(said.String(), "it holds 1200 products") { // or it was killed when all was done
			t.Fatalf("%v: %s", cmd.ProcessState, &said)
		}
		if cmd.ProcessState.Exited() {
			break
		}
		k.kills++
	}
	if got := exported(t, to); got != k.want {
		t.Fatalf("after %d kills the target is not the source", k.kills)
	}
}
