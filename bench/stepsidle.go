package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// What an idle shop may ask its database for in a second. A kilobyte is 1,000 bytes.
const (
	mostAlone    = 0.2 // commands, nobody connected
	mostVisited  = 2.0 // commands, somebody connected
	mostAnswered = 2e3 // bytes of the answers, then
)

// idleRow is what an idle shop did in a while.
type idleRow struct {
	products, viewers int
	chat              bool // they are in the chat, not in the catalogue
	commands          int
	answered          int64 // bytes
	over              time.Duration
}

func (i idleRow) commandsPerSecond() float64 { return float64(i.commands) / i.over.Seconds() }
func (i idleRow) bytesPerSecond() float64    { return float64(i.answered) / i.over.Seconds() }

// met allows for one command more: the while may begin just before it.
func (i idleRow) met() bool {
	most := mostVisited
	if i.viewers == 0 {
		most = mostAlone
	}
	return float64(i.commands) <= most*i.over.Seconds()+1 && (i.viewers == 0 || i.bytesPerSecond() <= mostAnswered)
}

// openIdle opens shops that are all left alone at the same time, each on a database of its own.
// What it returns waits until they have been watched. They ask for so little that what is measured
// meanwhile does not show it, and as often as ever.
func (b *bench) openIdle(ctx context.Context, r *report, server string) (watched func() error) {
	rows := idleRows()
	products := b.catalogue(slices.Max(catalogues))
	var shops errgroup.Group
	for i := range rows {
		one, opened := &rows[i], make(chan struct{})
		shops.Go(func() error {
			open := sync.OnceFunc(func() { close(opened) })
			defer open()
			return b.withShelf(ctx, server, fmt.Sprintf("_idle%d", i), func(s *shelf) error {
				return b.idleShop(ctx, s, products[:one.products], one, open)
			})
		})
		<-opened // one after the other: a server may be slow to make many databases at once
	}
	return func() error {
		err := shops.Wait()
		if r.idleRows = rows; err != nil {
			return err
		}
		for _, one := range rows {
			b.log.Info("steps: "+one.what(), "measured", one.say(), "met", yesOrNo(one.met()))
		}
		return nil
	}
}

// idleRows are what is measured: with small and large catalogues, and with few and many viewers.
func idleRows() (rows []idleRow) {
	for _, n := range catalogues {
		for _, viewers := range []int{0, 1, 100} {
			rows = append(rows, idleRow{products: n, viewers: viewers})
		}
	}
	return append(rows, idleRow{products: catalogues[0], viewers: 100, chat: true})
}

// idleShop opens a shop behind a line that counts, has its viewers come, and watches it when
// nothing has happened for a while.
func (b *bench) idleShop(ctx context.Context, s *shelf, products []models.Product, row *idleRow, opened func()) (err error) {
	if err := s.restore(ctx, products); err != nil {
		return err
	}
	line, err := mongotest.Lay(s.moved, 0)
	if err != nil {
		return err
	}
	defer line.Close()
	shop, err := openShop(ctx, b.program, line.URI)
	if err != nil {
		return err
	}
	defer shop.stop()
	if _, err := post(shop.address, "/api/carts", "{}"); err != nil { // the feed of a shop has steps
		return err
	}
	viewers, err := gather(ctx, row.viewers, arrivals{}, heardOfShop, func(ctx context.Context, i int) (net.Conn, error) {
		if row.chat {
			return dialLive(ctx, shop.address, i, []string{"messages"}, "")
		}
		return dialLive(ctx, shop.address, nameless, []string{"products"}, "")
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, viewers.close()) }()
	opened()
	if err := rest(ctx, b.quiet); err != nil {
		return err
	}
	begin, commands, answered := time.Now(), line.Count(), line.Answered()
	if err := rest(ctx, b.idle); err != nil {
		return err
	}
	row.commands, row.answered, row.over = line.Count()-commands, line.Answered()-answered, time.Since(begin)
	return nil
}
