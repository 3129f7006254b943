package walk

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// guestVariants are what another program does to variants that it knows of.
var guestVariants = []act{
	{name: "guestChangesVariant", weight: 4, fits: guestHasVaried, do: guestChangesVariant},
	{name: "guestPushesVariant", weight: 3, fits: guestHasVaried, do: guestPushesVariant},
	{name: "guestPullsVariant", weight: 2, fits: guestHasVaried, do: guestPullsVariant},
}

func guestHasVaried(w *walk) bool { return w.onMongoDB() && hasVaried(w) }

// variantDocs are variants as another program writes them.
func (w *walk) variantDocs(variants []variant) (docs bson.A) {
	for _, one := range variants {
		docs = append(docs, bson.D{{Key: "_id", Value: w.objectID(one.ID)}, {Key: "code", Value: one.Code},
			{Key: "options", Value: bson.D{{Key: option, Value: one.Options[option]}}}, {Key: "price", Value: float64(one.Price) / 100},
			{Key: "stock", Value: int32(one.Stock)}, {Key: "counted", Value: true}})
	}
	return docs
}

// guestUpdatesVariants has another program change variants alone: price and stock of the product
// follow.
func (w *walk) guestUpdatesVariants(p product, update bson.D) {
	w.Helper()
	w.broughtForward()
	result, err := w.collection("products").UpdateByID(w.Context(), w.objectID(p.ID), update)
	if err != nil || result.ModifiedCount != 1 {
		w.Fatalf("update of variants of %s: %+v %v", p.ID, result, err)
	}
	w.putVaried(p)
	w.acted = nil
}

func guestChangesVariant(w *walk) {
	p := w.varied()
	at := w.random.IntN(len(p.Variants))
	p = p.changedBy(func(is []variant) []variant {
		is[at].Stock += int64(1 + w.random.IntN(9))
		return is
	})
	w.guestUpdatesVariants(p, bson.D{{Key: "$set", Value: bson.D{{Key: fmt.Sprintf("variants.%d.stock", at), Value: int32(p.Variants[at].Stock)}}}})
}

func guestPushesVariant(w *walk) {
	p := w.varied()
	fresh := w.newVariants(p.Variants, 1)
	if len(fresh) == 0 {
		return
	}
	p = p.changedBy(func(is []variant) []variant { return append(is, fresh...) })
	w.guestUpdatesVariants(p, bson.D{{Key: "$push", Value: bson.D{{Key: "variants", Value: w.variantDocs(fresh)[0]}}}})
}

func guestPullsVariant(w *walk) {
	p := w.varied()
	if len(p.Variants) < 2 {
		return
	}
	out := p.Variants[w.random.IntN(len(p.Variants))]
	p = p.changedBy(func(is []variant) (kept []variant) {
		for _, one := range is {
			if one.ID != out.ID {
				kept = append(kept, one)
			}
		}
		return kept
	})
	w.guestUpdatesVariants(p, bson.D{{Key: "$pull", Value: bson.D{{Key: "variants", Value: bson.D{{Key: "code", Value: out.Code}}}}}})
}
