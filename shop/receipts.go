package shop

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/pictures"
)

// Receipts show that a buyer has paid. Their bytes lie where those of pictures do, each behind a mark
// and some chance: so none has the hash of what it is, a picture of the same content is another one,
// and PictureBytes, which serves everybody, knows them by the mark and has none of them.

// receiptMark begins the bytes of a receipt as they are kept.
var receiptMark = []byte("pulperia receipt\x00")

const receiptChance = 16 // bytes

// Claim is what a buyer says of a payment of his.
type Claim struct {
	Money
	Receipt []byte // a photo or a PDF; nil for none
}

// takeReceipt keeps the bytes of a receipt: of a photo those of the picture that is made of it. What
// is neither, or too large, is refused by the field "file" or as pictures.Refused.
func (s *Shop) takeReceipt(ctx context.Context, o *models.Order, upload []byte) (models.Receipt, error) {
	receipt := models.Receipt{ID: models.NewID(time.Now()), Upload: models.HashOf(upload), Type: "application/pdf"}
	if wanted, err := wantsReceipt(o, receipt); !wanted {
		return receipt, err
	}
	if len(upload) > models.MaxReceiptBytes {
		return receipt, pictures.Refused{Why: pictures.Large, Text: "the file has more than 5 MB: send a smaller photo, or another PDF"}
	}
	content := upload
	if !bytes.HasPrefix(upload, []byte("%PDF-")) {
		made, err := s.maker.Make(ctx, upload)
		if refused, is := errors.AsType[pictures.Refused](err); is && refused.Why == pictures.Unknown {
			refused.Text = "this is no receipt that the shop takes: send a JPEG, PNG, WebP or GIF, or a PDF"
			return receipt, refused
		}
		if err != nil {
			return receipt, err
		}
		widest := made.Renditions[len(made.Renditions)-1]
		receipt.Type, content = widest.Type, widest.Bytes
	}
	kept := slices.Grow(slices.Clone(receiptMark), receiptChance+len(content))
	kept = kept[:len(receiptMark)+receiptChance]
	rand.Read(kept[len(receiptMark):])
	var err error
	receipt.SHA256, err = s.store.Images.Put(ctx, append(kept, content...))
	return receipt, err
}

// ReceiptBytes returns a receipt of an order: whoever may see that.
func (s *Shop) ReceiptBytes(ctx context.Context, receipt models.Receipt) ([]byte, error) {
	kept, err := s.store.Images.Get(ctx, receipt.SHA256)
	if err != nil {
		return nil, err
	}
	if !isReceipt(kept) {
		return nil, dao.MissingImage(receipt.SHA256)
	}
	return kept[len(receiptMark)+receiptChance:], nil
}

func isReceipt(kept []byte) bool {
	return bytes.HasPrefix(kept, receiptMark) && len(kept) > len(receiptMark)+receiptChance
}

// dropReceipt removes the bytes of a receipt that its order did not take: they are nobody else's. What
// cannot be removed goes later, as all that no value names.
func (s *Shop) dropReceipt(ctx context.Context, receipt models.Receipt) {
	_, _ = s.store.Images.Remove(context.WithoutCancel(ctx), []models.Hash{receipt.SHA256}, models.TimeOf(time.Now().Add(time.Minute)))
}

// wantsReceipt says whether an order takes a receipt: not one that it has, nor, which is an error, more
// than so many.
func wantsReceipt(o *models.Order, receipt models.Receipt) (bool, error) {
	switch {
	case slices.ContainsFunc(o.Receipts, func(r models.Receipt) bool { return r.Upload == receipt.Upload }):
		return false, nil
	case len(o.Receipts) >= models.MaxReceipts:
		return false, models.Invalid{{Field: "file", Rule: models.TooMany, Limit: "3"}}
	}
	return true, nil
}

// addReceipt puts a receipt into its order, once.
func addReceipt(tx dao.Tx, o *models.Order, receipt models.Receipt) error {
	if wanted, err := wantsReceipt(o, receipt); !wanted {
		return err
	}
	receipt.At = tx.Now()
	o.Receipts = append(o.Receipts, receipt)
	return nil
}

// neededBytes are those that values stand for: pictures, and orders with receipts.
func (s *Shop) neededBytes(ctx context.Context) (map[models.Hash]bool, error) {
	needed := map[models.Hash]bool{}
	for _, kind := range dao.Kinds() {
		if kind.Bytes == nil {
			continue
		}
		for q := (models.Query{Page: 1, Limit: models.MaxLimit}); ; q.Page++ {
			values, total, err := s.store.Values.List(ctx, kind, q)
			if err != nil {
				return nil, err
			}
			for _, v := range values {
				for _, hash := range kind.Bytes(v) {
					needed[hash] = true
				}
			}
			if q.Page*q.Limit >= total {
				break
			}
		}
	}
	return needed, nil
}
