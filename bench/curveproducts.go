package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"pulperia/dao/models"
)

// productFigures are the plots of what grows, or does not, with the catalogue.
type productFigures struct{ answers, start, memory *figure }

// productCurves measures catalogues up to ten times as large as that of the table.
func (b *bench) productCurves(ctx context.Context) ([]*figure, error) {
	f := productFigures{
		&figure{name: "products-answers", title: "One answer, by the size of the catalogue", size: "products", unit: "ms (median)"},
		&figure{name: "products-start", title: "Start of the shop, by the size of the catalogue", size: "products", unit: "s"},
		&figure{name: "products-memory", title: "Resident memory when idle, by the size of the catalogue", size: "products", unit: "MB"},
	}
	for _, n := range sizes(10 * b.products) {
		if err := b.productPoint(ctx, f, n); err != nil {
			return nil, fmt.Errorf("%d products: %w", n, err)
		}
	}
	return []*figure{f.answers, f.start, f.memory}, nil
}

func (b *bench) productPoint(ctx context.Context, f productFigures, n int) (err error) {
	dir, some, err := b.makeProducts(ctx, n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	shop, err := openShop(ctx, b.program, dir)
	if err != nil {
		return err
	}
	f.start.put("start", linear, n, shop.readyAfter.Seconds())
	size, err := b.settled(ctx, shop)
	if err == nil {
		f.memory.put("memory", linear, n, float64(size)/1e6)
		err = b.productAnswers(ctx, f.answers, shop, some, n)
	}
	return errors.Join(err, shop.stop())
}

// productAnswers asks a shop of n products over one connection.
func (b *bench) productAnswers(ctx context.Context, f *figure, shop *process, some []models.Product, n int) error {
	asks := map[string][]string{}
	for range min(b.samples, len(some)) {
		p := some[b.IntN(len(some))]
		asks["by id"] = append(asks["by id"], "/api/products/"+p.ID.String())
		asks["page of ten"] = append(asks["page of ten"], b.pageOf(p))
		asks["search"] = append(asks["search"], "/api/products?q="+url.QueryEscape(b.search(p)))
		asks["front page"] = append(asks["front page"], "/")
	}
	for _, part := range []struct {
		name string
		kind kind
	}{{"by id", flat}, {"page of ten", flat}, {"front page", flat}, {"search", linear}} {
		took, err := b.median(ctx, shop.address, asks[part.name])
		if err != nil {
			return err
		}
		f.put(part.name, part.kind, n, milliseconds(took))
	}
	if err := b.bareAnswers(ctx, f, shop, asks["by id"], n); err != nil {
		return err
	}
	return b.productChanges(ctx, f, shop, some, n)
}

// bareAnswers measures the bare handler that gives the same answers.
func (b *bench) bareAnswers(ctx context.Context, f *figure, shop *process, targets []string, n int) error {
	all, err := record(ctx, shop.address, targets)
	if err != nil {
		return err
	}
	bare, err := openBare(ctx, b.dir, all)
	if err != nil {
		return err
	}
	took, err := b.median(ctx, bare.address, targets)
	f.put("bare: by id", limit, n, milliseconds(took))
	return errors.Join(err, bare.stop())
}

// productChanges measures durable changes of a price, and of a text, which the search has to learn.
func (b *bench) productChanges(ctx context.Context, f *figure, shop *process, some []models.Product, n int) error {
	var prices, texts [][]byte
	for i := range min(b.samples, len(some), 300) {
		p := some[(i*7919)%len(some)]
		target := "/api/products/" + p.ID.String()
		prices = append(prices, request("PUT", target, fmt.Sprintf(`{"price":%d.25}`, 1+b.IntN(9_999))))
		texts = append(texts, request("PUT", target, fmt.Sprintf(`{"description":%q}`, p.Description+" "+b.word())))
	}
	for _, part := range []struct {
		name     string
		requests [][]byte
	}{{"change of a price", prices}, {"change of a text", texts}} {
		took, err := b.each(ctx, shop.address, part.requests)
		if err != nil {
			return err
		}
		f.put(part.name, flat, n, milliseconds(took.quantile(0.5)))
	}
	return nil
}

// median asks for each target once to warm up and once to measure.
func (b *bench) median(ctx context.Context, address string, targets []string) (time.Duration, error) {
	requests := make([][]byte, len(targets))
	for i, target := range targets {
		requests[i] = request("GET", target, "")
	}
	if _, err := b.each(ctx, address, requests[:len(requests)/4]); err != nil {
		return 0, err
	}
	s, err := b.each(ctx, address, requests)
	return s.quantile(0.5), err
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1e3 }
