package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"pulperia/dao/models"
)

// messageFigures are the plots of what grows, or does not, with the messages that are stored.
type messageFigures struct{ answers, whole, memory *figure }

// messageCurves measures histories up to ten times as long as that of the table.
func (b *bench) messageCurves(ctx context.Context) ([]*figure, error) {
	f := messageFigures{
		&figure{name: "messages-answers", title: "One answer, by the length of the history", size: "messages", unit: "ms (median)"},
		&figure{name: "messages-whole", title: "What reads everything, by the length of the history", size: "messages", unit: "s"},
		&figure{name: "messages-memory", title: "Resident memory when idle, by the length of the history", size: "messages", unit: "MB"},
	}
	for _, n := range sizes(10 * b.messages) {
		if err := b.messagePoint(ctx, f, n); err != nil {
			return nil, fmt.Errorf("%d messages: %w", n, err)
		}
	}
	return []*figure{f.answers, f.whole, f.memory}, nil
}

func (b *bench) messagePoint(ctx context.Context, f messageFigures, n int) (err error) {
	dir, ids, err := b.makeMessages(ctx, n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	shop, err := openShop(ctx, b.program, dir)
	if err != nil {
		return err
	}
	f.whole.put("start", linear, n, shop.readyAfter.Seconds())
	size, err := b.settled(ctx, shop)
	if err == nil {
		f.memory.put("memory", linear, n, float64(size)/1e6)
		err = b.messageAnswers(ctx, f.answers, shop, ids, n)
	}
	begin := time.Now()
	if err := errors.Join(err, shop.stop()); err != nil {
		return err
	}
	// The fold is the same; but the system takes back the memory of the index, and the first
	// messages after a start have it grow.
	f.whole.put("stop, with a fold", linear, n, time.Since(begin).Seconds())
	return b.readWhole(ctx, f.whole, dir, n)
}

// messageAnswers asks a shop of n messages over one connection.
func (b *bench) messageAnswers(ctx context.Context, f *figure, shop *process, ids []models.ID, n int) error {
	var newest, anywhere []string
	for range min(b.samples, 1_000) {
		newest = append(newest, "/api/messages")
		anywhere = append(anywhere, "/api/messages?before="+ids[len(ids)/20+b.IntN(len(ids)-len(ids)/20)].String())
	}
	for _, part := range []struct {
		name    string
		targets []string
	}{{"newest page", newest}, {"page anywhere", anywhere}} {
		took, err := b.median(ctx, shop.address, part.targets)
		if err != nil {
			return err
		}
		f.put(part.name, flat, n, milliseconds(took))
	}
	var took []time.Duration
	for range min(b.samples, 300) {
		one, err := b.post(shop.address)
		if err != nil {
			return err
		}
		took = append(took, one)
	}
	slices.Sort(took)
	f.put("append", flat, n, milliseconds(sample{latencies: took}.quantile(0.5)))
	return nil
}

// post sends one message and returns how long it took to be stored.
func (b *bench) post(address string) (time.Duration, error) {
	m := b.message()
	body := fmt.Sprintf(`{"user":%q,"message":%q}`, m.User, m.Message)
	begin := time.Now()
	_, err := post(address, "/api/messages", body)
	return time.Since(begin), err
}

// readWhole measures the program's own check and export of a store that is closed.
func (b *bench) readWhole(ctx context.Context, f *figure, store string, n int) (err error) {
	to := filepath.Join(b.dir, "export.jsonl")
	defer func() { err = errors.Join(err, os.Remove(to)) }()
	for _, part := range [][]string{{"check"}, {"export", to}} {
		begin := time.Now()
		out, err := command(ctx, b.program, append(part, "--store", store)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", part[0], err, out)
		}
		f.put(part[0], linear, n, time.Since(begin).Seconds())
	}
	return nil
}
