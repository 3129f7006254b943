package main

import "context"

// orders measures what the chapter on orders has: placing.go and the two beside it orders placed beside
// the bare limit, ordersbeside.go the course's last stage beside the peer, orderlists.go what the staff
// lists, and rings.go, in the same shop, how soon its open pages know of an order.
func (b *bench) orders(ctx context.Context, r *report) error {
	for _, part := range []part{b.placingInFiles, b.placingInMongoDB, b.purchases, b.orderLists} {
		if err := part(ctx, r); err != nil {
			return err
		}
	}
	return nil
}
