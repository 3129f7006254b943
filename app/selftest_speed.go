package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"pulperia/dao/models"
)

// speedTime is how long one thing is measured.
func (s *selftest) speedTime() time.Duration {
	if s.hooks.brief {
		return 50 * time.Millisecond
	}
	return 1500 * time.Millisecond
}

// speed measures the bare sync of this disk, and durable messages with one writer and with many. It
// judges nothing: slow is not broken.
func (s *selftest) speed(ctx context.Context) (string, error) {
	if !s.inDatabase() {
		bare, err := s.bareSyncs(ctx, filepath.Dir(s.Store))
		if err != nil {
			return "", err
		}
		s.say("   append 300 bytes and sync, bare file: %v", bare)
	}
	store, err := s.open(ctx)
	if err != nil {
		return "", err
	}
	defer store.Close()
	for _, n := range []int{1, 64} {
		message := models.Message{User: "selftest@example.com", Message: "¿Cuánto tarda?"}
		took, err := s.atOnce(ctx, n, func() error { _, _, err := store.Messages.Append(ctx, message); return err })
		if err != nil {
			return "", err
		}
		s.say("   durable messages, %2d writers: %v", n, took)
	}
	return "", nil
}

// durations are those of many things of one kind.
type durations struct {
	each []time.Duration
	all  time.Duration // the time in which they were done
}

// String gives the median, the 99th percentile and the rate.
func (d durations) String() string {
	if len(d.each) == 0 {
		return "none was done"
	}
	slices.Sort(d.each)
	at := func(percent int) float64 { return float64(d.each[(len(d.each)-1)*percent/100].Microseconds()) / 1_000 }
	return fmt.Sprintf("p50 %.2f ms, p99 %.2f ms, %.0f a second", at(50), at(99), float64(len(d.each))/d.all.Seconds())
}

// atOnce has n goroutines do something again and again.
func (s *selftest) atOnce(ctx context.Context, n int, do func() error) (durations, error) {
	var mu sync.Mutex
	var took durations
	var failed error
	var running sync.WaitGroup
	began := time.Now()
	for range n {
		running.Go(func() {
			var mine []time.Duration
			var err error
			for last := began; err == nil && ctx.Err() == nil && last.Sub(began) < s.speedTime(); {
				err = do()
				now := time.Now()
				mine, last = append(mine, now.Sub(last)), now
			}
			mu.Lock()
			defer mu.Unlock()
			took.each = append(took.each, mine...)
			if err != nil {
				failed = err
			}
		})
	}
	running.Wait()
	took.all = time.Since(began)
	return took, failed
}

func (s *selftest) bareSyncs(ctx context.Context, dir string) (durations, error) {
	f, err := os.CreateTemp(dir, "sync-")
	if err != nil {
		return durations{}, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	line := make([]byte, 300)
	return s.atOnce(ctx, 1, func() error {
		if _, err := f.Write(line); err != nil {
			return err
		}
		return f.Sync()
	})
}
