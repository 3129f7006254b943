package dao

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"pulperia/dao/models"
)

// KindImage are the pictures of the shop's own. Their file and collection are called pictures, for
// images are the bytes.
const KindImage Kind = "image"

// Image describes pictures. They stand before products in a dump, which name them. Nobody is told of
// them all: there are those of products that are not on sale, too.
var Image = Describe[models.Image](Schema{
	Kind: KindImage, Plural: "pictures", Guarded: true,
	Bytes: func(v models.Value) (all []models.Hash) {
		for _, r := range v.(*models.Image).Renditions {
			all = append(all, r.SHA256)
		}
		return all
	},
	Owner: func(v models.Value, _ models.Hash) Owner {
		return Owner{fmt.Sprintf("%s %s", KindImage, v.GetHead().ID), "upload the picture again, or bring them back from a backup"}
	},
	Example: ExampleBy(func(n int) models.Image {
		hash := models.Hash(strings.Repeat(fmt.Sprintf("%016x", n), 4))
		return models.Image{Upload: hash, Width: 4000, Height: 3000, Alt: "mate " + strconv.Itoa(n),
			Renditions: []models.Rendition{{Width: 400, Height: 300, Type: "image/jpeg", Bytes: int64(n)%1000 + 1, SHA256: hash}}}
	}),
})

// imageRefs returns the pictures of the shop's own among addresses.
func imageRefs(sources []string) (refs []Ref) {
	for _, src := range sources {
		if upload, own := models.ImageOf(src); own {
			refs = append(refs, Ref{KindImage, new(upload.ID())})
		}
	}
	return refs
}

// Images keeps bytes outside the feed, each under its own hash. Values name them (Schema.Bytes), and
// whoever makes such a value puts its bytes first, so that what is named is there. Nothing is told of
// them: they never change, and are of use to nobody who has not learnt of their hash.
type Images interface {
	// Put keeps bytes, of which there is at least one. When it returns they are durable, and every
	// process of the store has them. The same again is the same, with a new date.
	Put(context.Context, []byte) (models.Hash, error)

	// Get returns bytes, or ErrNotFound. What is not as it was put is ErrSpoilt.
	Get(context.Context, models.Hash) ([]byte, error)

	// Each visits the hashes of all there are, in no order. An error of the visitor ends it and is
	// returned.
	Each(ctx context.Context, visit func(models.Hash) error) error

	// Remove removes those of the hashes that were put before a time and not since, and returns how
	// many. What is not there counts as not removed.
	Remove(ctx context.Context, hashes []models.Hash, before models.Time) (int, error)
}

// MissingImage is the error about bytes that are not there.
func MissingImage(hash models.Hash) error { return fmt.Errorf("image %s: %w", hash, ErrNotFound) }

// BytesOf yields the hashes that the values of a batch stand for.
func BytesOf(batch Batch) iter.Seq[models.Hash] {
	return func(yield func(models.Hash) bool) {
		for s, v := range batch.All() {
			if s.Bytes == nil {
				continue
			}
			for _, hash := range s.Bytes(v) {
				if !yield(hash) {
					return
				}
			}
		}
	}
}
