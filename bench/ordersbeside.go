package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"pulperia/dao/models"
)

// purchases measures the course's last stage over HTTP beside the peer: each cart is bought once, of
// one piece of a product in turn.
func (b *bench) purchases(ctx context.Context, r *report) (err error) {
	c, err := b.openContest(ctx, r, "sold", "--demo", "--orders-per-hour", "0")
	if err != nil || c == nil {
		return err
	}
	defer func() { err = errors.Join(err, c.shop.stop()) }()
	if c.products, err = fetchAll(ctx, c.shop.address); err != nil {
		return err
	}
	if err := c.stockUp(); err != nil {
		return err
	}
	if c.products, err = fetchAll(ctx, c.shop.address); err != nil { // the peer has as many of each
		return err
	}
	store := filepath.Join(b.dir, "peer-sold")
	if err := os.Mkdir(store, 0o700); err != nil {
		return err
	}
	if _, err := writeSynced(filepath.Join(store, "products.json"), models.JSON(c.products)); err != nil {
		return err
	}
	if c.peer, err = openPeer(ctx, c.peerDir, store); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.peer.stop()) }()
	r.purchase, err = c.purchaseDuel(ctx)
	return err
}

// purchase is the shop beside the peer.
type purchase struct {
	ours, peer round // the middle round of each
	ratio      float64
}

func (c *contest) purchaseDuel(ctx context.Context) (p purchase, err error) {
	sides := []*counter{{contest: c, server: c.shop}, {contest: c, server: c.peer}}
	for _, side := range sides {
		if err := side.open(); err != nil {
			return p, err
		}
	}
	var rounds [2][]round
	var ratios []float64
	for i := range c.rounds + 1 {
		var turn [2]round
		for n, side := range sides {
			if turn[n], err = side.round(ctx); err != nil {
				return p, err
			}
			if i > 0 { // the first one warms up
				rounds[n] = append(rounds[n], turn[n])
			}
		}
		if i > 0 {
			ratios = append(ratios, turn[0].perSecond/turn[1].perSecond)
		}
	}
	p.ratio = median(ratios)
	p.ours.sample, p.ours.cpu = middle(rounds[0])
	p.peer.sample, p.peer.cpu = middle(rounds[1])
	c.log.Info("purchases", "ours", figures(p.ours.sample, "purchases", p.ours.cpu),
		"peer", figures(p.peer.sample, "purchases", p.peer.cpu), "ratio", p.ratio)
	return p, nil
}

// counter is where carts are bought, over and over: those of a server.
type counter struct {
	*contest
	server    *process
	fill, buy [][]byte // requests, one of each cart
}

// open makes the carts.
func (c *counter) open() error {
	for i := range max(buyers, c.samples) {
		answer, err := post(c.server.address, "/api/carts", "{}")
		if err != nil {
			return err
		}
		var made struct {
			ID string `json:"_id"`
		}
		if err := answer.Payload(&made); err != nil {
			return err
		}
		product := c.goods()[i%len(c.goods())].ID.String()
		c.fill = append(c.fill, request("POST", "/api/carts/"+made.ID+"/product/"+product, `{"quantity":1}`))
		c.buy = append(c.buy, request("POST", "/api/carts/"+made.ID+"/purchase", "{}"))
	}
	return nil
}

// round fills all carts, and then has each bought once.
func (c *counter) round(ctx context.Context) (round, error) {
	if _, err := c.send(ctx, c.fill); err != nil {
		return round{}, err
	}
	return measured(c.server.Pid(), func() (sample, error) { return c.send(ctx, c.buy) })
}

// send sends each request once, over a connection for each buyer.
func (c *counter) send(ctx context.Context, requests [][]byte) (sample, error) {
	lines := make([]*client, 0, buyers)
	defer func() {
		for _, line := range lines {
			line.close()
		}
	}()
	return countedLoop(ctx, len(requests), func() (func(int) error, error) {
		line, err := dial(c.server.address)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
		return func(i int) error { _, err := line.do(requests[i]); return err }, nil
	})
}
