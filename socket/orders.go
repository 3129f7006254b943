package socket

import (
	"encoding/json"
	"slices"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// The topics of orders: of all of them, for the staff, and of one, for who has its secret. In the hub
// the second goes by the secret's hash, which is all that the feed knows.
const (
	topicOrders = "orders"
	ownOrder    = "order:"
)

// isOrderTopic says whether a text names orders, or one by what may be its secret.
func isOrderTopic(topic string) bool {
	secret, own := strings.CutPrefix(topic, ownOrder)
	return topic == topicOrders || own && shop.IsOrderSecret(secret)
}

// heardAs is a topic as the hub knows it.
func heardAs(topic string) string {
	if secret, own := strings.CutPrefix(topic, ownOrder); own {
		return ownOrder + shop.OrderLinkHash(secret)
	}
	return topic
}

// orderNews is what is told of an order, alike to its buyer and to the staff: that there is something
// to look at. What they see of it each asks for as who he is.
type orderNews struct {
	ID      models.ID           `json:"_id"`
	Rev     int64               `json:"rev"`
	Number  int64               `json:"number"`
	State   models.OrderState   `json:"state"`
	Payment models.PaymentState `json:"payment"`
}

// newOrderChange is a change of an order as it is told.
func newOrderChange(epoch string, c dao.Change) *event {
	var o models.Order
	var hashes []string
	if len(c.Doc) > 0 {
		if json.Unmarshal(c.Doc, &o) != nil { // then nobody may see it
			c.Doc = nil
		} else {
			hashes = []string{o.LinkHash, o.LinkBefore()}
			c.Doc = models.JSON(orderNews{c.ID, o.Rev, o.Number, o.State, o.PaymentState()})
		}
	}
	e := newChange(epoch, c)
	for _, hash := range hashes {
		if hash != "" {
			e.also = append(e.also, ownOrder+hash)
		}
	}
	return e
}

// isFor says whether somebody who wants some topics gets the event.
func (e *event) isFor(wants func(topic string) bool) bool {
	return wants(e.topic) || slices.ContainsFunc(e.also, wants)
}
