package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
)

// creates is the store alone against a bare group commit of the lines that its journal got.
type creates struct {
	store, bare sample // the middle round of each
	ratio       float64
	storeCPU    time.Duration // for a message, with the work of the writers
	bareCPU     time.Duration
	lineBytes   int // of a record, on average
}

// durableCreates lets writers append messages to a store and records to a file, in turn.
func (b *bench) durableCreates(ctx context.Context, workers int) (result creates, err error) {
	dir, err := os.MkdirTemp(b.dir, "creates-")
	if err != nil {
		return creates{}, err
	}
	store, err := filemanagers.Open(ctx, dir, filemanagers.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return creates{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	messages := make([]models.Message, 1_000) // the processor's cache holds them, as it does what a server has just read
	for i := range messages {
		messages[i] = b.message()
	}
	if _, err := b.createRound(ctx, store, messages, workers); err != nil { // warms up, and gives the lines
		return creates{}, err
	}
	lines, err := journalLines(dir, len(messages))
	if err != nil {
		return creates{}, err
	}
	file, err := os.Create(filepath.Join(dir, "bare"))
	if err != nil {
		return creates{}, err
	}
	bare := newGroupCommit(file)
	defer func() { err = errors.Join(err, bare.close()) }()
	var ratios []float64
	var stores, bares []round
	for range b.rounds {
		ours, err := b.createRound(ctx, store, messages, workers)
		if err != nil {
			return creates{}, err
		}
		theirs, err := b.appendRound(ctx, bare, lines, workers)
		if err != nil {
			return creates{}, err
		}
		stores, bares = append(stores, ours), append(bares, theirs)
		ratios = append(ratios, ours.perSecond/theirs.perSecond)
	}
	result.ratio, result.lineBytes = median(ratios), averageSize(lines)
	result.store, result.storeCPU = middle(stores)
	result.bare, result.bareCPU = middle(bares)
	return result, nil
}

func (b *bench) createRound(ctx context.Context, store dao.Store, messages []models.Message, workers int) (round, error) {
	return b.durableRound(ctx, workers, len(messages), func(ctx context.Context, i int) error {
		_, _, err := store.Messages.Append(ctx, messages[i])
		return err
	})
}

func (b *bench) appendRound(ctx context.Context, bare *groupCommit, lines [][]byte, workers int) (round, error) {
	return b.durableRound(ctx, workers, len(lines), func(_ context.Context, i int) error { return bare.append(lines[i]) })
}

// durableRound has workers that each write one of n things after the other, from different ones on.
func (b *bench) durableRound(ctx context.Context, workers, n int, write func(ctx context.Context, i int) error) (round, error) {
	return b.ownRound(ctx, workers, func(ctx context.Context, worker int) func() error {
		next := worker * n / workers
		return func() error {
			err := write(ctx, next%n)
			next++
			return err
		}
	})
}

// ownRound has workers in this process do one thing after the other. Each has a context of its own,
// as each request of a server has.
func (b *bench) ownRound(ctx context.Context, workers int, start func(ctx context.Context, worker int) func() error) (round, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return measured(os.Getpid(), func() (sample, error) {
		return closedLoop(ctx, workers, b.length, func(worker int) (func() error, error) {
			own, end := context.WithCancel(ctx)
			context.AfterFunc(ctx, end) // at the end of the round
			return start(own, worker), nil
		})
	})
}

// journalLines reads the first changes, at most n, from a store's newest journal file.
func journalLines(dir string, n int) (lines [][]byte, err error) {
	journals, err := filepath.Glob(filepath.Join(dir, "journal-*.jsonl"))
	if err != nil {
		return nil, err
	}
	for _, name := range journals {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		reader := bufio.NewReader(file)
		header := true
		for len(lines) < n {
			line, err := reader.ReadBytes('\n')
			if err != nil {
				break
			}
			if !header {
				lines = append(lines, line)
			}
			header = false
		}
		file.Close()
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("%s: no change in the journal", dir)
	}
	return lines, nil
}

func averageSize(lines [][]byte) (sum int) {
	for _, line := range lines {
		sum += len(line)
	}
	return sum / len(lines)
}
