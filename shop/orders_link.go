package shop

import (
	"context"
	"encoding/base32"
	"strconv"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// secretOf is what opens an order to its buyer. Only the shop can make it, and it makes the same one
// again for who asks for the same order again: so no more than its hash is kept.
func (sign signer) secretOf(o models.Order) string {
	text := o.ID.String() + o.Cart.String()
	if o.Links > 0 {
		text += strconv.FormatInt(o.Links, 10)
	}
	code := base32.StdEncoding.EncodeToString(sign("order", text))
	return strings.ToLower(code[:tokenLength]) // paths of pages do not tell cases apart
}

// IsOrderSecret says whether a text may open an order, as far as its form goes.
func IsOrderSecret(text string) bool {
	return len(text) == tokenLength && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// OrderLinkHash is all that is kept of a secret.
func OrderLinkHash(secret string) string { return hashOf(secret) }

// errNoOrder is what every secret gets that opens none, alike for whatever is wrong with it.
var errNoOrder = Missing{Kind: "order"}

// ownOrder finds the order that a secret opens within a step.
func ownOrder(tx dao.Tx, secret string) (models.Order, error) {
	orders := dao.Order.Within(tx)
	if !IsOrderSecret(secret) {
		return models.Order{}, errNoOrder
	}
	id, err := orders.Owner("linkHash", hashOf(secret))
	if err != nil {
		return models.Order{}, err
	}
	if id.IsZero() {
		return models.Order{}, errNoOrder
	}
	return orders.Get(id)
}

// OwnOrder returns the order that a secret opens, or Missing.
func (s *Shop) OwnOrder(ctx context.Context, secret string) (order models.Order, err error) {
	_, err = s.store.Update(ctx, func(tx dao.Tx) error {
		order, err = ownOrder(tx, secret)
		return err
	})
	return order, err
}

// changeOwnOrder is changeOrder by who has the secret.
func (s *Shop) changeOwnOrder(
	ctx context.Context, who Who, secret string, alter func(dao.Tx, *models.Order) error,
) (changed models.Order, receipt dao.Receipt, err error) {
	receipt, err = s.store.Update(who.With(ctx), func(tx dao.Tx) error {
		order, err := ownOrder(tx, secret)
		if err != nil {
			return err
		}
		changed, err = orderChange{who: who}.apply(tx, order.ID, alter)
		return err
	})
	if err != nil {
		return models.Order{}, dao.Receipt{}, err
	}
	return changed, receipt, nil
}

// LinkOrder makes another secret for an order, and the one before opens nothing any more:
// orders.write.
func (s *Shop) LinkOrder(ctx context.Context, who Who, id models.ID) (placed Placed, err error) {
	sign, err := s.signer(ctx)
	if err != nil {
		return Placed{}, err
	}
	placed.Order, _, err = s.changeOrder(ctx, by(who, OrdersWrite), id, func(tx dao.Tx, o *models.Order) error {
		o.Links++
		placed.Secret = sign.secretOf(*o)
		before := o.LinkHash
		o.LinkHash = hashOf(placed.Secret)
		o.History = append(o.History, models.Event{At: tx.Now(), By: tx.By(), What: models.EventLink, Note: before})
		return nil
	})
	if err != nil {
		return Placed{}, err
	}
	return placed, nil
}
