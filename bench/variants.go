package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// variantsTitle names the chapter.
const variantsTitle = "Variants"

// sizedRow is one question to two shops, each beside its bare limit.
type sizedRow struct {
	what         string
	plain, sized duel
}

// variants measures what it costs that a tenth of the products have variants: two shops hold the same
// catalogue, in one of them with three sizes of every tenth product.
func (b *bench) variants(ctx context.Context, r *report) error {
	products := b.catalogue(b.products)
	plain, err := b.shopOf(ctx, "plain", products)
	if err != nil {
		return err
	}
	defer plain.stop()
	for i := 0; i < len(products); i += 10 {
		inSizes(&products[i])
	}
	sized, err := b.shopOf(ctx, "sized", products)
	if err != nil {
		return err
	}
	defer sized.stop()
	for _, size := range []struct {
		of *int64
		*process
	}{{&r.plainMemory, plain}, {&r.sizedMemory, sized}} {
		if *size.of, err = b.settled(ctx, size.process); err != nil {
			return err
		}
	}
	for _, q := range b.sizedQuestions(products) {
		row := sizedRow{what: q.what}
		if row.plain, err = b.fight(ctx, plain, q.targets, nil); err != nil {
			return fmt.Errorf("%s: %w", q.what, err)
		}
		if row.sized, err = b.fight(ctx, sized, q.targets, nil); err != nil {
			return fmt.Errorf("%s, with variants: %w", q.what, err)
		}
		r.sizedRows = append(r.sizedRows, row)
	}
	return nil
}

// shopOf opens a shop that holds products.
func (b *bench) shopOf(ctx context.Context, name string, products []models.Product) (*process, error) {
	dir, err := b.make(ctx, name, func(put func(dao.Batch) error) error {
		for batch := range slices.Chunk(products, batchSize) {
			if err := put(dao.Batch{Products: batch}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return openShop(ctx, b.program, dir)
}

// inSizes gives a product variants of its price.
func inSizes(p *models.Product) {
	for i, size := range []string{"S", "M", "L"} {
		id := p.ID
		id[len(id)-1] ^= byte(i + 1)
		p.Variants = append(p.Variants, models.Variant{
			ID: id, Code: p.Code + "-" + size, Options: models.Options{{Name: "Talle", Value: size}}, Price: p.Price, Stock: p.Stock/3 + 1,
		})
	}
	p.Derive()
}

// sizedQuestion is something that is asked of both shops.
type sizedQuestion struct {
	what    string
	targets []string
}

func (b *bench) sizedQuestions(products []models.Product) []sizedQuestion {
	var one, ten, page []string
	for range min(500, len(products)) {
		p := products[b.IntN(len(products))]
		one = append(one, "/api/products/"+p.ID.String())
		ten = append(ten, b.pageOf(p))
		page = append(page, "/products/"+p.ID.String())
	}
	return []sizedQuestion{
		{"`GET /api/products/:pid`", one},
		{"`GET /api/products?category=…`, ten by price, with their total", ten},
		{"`GET /` with 24 products", []string{"/"}},
		{"`GET /products/:pid`, the page", page},
	}
}

// sizes writes the chapter.
func (r *report) sizes(b *bytes.Buffer) {
	if len(r.sizedRows) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\nWritten by `%s` on %s, of %s.", variantsTitle, r.command, r.begin.UTC().Format(time.DateOnly), r.machine[0])
	if r.scale != full() {
		b.WriteString(" This is a short run.")
	}
	fmt.Fprintf(b, "\nTwo shops with the same %s, in one of them every tenth product in three sizes, each beside the bare handler that "+
		"gives its answers.\n\n| what | no variants | of the bare handler | with variants | of the bare handler |\n|---|---|---|---|---|\n",
		number("%d products", r.scale.products))
	for _, row := range r.sizedRows {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", row.what, figures(row.plain.shop, "requests", row.plain.shopCPU), percent(row.plain.ratio),
			figures(row.sized.shop, "requests", row.sized.shopCPU), percent(row.sized.ratio))
	}
	fmt.Fprintf(b, "| resident memory, idle | %.0f MB | | %.0f MB | |\n", float64(r.plainMemory)/1e6, float64(r.sizedMemory)/1e6)
}
