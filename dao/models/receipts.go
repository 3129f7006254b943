package models

import (
	"slices"
	"strconv"
	"strings"
)

// The limits of receipts.
const (
	MaxReceipts     = 3       // of one order
	MaxReceiptBytes = 5 << 20 // of one, as it is sent
)

// ReceiptTypes are what a receipt may be: a photo, which was encoded anew, or a document as it came.
var ReceiptTypes = []string{"image/jpeg", "image/png", "application/pdf"}

// Receipt is what a buyer has sent to show that he has paid. It belongs to its order, and whoever may
// see that may see it, and nobody else: its bytes are kept so that none of them are found by what they
// are (shop/receipts.go).
type Receipt struct {
	ID     ID     `json:"_id"`
	At     Time   `json:"at"`
	Type   string `json:"type"`   // one of ReceiptTypes
	Upload Hash   `json:"upload"` // of what was sent: sent again it is the same
	SHA256 Hash   `json:"sha256"` // under which its bytes are kept
}

// FileName is how it is called where it is saved: receipt n, from 0, of an order of a number.
func (r Receipt) FileName(number int64, n int) string {
	_, ending, _ := strings.Cut(r.Type, "/")
	if ending == "jpeg" {
		ending = "jpg"
	}
	return "comprobante-" + strconv.FormatInt(number, 10) + "-" + strconv.Itoa(n+1) + "." + ending
}

func (o *Order) checkReceipts(v *Invalid) {
	if n := len(o.Receipts); n > MaxReceipts {
		v.Add("receipts", TooMany, MaxReceipts, strconv.Itoa(n))
	}
	for i, receipt := range o.Receipts {
		field := "receipts[" + strconv.Itoa(i) + "]."
		if receipt.ID.IsZero() {
			v.Add(field+"_id", Required, nil, "")
		}
		if !slices.Contains(ReceiptTypes, receipt.Type) {
			v.Add(field+"type", NotOneOf, strings.Join(ReceiptTypes, ", "), quote(receipt.Type))
		}
		for name, hash := range map[string]Hash{"upload": receipt.Upload, "sha256": receipt.SHA256} {
			if _, err := ParseHash(string(hash)); err != nil {
				v.Add(field+name, NotHash, nil, quote(string(hash)))
			}
		}
	}
}
