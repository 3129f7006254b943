package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
)

// large measures a large store: how it is made, started and read.
func (b *bench) large(ctx context.Context, r *report) error {
	store := filepath.Join(b.dir, "large")
	if err := b.importProducts(ctx, r, store); err != nil {
		return err
	}
	ids, err := b.fillChat(ctx, store)
	if err != nil {
		return err
	}
	shop, err := b.start(ctx, r, store)
	if err != nil {
		return err
	}
	defer shop.stop()
	size, err := b.settled(ctx, shop)
	if err != nil {
		return err
	}
	b.add(r, memoryRow(largeMemory, size, 350))
	products, err := fetchAll(ctx, shop.address)
	if err != nil {
		return err
	}
	if err := b.reads(ctx, r, shop, products); err != nil {
		return err
	}
	if err := b.latencies(ctx, r, shop, products, ids); err != nil {
		return err
	}
	if size, err = b.settled(ctx, shop); err != nil {
		return err
	}
	b.add(r, memoryRow(busyMemory, size, 0))
	return nil
}

// importProducts runs the program's own import on a file of products.
func (b *bench) importProducts(ctx context.Context, r *report, store string) error {
	file := filepath.Join(b.dir, "products.json")
	if err := b.writeProducts(file, b.products); err != nil {
		return err
	}
	begin := time.Now()
	out, err := command(ctx, b.program, "import", "--store", store, file).CombinedOutput()
	if err != nil {
		return fmt.Errorf("import: %w\n%s", err, out)
	}
	b.add(r, timeRow(importing, time.Since(begin), 10*time.Second))
	return nil
}

// fillChat loads messages into a store and returns the ids of some of them, from its whole length.
func (b *bench) fillChat(ctx context.Context, dir string) (ids []models.ID, err error) {
	store, err := filemanagers.Open(ctx, dir, filemanagers.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	every := max(1, b.messages/10_000)
	for chunk := range slices.Chunk(b.history(b.messages), 10_000) {
		if _, err := store.Load(ctx, dao.Batch{Messages: chunk}); err != nil {
			return nil, err
		}
		for i := 0; i < len(chunk); i += every {
			ids = append(ids, chunk[i].ID)
		}
	}
	return ids, nil
}

// start starts the program some times and returns the last server.
func (b *bench) start(ctx context.Context, r *report, store string) (*process, error) {
	var took []float64
	for {
		shop, err := openShop(ctx, b.program, store)
		if err != nil {
			return nil, err
		}
		took = append(took, float64(shop.readyAfter))
		if len(took) == b.starts {
			b.add(r, timeRow(starting, time.Duration(median(took)), 3*time.Second))
			return shop, nil
		}
		if err := shop.stop(); err != nil {
			return nil, err
		}
	}
}

// fetchAll reads the catalogue as the API shows it.
func fetchAll(ctx context.Context, address string) (all []models.Product, err error) {
	for page := 1; ; page++ {
		target := fmt.Sprintf("http://%s/api/products?limit=1000&page=%d", address, page)
		ask, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
		if err != nil {
			return nil, err
		}
		answer, err := http.DefaultClient.Do(ask)
		if err != nil {
			return nil, err
		}
		var list struct {
			Payload     []models.Product `json:"payload"`
			HasNextPage bool             `json:"hasNextPage"`
		}
		err = json.NewDecoder(answer.Body).Decode(&list)
		answer.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("GET %s: %w", target, err)
		}
		all = append(all, list.Payload...)
		if !list.HasNextPage {
			return all, nil
		}
	}
}

// reads compares the answers of the API with the bare handler.
func (b *bench) reads(ctx context.Context, r *report, shop *process, products []models.Product) error {
	var one, page []string
	for range 2_000 {
		one = append(one, "/api/products/"+products[b.IntN(len(products))].ID.String())
	}
	for range 500 {
		page = append(page, b.pageOf(products[b.IntN(len(products))]))
	}
	going := &writes{perSecond: 100}
	for _, p := range products {
		going.ids = append(going.ids, p.ID)
	}
	for _, part := range []struct {
		key     key
		targets []string
		writes  *writes
	}{
		{oneProduct, one, nil}, {oneProductBusy, one, going}, {pageOfTen, page, nil}, {pageOfTenBusy, page, going},
	} {
		result, err := b.fight(ctx, shop, part.targets, part.writes)
		if err != nil {
			return err
		}
		b.add(r, duelRow(part.key, result, 0.5))
	}
	return nil
}

// pageOf returns where a page of ten stands that somebody asks for who looks for a product like p:
// its category, prices around its own, in one of the orders.
func (b *bench) pageOf(p models.Product) string {
	values := url.Values{
		"category": {p.Category}, "minPrice": {(p.Price * 2 / 3).String()}, "maxPrice": {(p.Price * 3 / 2).String()},
	}
	if order := pick(b.Rand, []string{"", "asc", "desc"}); order != "" {
		values.Set("sort", order)
	}
	if page := 1 + b.IntN(3); page > 1 {
		values.Set("page", fmt.Sprint(page))
	}
	return "/api/products?" + values.Encode()
}

// latencies measures what has to be quick rather than frequent, over one connection.
func (b *bench) latencies(ctx context.Context, r *report, shop *process, products []models.Product, ids []models.ID) error {
	var searches, pages [][]byte
	for range b.samples {
		searches = append(searches, request("GET", "/api/products?q="+url.QueryEscape(b.search(products[b.IntN(len(products))])), ""))
		pages = append(pages, request("GET", "/api/messages?before="+ids[b.IntN(len(ids))].String(), ""))
	}
	found, err := b.each(ctx, shop.address, searches)
	if err != nil {
		return err
	}
	b.add(r, latencyRow(searching, found, 0.5, 5*time.Millisecond))
	read, err := b.each(ctx, shop.address, pages)
	if err != nil {
		return err
	}
	b.add(r, latencyRow(history, read, 0.99, 5*time.Millisecond))
	return nil
}

// each sends every request once, one after the other.
func (b *bench) each(ctx context.Context, address string, requests [][]byte) (sample, error) {
	c, err := dial(address)
	if err != nil {
		return sample{}, err
	}
	defer c.close()
	var s sample
	for _, ask := range requests {
		begin := time.Now()
		if _, err := c.do(ask); err != nil {
			return sample{}, err
		}
		s.latencies = append(s.latencies, time.Since(begin))
		if ctx.Err() != nil {
			return sample{}, ctx.Err()
		}
	}
	slices.Sort(s.latencies)
	return s, nil
}

// search returns two words that find a product, and perhaps others; half of them are only begun.
func (b *bench) search(p models.Product) string {
	words := strings.Fields(p.Title + " " + p.Description)
	two := []string{pick(b.Rand, words), pick(b.Rand, words)}
	for i, word := range two {
		if letters := []rune(word); b.IntN(2) == 0 && len(letters) > 3 {
			two[i] = string(letters[:3+b.IntN(len(letters)-3)])
		}
	}
	return strings.Join(two, " ")
}
