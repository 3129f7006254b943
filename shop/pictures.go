package shop

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Pictures are made here (package pictures), and their bytes are durable before the step that names
// them. A product names one by its address, [models.Image.Src].

// imageUnnamed is for how long nobody need name a picture before it is removed: whoever has uploaded
// one may take his time to save the product.
const imageUnnamed = models.Time(24 * time.Hour / time.Millisecond)

// AddPicture makes of an upload a picture of the shop. The same again adds nothing
// (Receipt.Repeated), but mends what has been lost of it. What is no picture, or too large a one, is
// pictures.Refused.
func (s *Shop) AddPicture(ctx context.Context, upload []byte) (models.Image, dao.Receipt, error) {
	hash := models.HashOf(upload)
	if image, receipt, err := s.whole(ctx, hash); err == nil || !errors.Is(err, dao.ErrNotFound) {
		return image, receipt, err
	}
	made, err := s.maker.Make(ctx, upload)
	if err != nil {
		return models.Image{}, dao.Receipt{}, err
	}
	image := models.Image{Head: models.Head{ID: hash.ID()}, Upload: hash, Width: made.Width, Height: made.Height}
	for _, r := range made.Renditions {
		if _, err := s.store.Images.Put(ctx, r.Bytes); err != nil {
			return models.Image{}, dao.Receipt{}, err
		}
		image.Renditions = append(image.Renditions, r.Rendition)
	}
	var stored models.Image
	receipt, err := s.store.Update(ctx, func(tx dao.Tx) (err error) {
		images := dao.Image.Within(tx)
		stored, err = images.Update(image.ID, func(there *models.Image) error {
			if there.Upload != hash {
				return dao.Conflict{Field: "_id", Value: image.ID.String()}
			}
			there.Renditions, there.Unnamed = image.Renditions, 0
			return nil
		})
		if errors.Is(err, dao.ErrNotFound) {
			stored, err = images.Create(image)
		}
		return err
	})
	return stored, receipt, err
}

// whole returns a picture that the shop has with all its bytes, and has it stay for a day: else it
// is dao.ErrNotFound.
func (s *Shop) whole(ctx context.Context, upload models.Hash) (models.Image, dao.Receipt, error) {
	image, err := s.Picture(ctx, upload)
	if err != nil {
		return image, dao.Receipt{}, err
	}
	for _, r := range image.Renditions {
		_, err := s.store.Images.Get(ctx, r.SHA256)
		switch {
		case errors.Is(err, dao.ErrUnavailable), ctx.Err() != nil:
			return image, dao.Receipt{}, err
		case err != nil: // gone, or damaged: it is made anew
			return image, dao.Receipt{}, dao.MissingImage(r.SHA256)
		}
	}
	image, receipt, err := dao.Image.In(s.store.Values).Update(ctx, image.ID, func(i *models.Image) error {
		i.Unnamed = 0
		return nil
	})
	receipt.Repeated = true
	return image, receipt, err
}

// Picture returns the picture that an upload has become, or dao.ErrNotFound.
func (s *Shop) Picture(ctx context.Context, upload models.Hash) (models.Image, error) {
	if _, err := models.ParseHash(string(upload)); err != nil {
		return models.Image{}, dao.MissingImage(upload)
	}
	image, err := dao.Image.In(s.store.Values).Get(ctx, upload.ID())
	if err == nil && image.Upload != upload {
		err = dao.MissingImage(upload)
	}
	return image, err
}

// PictureBytes returns what is served under a hash: a rendition, or of an upload
// the one for whoever asks for none. What there is not is dao.ErrNotFound.
func (s *Shop) PictureBytes(ctx context.Context, hash models.Hash) ([]byte, error) {
	bytes, err := s.store.Images.Get(ctx, hash)
	switch {
	case err == nil && isReceipt(bytes): // which is somebody's own
		return nil, dao.MissingImage(hash)
	case !errors.Is(err, dao.ErrNotFound):
		return bytes, err
	}
	image, err := s.Picture(ctx, hash)
	if err != nil {
		return nil, err
	}
	return s.store.Images.Get(ctx, image.Usual().SHA256)
}

// PicturesOf returns the pictures of the shop among addresses, by these. What is gone is left out.
func (s *Shop) PicturesOf(ctx context.Context, sources ...string) (map[string]models.Image, error) {
	const atOnce = 16 // a database answers each after its distance
	found, mu := map[string]models.Image{}, sync.Mutex{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, src := range slices.Compact(slices.Sorted(slices.Values(sources))) {
		upload, own := models.ImageOf(src)
		if !own {
			continue
		}
		group.Go(func() error {
			image, err := s.Picture(ctx, upload)
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				found[src] = image
			}
			return notMissing(err)
		})
	}
	return found, group.Wait()
}

