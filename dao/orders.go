package dao

import (
	"fmt"
	"strconv"

	"pulperia/dao/models"
)

// The kinds of what is bought. None is shared with other programs.
const (
	KindOrder   Kind = "order"
	KindCounter Kind = "counter"
	KindOpen    Kind = "open"
)

// Order describes orders.
var Order = Describe[models.Order](Schema{
	Kind: KindOrder, Plural: "orders", Guarded: true,
	Unique: []Unique{
		UniqueBy("number", func(o *models.Order) string { return strconv.FormatInt(o.Number, 10) }),
		UniqueBy("linkHash", func(o *models.Order) string { return o.LinkHash }),
	},
	Sorts: []Sort{
		SortBy("number", func(o *models.Order) models.SortKey { return models.SortKey{Number: o.Number} }),
		SortBy("until", func(o *models.Order) models.SortKey { return models.SortKey{Number: ends(o)} }),
	},
	Refs: RefsOf(func(o *models.Order) (refs []Ref) {
		for i := range o.Lines {
			refs = append(refs, Ref{KindProduct, &o.Lines[i].Product})
		}
		return refs
	}),
	Bytes: func(v models.Value) (all []models.Hash) {
		for _, receipt := range v.(*models.Order).Receipts {
			all = append(all, receipt.SHA256)
		}
		return all
	},
	Owner:   func(v models.Value, hash models.Hash) Owner { return ownerOfReceipt(v.(*models.Order), hash) },
	Mend:    func(v models.Value) { v.(*models.Order).MendState() },
	Example: ExampleBy(exampleOrder),
})

// Counter describes what steps count with.
var Counter = Describe[models.Counter](Schema{
	Kind: KindCounter, Plural: "counters", Guarded: true,
	Example: ExampleBy(func(n int) models.Counter { return models.Counter{Orders: int64(n)} }),
})

// Open describes who has unpaid orders.
var Open = Describe[models.OpenOrders](Schema{
	Kind: KindOpen, Plural: "opens", Guarded: true, Stays: true,
	Example: ExampleBy(func(n int) models.OpenOrders {
		return models.OpenOrders{Orders: []models.ID{{10: byte(n >> 8), 11: byte(n) | 1<<7}}}
	}),
})

// Never is what an order stands by that does not end by itself, where those that do stand by when.
const Never = 1 << 53

// ends is when an order ends by itself unless something happens before.
func ends(o *models.Order) int64 {
	if !o.EndsByItself() {
		return Never
	}
	return int64(o.Until)
}

func ownerOfReceipt(o *models.Order, hash models.Hash) Owner {
	owner := Owner{what: fmt.Sprintf("order %d", o.Number), remedy: "import a backup that has them (no order changes by that), or ask " +
		o.Buyer.Name + " to send the receipt again, by other means than the order's page where that takes none any more"}
	for i, receipt := range o.Receipts {
		if receipt.SHA256 == hash {
			owner.what = fmt.Sprintf("order %d: receipts[%d] (%s)", o.Number, i, receipt.FileName(o.Number, i))
		}
	}
	return owner
}

func exampleOrder(n int) models.Order {
	return models.Order{
		Number: int64(n) + 1, State: models.OrderPlaced, Cart: models.ID{11: 1},
		RequestHash: exampleHash(n), LinkHash: exampleHash(n),
		Buyer: models.Buyer{Name: "Ana " + strconv.Itoa(n)}, Delivery: models.OrderDelivery{Way: "pickup", Pickup: true},
		Payment: models.OrderPayment{Way: "cash"},
		Lines: []models.OrderLine{
			{Product: models.ID{11: 1}, Code: "Y", Title: "Yerba", Quantity: 2, Unit: 1000, Total: 2000},
		},
		Totals: models.Totals{Items: 2000, Total: 2000},
		Ledger: []models.Fact{}, Receipts: []models.Receipt{},
		History: []models.Event{{What: string(models.OrderPlaced)}},
	}
}
