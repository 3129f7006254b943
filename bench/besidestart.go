package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"pulperia/dao/models"
	"pulperia/faults/harness"
)

// starts measures how long both take to start on all that, and what memory they have then.
func (c *contest) starts(ctx context.Context) ([]rival, error) {
	shopMemory, peerMemory, err := c.restart(ctx)
	if err != nil {
		return nil, err
	}
	reading, err := readAll(filepath.Join(c.dir, "large"))
	if err != nil {
		return nil, err
	}
	nothing, err := openBare(ctx, c.dir, recordings{})
	if err != nil {
		return nil, err
	}
	defer nothing.stop()
	bareMemory, err := c.settled(ctx, nothing)
	if err != nil {
		return nil, err
	}
	small, err := c.demos(ctx)
	if err != nil {
		return nil, err
	}
	both := number("%d products and ", len(c.products)) + number("%d messages", c.messages)
	const memory = "the bare program is one of a few lines: it holds no data, no templates and no pictures"
	return []rival{
		{what: "start with " + both, ours: seconds(c.shop.readyAfter), bare: seconds(reading), peer: seconds(c.peer.readyAfter), less: true,
			why: "every checksum and rule is verified, and all indexes are built, before the first answer; the limit only reads the files"},
		{what: "idle memory, " + both, ours: megabytes(shopMemory), bare: megabytes(bareMemory), peer: megabytes(peerMemory), less: true, why: memory},
		{what: "idle memory, a small catalogue", ours: megabytes(small.ours), bare: megabytes(bareMemory), peer: megabytes(small.peer), less: true, why: memory},
		{what: "memory of a viewer", ours: kibibytes(small.ourViewer), peer: kibibytes(small.peerViewer), less: true,
			why: "a viewer of ours has a goroutine and a buffer, one of the peer some objects"},
		{what: "memory of a viewer by Socket.IO", ours: kibibytes(small.courseViewer), peer: kibibytes(small.peerViewer), less: true,
			why: "as the row above"},
	}, nil
}

// restart starts both again, so that nothing of the load is left, and returns their memory.
func (c *contest) restart(ctx context.Context) (ours, theirs int64, err error) {
	store, peerStore := filepath.Join(c.dir, "large"), filepath.Join(c.dir, "peer")
	if err := errors.Join(c.shop.stop(), c.peer.stop()); err != nil {
		return 0, 0, err
	}
	shop, err := openShop(ctx, c.program, store)
	if err != nil {
		return 0, 0, err
	}
	c.shop = shop // those before have ended, and stay what is stopped in the end if the next does not start
	peer, err := openPeer(ctx, c.peerDir, peerStore)
	if err != nil {
		return 0, 0, err
	}
	c.peer = peer
	if ours, err = c.settled(ctx, c.shop); err != nil {
		return 0, 0, err
	}
	usage, err := harness.UsageOf(c.peer.Pid())
	return ours, usage.Memory, err
}

// footprint is what memory both take when they have little to do.
type footprint struct{ ours, peer, ourViewer, courseViewer, peerViewer int64 }

// demos measures both with the small catalogue.
func (c *contest) demos(ctx context.Context) (f footprint, err error) {
	shop, err := openShop(ctx, c.program, filepath.Join(c.dir, "small-too"), "--demo")
	if err != nil {
		return f, err
	}
	defer shop.stop()
	peer, err := c.openSmallPeer(ctx, shop.address)
	if err != nil {
		return f, err
	}
	defer peer.stop()
	n, err := crowd(c.sockets / 10)
	if err != nil {
		return f, err
	}
	for _, side := range []struct {
		server       *process
		gather       gathering
		idle, viewer *int64
	}{{shop, gatherOfShop, &f.ours, &f.ourViewer}, {peer, gatherOfPeer, &f.peer, &f.peerViewer}} {
		if *side.idle, err = c.settled(ctx, side.server); err == nil {
			*side.viewer, err = c.viewerMemory(ctx, side.server, n, side.gather)
		}
		if err != nil {
			return f, err
		}
	}
	// The memory of viewers who have left would be theirs: so a shop that has had none.
	fresh, err := openShop(ctx, c.program, filepath.Join(c.dir, "small-course"), "--demo")
	if err != nil {
		return f, err
	}
	defer fresh.stop()
	f.courseViewer, err = c.viewerMemory(ctx, fresh, n, gatherOfCourse)
	return f, err
}

// openSmallPeer starts the peer with the products that a shop shows.
func (c *contest) openSmallPeer(ctx context.Context, shop string) (*process, error) {
	products, err := fetchAll(ctx, shop)
	if err != nil {
		return nil, err
	}
	store := filepath.Join(c.dir, "peer-small")
	if err := os.Mkdir(store, 0o700); err != nil {
		return nil, err
	}
	if _, err := writeSynced(filepath.Join(store, "products.json"), models.JSON(products)); err != nil {
		return nil, err
	}
	return openPeer(ctx, c.peerDir, store)
}

// readAll returns how long it takes to read the files of a folder.
func readAll(dir string) (time.Duration, error) {
	begin := time.Now()
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		_, err = os.ReadFile(filepath.Join(dir, path))
		return err
	})
	return time.Since(begin), err
}

func nodeVersion(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "node", "--version").Output()
	return strings.TrimPrefix(strings.TrimSpace(string(out)), "v"), err
}
