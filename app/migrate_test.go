package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
)

// From a folder to MongoDB, to another database and back into a folder: exports are the same to the
// byte, ids, revisions, times and the order of messages included. The sources stay as they are, and
// the hashes that are printed are those of the exported files.
func TestMigrateThereAndBack(t *testing.T) {
	t.Parallel()
	for seed := range 3 {
		first := fillFiles(t, t.TempDir(), rapid.Custom(drawBatch).Filter(func(b dao.Batch) bool { return b.Len() > 5 }).Example(seed))
		there, beside, back := database(t), database(t), filepath.Join(t.TempDir(), "back")
		want := exported(t, first)
		for _, ends := range [][2]string{{first, there}, {there, beside}, {beside, back}} {
			before := bytesOf(t, ends[0])
			out := migrate(t, ends[0], ends[1])
			if after := bytesOf(t, ends[0]); after != before {
				t.Errorf("%s was\n%s, and is\n%s", ends[0], before, after)
			}
			if got := exported(t, ends[1]); got != want {
				t.Errorf("%s gives\n%s, not\n%s", ends[1], got, want)
			}
			dir := filepath.Join(t.TempDir(), "export")
			if out, code := execute(t, "export", dir, "--store", ends[0]); code != 0 {
				t.Fatal(out)
			}
			for _, name := range []string{"products.json", "carts.json", "messages.jsonl"} {
				text, err := os.ReadFile(filepath.Join(dir, name))
				if sum := fmt.Sprintf("%x", sha256.Sum256(text)); err != nil || strings.Count(out, sum) != 2 {
					t.Errorf("the hash of %s, %s, does not stand on both sides of\n%s (%v)", name, sum, out, err)
				}
			}
		}
	}
}

// Ctrl-C leaves what is in, says so, and the same command goes on from there. Nothing opens it
// meanwhile, and another source is refused until --restart makes room.
func TestMigrateStopsAndGoesOn(t *testing.T) {
	t.Parallel()
	source, changed := fillFiles(t, t.TempDir(), someBatch(1_500)), fillFiles(t, t.TempDir(), someBatch(30))
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		for _, next := range []string{source, changed} {
			target := newStore()
			said, err := migrateMeeting(t, source, target, 2_000, func(stop func()) { stop() })
			if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopped: ") || !strings.Contains(err.Error(), "; 2500 of 4500 values are in "+target+", and the same command goes on from there") {
				t.Fatalf("stopped with %v: %s", err, said)
			}
			opening := [][]string{{"check"}, {"export", "-"}, {"--listen", "127.0.0.1:0"}}
			if next == changed {
				opening = nil // tried already
			}
			for _, args := range opening {
				if out, code := execute(t, append(args, "--store", target)...); code == 0 || !strings.Contains(out, "was not finished") {
					t.Errorf("%v of an unfinished migration: exit %d, %s", args, code, out)
				}
			}
			var flags []string
			if next == changed {
				before := bytesOf(t, target)
				if out, code := execute(t, "migrate", "--from", changed, "--to", target); code == 0 || !strings.Contains(out, "--restart") {
					t.Errorf("another source: exit %d, %s", code, out)
				}
				if bytesOf(t, target) != before {
					t.Error("another source is refused, and changes the target")
				}
				flags = []string{"--restart"}
			}
			if out := migrate(t, next, target, flags...); strings.Contains(out, "going on after 2500 of 4500") != (next == source) {
				t.Errorf("then it says %s", out)
			}
			if exported(t, target) != exported(t, next) {
				t.Errorf("%s is not %s", target, next)
			}
		}
	})
}

// The shop may be open while its store is migrated. What it held when the migration began goes over
// as a whole, and what came later is reported; where that cannot be, because a database changed
// before it was read for the second time, the command fails.
func TestMigrateBesideOpenShop(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		for _, half := range []int{0, 1_500} {
			source, target := newStore(), filepath.Join(t.TempDir(), "new")
			files := fillFiles(t, t.TempDir(), someBatch(500))
			want := exported(t, files)
			migrate(t, files, source)
			s := openShop(t, source, "--cart-days", "0")
			said, err := migrateMeeting(t, source, target, half, func(func()) {
				for _, text := range []string{"tarde", "más tarde"} {
					if status, _, err := s.do(http.DefaultClient, "POST", "/api/messages", `{"user":"ana@example.com","message":"`+text+`"}`); err != nil || status != http.StatusCreated {
						t.Error(status, err)
					}
				}
			})
			if err := s.stop(t, os.Interrupt); err != nil {
				t.Error(err)
			}
			if half == 0 && dbmanagers.IsURL(source) {
				if err == nil || !strings.Contains(err.Error(), "has changed while it was copied: close the shops") {
					t.Errorf("changed before it was copied: %v: %s", err, said)
				}
				continue
			}
			if err != nil || exported(t, target) != want || !strings.Contains(said, "has gone on since it was read") {
				t.Errorf("%v: %s", err, said)
			}
		}
	})
}

// A target that does not give back what the source gave is no store, and the command fails.
func TestMigrateProvesItself(t *testing.T) {
	t.Parallel()
	source := fillFiles(t, t.TempDir(), someBatch(10))
	target := database(t)
	said, err := migrateMeeting(t, source, target, 31, func(func()) {
		result, err := databaseOf(t, target).Collection("carts").UpdateOne(t.Context(), bson.M{"pulperia.rev": 2}, bson.M{"$set": bson.M{"products": bson.A{}}})
		if err != nil || result.ModifiedCount != 1 {
			t.Error(result, err)
		}
	})
	if err == nil || !strings.Contains(err.Error(), "stays closed") || strings.Count(said, "DIFFERENT") != 1 || strings.Count(said, "the same") != 2 {
		t.Errorf("%v: %s", err, said)
	}
	if out, code := execute(t, "check", "--store", target); code == 0 || !strings.Contains(out, "was not finished") {
		t.Errorf("exit %d, %s", code, out)
	}
}
