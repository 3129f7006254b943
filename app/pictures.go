package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"pulperia/dao/models"
	"pulperia/pictures"
	trade "pulperia/shop"
)

// picturesCommand is what is done with the pictures of a shop on the machine.
type picturesCommand struct {
	Fetch fetchCommand `cmd:"" help:"Bring pictures into the shop that the catalogue names at other sites. Close a shop of files before; on MongoDB it may be open. What was cut off goes on where it was."`
}

// fetchCommand has no flags of its own.
type fetchCommand struct{}

// Run fetches one picture after the other. Those that cannot be had stay as they are, are named, and
// make the command fail in the end.
func (c *fetchCommand) Run(ctx context.Context, g *globals, streams Streams) (err error) {
	store, err := g.openStore(ctx, g.Store, storeOptions{log: g.logger(streams.Err)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	f := &fetching{shop: trade.New(store, trade.Options{}), from: pictures.NewFetcher(g.hooks.mayFetch), out: streams.Out, had: map[string]fetched{}}
	if err := f.run(ctx); err != nil {
		return fmt.Errorf("pictures fetch: stopped after %d pictures, and the same command goes on from there: %w", f.in, err)
	}
	fmt.Fprintf(streams.Out, "%d pictures are in the shop now, %d could not be had\n", f.in, f.failed)
	if f.failed > 0 {
		return fmt.Errorf("pictures fetch: %d pictures stay at other sites", f.failed)
	}
	return nil
}

// fetching is one run.
type fetching struct {
	shop       *trade.Shop
	from       *pictures.Fetcher
	out        io.Writer
	had        map[string]fetched // by address: products may share a picture
	in, failed int
}

// fetched is what became of an address.
type fetched struct {
	src string
	why error
}

// run goes through the catalogue. What is in already names a picture of the shop, so that whoever
// begins again goes on.
func (f *fetching) run(ctx context.Context) error {
	for query := (models.ProductQuery{Page: 1, Limit: models.MaxLimit}); ; query.Page++ {
		page, err := f.shop.Products.List(ctx, query)
		if err != nil {
			return err
		}
		for _, product := range page.Products {
			if err := f.product(ctx, product); err != nil {
				return err
			}
		}
		if page.Next() == 0 {
			return nil
		}
	}
}

// product brings in the pictures of one.
func (f *fetching) product(ctx context.Context, product models.Product) error {
	found := map[string]string{}
	for _, address := range product.PictureNames() {
		if !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
			continue
		}
		got, err := f.fetch(ctx, address)
		switch {
		case err != nil:
			return err
		case got.why != nil:
			f.failed++
			fmt.Fprintf(f.out, "product %q: %s: %v\n", product.Code, address, got.why)
		default:
			found[address] = got.src
		}
	}
	if len(found) == 0 {
		return nil
	}
	_, _, err := f.shop.ChangeProduct(ctx, product.ID, func(p *models.Product) error {
		*p = p.Clone()
		for i, address := range p.Thumbnails {
			p.Thumbnails[i] = cmp.Or(found[address], address)
		}
		for i := range p.Variants {
			p.Variants[i].Thumbnail = cmp.Or(found[p.Variants[i].Thumbnail], p.Variants[i].Thumbnail)
		}
		return nil
	})
	if isRefusal(err) { // gone meanwhile
		fmt.Fprintf(f.out, "product %q: %v\n", product.Code, err)
		return nil
	}
	f.in += len(found)
	return err
}

// fetch gets what stands at an address, once. Only what the store refuses is an error.
func (f *fetching) fetch(ctx context.Context, address string) (fetched, error) {
	if got, known := f.had[address]; known {
		return got, nil
	}
	var got fetched
	file, err := f.from.Fetch(ctx, address)
	if got.why = err; err == nil {
		var image models.Image
		image, _, err = f.shop.AddPicture(ctx, file)
		if refused, is := errors.AsType[pictures.Refused](err); is {
			got.why = refused
		} else if err != nil {
			return got, err
		} else {
			got.src = image.Src()
		}
	}
	if err := context.Cause(ctx); err != nil {
		return got, err
	}
	f.had[address] = got
	return got, nil
}
