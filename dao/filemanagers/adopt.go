package filemanagers

import (
	"crypto/rand"
	"encoding/hex"
	"io"
	"slices"

	"pulperia/dao/models"
)

// adopt makes of a folder without store.json, or of one whose files were edited by hand, a store of
// a new epoch. Like a fold it counts from the moment when store.json is written; a crash before
// leaves everything as it was.
func adopt(d disk, c *contents) error {
	next := meta{
		Format: formatVersion, Epoch: newEpoch(), Previous: c.meta.Epoch, Clean: true,
		Offset: max(c.meta.Offset, int64(len(c.said))), Messages: c.meta.Messages,
		Entries: counts{len(c.products), len(c.carts), c.meta.Entries.Messages},
	}
	var err error
	if next.Products, err = writeArray(d, productsFile, c.products, productID); err != nil {
		return err
	}
	if next.Carts, err = writeArray(d, cartsFile, c.carts, cartID); err != nil {
		return err
	}
	moves := []string{productsFile, cartsFile}
	if c.isNew || slices.Contains(c.edited, messagesFile) {
		if next.Messages, err = writeMessages(d, c.said); err != nil {
			return err
		}
		next.Entries.Messages = len(c.said)
		moves = append(moves, messagesFile)
	}
	if err := d.Sync(); err != nil {
		return err
	}
	if err := next.write(d); err != nil {
		return err
	}
	return rename(d, moves)
}

func newEpoch() string {
	var b [4]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func productID(p *models.Product) models.ID { return p.ID }
func cartID(c *models.Cart) models.ID       { return c.ID }

// rename gives files that count by now their lasting names.
func rename(d disk, names []string) error {
	for _, name := range names {
		if err := d.Rename(name+newSuffix, name); err != nil {
			return err
		}
	}
	return d.Sync()
}

// writeArray writes products.json.new or carts.json.new, sorted by id.
func writeArray[T any](d disk, name string, values []*T, id func(*T) models.ID) (vouched, error) {
	slices.SortFunc(values, func(a, b *T) int { return id(a).Compare(id(b)) })
	return writeNew(d, name, func(w io.Writer) error { return models.WriteArray(w, slices.Values(values)) })
}

func writeMessages(d disk, list []foldedMessage) (vouched, error) {
	return writeNew(d, messagesFile, func(w io.Writer) error {
		for _, m := range list {
			if _, err := w.Write(appendFolded(nil, m.Offset, models.JSON(m.Message))); err != nil {
				return err
			}
		}
		return nil
	})
}
