package shop

import (
	"pulperia/dao"
	"pulperia/dao/models"
)

// OrderRequest is what a buyer asks for. The same again, under the same id or key, is the same
// order.
type OrderRequest struct {
	ID       models.ID // made by the client; zero for a new one
	Key      string    // stands for an id: of the header Idempotency-Key
	Cart     models.ID
	Buyer    models.Buyer
	Delivery models.OrderDelivery // its way and its address
	Payment  models.OrderPayment  // its way
	Note     string
	Seen     *models.Money // the total that the buyer saw; nil where he does not say
	SeenIn   *string       // the currency in which he saw it; nil where he does not say
	SeenAt   dao.Position  // where the feed was when he looked; zero where he does not say
}

// draft is the order as far as the buyer says it.
func (r OrderRequest) draft() models.Order {
	o := models.Order{
		State: models.OrderPlaced, Cart: r.Cart, Buyer: r.Buyer,
		Delivery: models.OrderDelivery{Way: r.Delivery.Way, Address: r.Delivery.Address},
		Payment:  models.OrderPayment{Way: r.Payment.Way}, Note: r.Note,
	}
	o.Normalize()
	return o
}

// Check lists what is wrong with what the buyer says of himself and of the way to him.
func (r OrderRequest) Check() models.Invalid {
	return checkAsked(r.draft())
}

func checkAsked(o models.Order) models.Invalid {
	wrong := o.CheckAsked()
	wrong.CheckHidden("note", o.Note)
	return wrong
}