// DescribePicture says what is to be seen on a picture: catalogue.write is the door's.
func (s *Shop) DescribePicture(ctx context.Context, upload models.Hash, alt string) error {
	image, err := s.Picture(ctx, upload)
	if err != nil {
		return err
	}
	_, _, err = dao.Image.In(s.store.Values).Update(ctx, image.ID, func(i *models.Image) error {
		i.Alt = alt
		return nil
	})
	return err
}

// keepNamed has pictures stay which a product names from now on, and which nobody has named before.
func (s *Shop) keepNamed(ctx context.Context, product models.Product) error {
	for _, ref := range dao.Product.Refs(&product) {
		if ref.Kind != dao.KindImage {
			continue
		}
		image, err := s.store.Values.Get(ctx, dao.Image.Schema, *ref.ID)
		if err == nil && image.(*models.Image).Unnamed != 0 {
			_, _, err = dao.Image.In(s.store.Values).Update(ctx, *ref.ID, func(i *models.Image) error {
				i.Unnamed = 0
				return nil
			})
		}
		if err := notMissing(err); err != nil {
			return err
		}
	}
	return nil
}

// TidyPictures notes which pictures no value names, removes those of which that is known for a day,
// and the bytes that no picture has needed for as long. It returns how many pictures it has removed.
// That the shop was closed meanwhile does not matter: it needs no witness who names what.
func (s *Shop) TidyPictures(ctx context.Context, now models.Time) (removed int, err error) {
	images, err := all(ctx, s, dao.Image, "")
	if err != nil {
		return 0, err
	}
	if len(images) > 0 {
		named, err := s.named(ctx)
		if err != nil {
			return 0, err
		}
		for _, image := range images {
			gone, err := s.tidyPicture(ctx, image, named[image.ID], now)
			if err != nil {
				return removed, err
			}
			if gone {
				removed++
			}
		}
	}
	return removed, s.tidyBytes(ctx, now)
}

// tidyPicture notes since when a picture is not named, and removes it when that is long ago.
func (s *Shop) tidyPicture(ctx context.Context, image models.Image, named bool, now models.Time) (gone bool, err error) {
	if named == (image.Unnamed == 0) && (named || now < image.Unnamed+imageUnnamed) {
		return false, nil
	}
	_, err = s.store.Update(ctx, func(tx dao.Tx) error {
		gone = false
		images := dao.Image.Within(tx)
		there, err := images.Get(image.ID)
		switch {
		case err != nil:
			return notMissing(err)
		case there.Unnamed != image.Unnamed: // somebody has named or noted it meanwhile
			return nil
		case !named && there.Unnamed != 0:
			gone = true
			_, err = images.Delete(image.ID)
			return err
		}
		_, err = images.Update(image.ID, func(i *models.Image) error {
			i.Unnamed = now
			if named {
				i.Unnamed = 0
			}
			return nil
		})
		return err
	})
	return gone, err
}

// named are the pictures that values name.
func (s *Shop) named(ctx context.Context) (map[models.ID]bool, error) {
	named := map[models.ID]bool{}
	for _, kind := range dao.Kinds() {
		if kind.Refs == nil || kind.History {
			continue
		}
		q := models.Query{Page: 1, Limit: models.MaxLimit}
		for ; ; q.Page++ {
			values, total, err := s.store.Values.List(ctx, kind, q)
			if err != nil {
				return nil, err
			}
			for _, v := range values {
				for _, ref := range kind.Refs(v) {
					if ref.Kind == dao.KindImage {
						named[*ref.ID] = true
					}
				}
			}
			if q.Page*q.Limit >= total {
				break
			}
		}
	}
	return named, nil
}

// tidyBytes removes what no picture stands for. What was put since yesterday stays: a picture of it
// may be made in a moment.
func (s *Shop) tidyBytes(ctx context.Context, now models.Time) error {
	var loose []models.Hash
	if err := s.store.Images.Each(ctx, func(hash models.Hash) error {
		loose = append(loose, hash)
		return nil
	}); err != nil || len(loose) == 0 {
		return err
	}
	needed, err := s.neededBytes(ctx) // after what there is of bytes: what is named is put first
	if err != nil {
		return err
	}
	loose = slices.DeleteFunc(loose, func(hash models.Hash) bool { return needed[hash] })
	_, err = s.store.Images.Remove(ctx, loose, now-imageUnnamed)
	return err
}
