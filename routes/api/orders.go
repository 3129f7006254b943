package api

import (
	"context"
	"encoding/json"
	"net/http"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/fields"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// Orders are the operations of orders: those of everybody, of who has the secret of one, and of the
// staff.
type Orders struct {
	Place, Purchase                                    Operation
	Own, CancelOwn, ClaimOwn, OwnReceipt, Receipt      Operation
	List, Get, Accept, Ready, Send, Done, Cancel, Note Operation
	Paid, Failed, Refund, Link                         Operation
}

func newOrders(a *API, trade *shop.Shop, clients frame.Clients) Orders {
	r := orderRoutes{trade, clients}
	act := func(verb orderVerb, id, summary, text string) Operation {
		return a.private(r.act(verb), r.describeAct(id, summary, text))
	}
	return Orders{
		Place:      a.placing(r),
		Purchase:   a.private(r.purchase, r.describePurchase),
		Own:        a.private(r.own, r.describeOwn),
		CancelOwn:  a.private(r.cancelOwn, r.describeCancelOwn),
		ClaimOwn:   a.private(r.claimOwn, r.describeClaimOwn),
		OwnReceipt: a.ownReceipt(r),
		Receipt:    a.staffReceipt(r),
		List:       a.orderList(r),
		Get:        a.private(r.get, r.describeGet),
		Accept:     act(trade.AcceptOrder, "acceptOrder", "Take an order on", "From `placed`."),
		Ready:      act(trade.ReadyOrder, "readyOrder", "Say that an order can be picked up", "From `accepted`, where the buyer comes for it."),
		Send:       act(trade.SendOrder, "sendOrder", "Say that an order is on its way", "From `accepted`, where it goes to the buyer. Its pieces are held no longer."),
		Done:       act(trade.FinishOrder, "finishOrder", "Say that the buyer has what he bought", "From `ready` or `sent`."),
		Cancel:     a.private(r.cancel, r.describeCancel),
		Note:       a.private(r.note, r.describeNote),
		Paid:       a.private(r.paid, r.describePaid),
		Failed:     a.private(r.failed, r.describeFailed),
		Refund:     a.private(r.refund, r.describeRefund),
		Link:       a.linking(r),
	}
}

// orderRoutes are orders.
type orderRoutes struct {
	shop    *shop.Shop
	clients frame.Clients
}

// withLink is an order as an answer shows it, and beside it the link that opens it to its buyer.
func withLink(order any, placed shop.Placed) []byte {
	answer := append([]byte(frame.Begin), models.JSON(order)...)
	answer = append(append(answer, `,"link":`...), models.JSON(placed.Link())...)
	return append(answer, frame.End...)
}

// placing is the operation that places.
func (a *API) placing(o orderRoutes) Operation {
	return Operation{func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		placed, receipt, err := o.place(r)
		if err != nil {
			a.refuse(w, err)
			return
		}
		status := http.StatusCreated
		if receipt.Repeated {
			status = http.StatusOK
		}
		if receipt.Position != (dao.Position{}) {
			w.Header().Set("X-Position", receipt.Position.String())
		}
		frame.WriteJSON(w, status, withLink(shop.ShowOrder(placed.Order), placed))
	}, o.describePlace}
}

func (o orderRoutes) place(r *http.Request) (shop.Placed, dao.Receipt, error) {
	var wrong models.Invalid
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return shop.Placed{}, dao.Receipt{}, err
	}
	asked := shop.OrderRequest{Key: r.Header.Get("Idempotency-Key")}
	if len(asked.Key) > maxIdempotencyKey {
		wrong.Add("Idempotency-Key", models.TooLong, maxIdempotencyKey, "")
	}
	body.id("_id", &asked.ID)
	body.require("cart", "buyer", "delivery", "payment")
	body.id("cart", &asked.Cart)
	read(body.child("buyer"), fields.Buyer, fields.Create, &asked.Buyer)
	delivery, payment := body.child("delivery"), body.child("payment")
	delivery.require("way")
	delivery.text("way", &asked.Delivery.Way)
	read(delivery.child("address"), fields.Address, fields.Update, &asked.Delivery.Address)
	payment.require("way")
	payment.text("way", &asked.Payment.Way)
	body.text("note", &asked.Note)
	seen := body.child("seen")
	if seen.has("total") {
		asked.Seen = new(models.Money)
		seen.money("total", asked.Seen)
	}
	if seen.has("currency") {
		asked.SeenIn = new(string)
		seen.text("currency", asked.SeenIn)
	}
	if at := r.Header.Get("X-Position"); at != "" {
		if asked.SeenAt, err = dao.ParsePosition(at); err != nil {
			wrong = append(wrong, models.Problem{Field: "X-Position", Rule: models.NotText, Detail: err.Error()})
		}
	}
	if err := wrong.Err(); err != nil {
		return shop.Placed{}, dao.Receipt{}, err
	}
	placed, receipt, err := o.shop.PlaceOrder(r.Context(), o.clients.Sender(r), asked)
	if asked.ID.IsZero() {
		err = keyUsed(r, err)
	}
	return placed, receipt, err
}

// child reads an object within an object; one that is absent has no fields.
func (o object) child(name string) object {
	raw, is := o.fields[name]
	child := object{prefix: o.prefix + name + ".", wrong: o.wrong}
	if is && (raw[0] != '{' || json.Unmarshal(raw, &child.fields) != nil) {
		o.wrong.Add(o.prefix+name, models.NotObject, nil, shown(raw))
		child.fields = nil
	}
	return child
}

// purchased is the answer of the course's last stage.
type purchased struct {
	Code         string        `json:"code"`
	At           models.Time   `json:"purchase_datetime"`
	Amount       models.Money  `json:"amount"`
	Purchaser    string        `json:"purchaser"`
	NotProcessed []models.Item `json:"notProcessed"`
}

func (o orderRoutes) purchase(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	cart := idInPath(r, "cid", &wrong)
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	bought, _, err := o.shop.PurchaseCart(r.Context(), o.clients.Sender(r), cart)
	answer := purchased{
		shop.CodeOf(bought.Order), bought.Order.CreatedAt, bought.Order.Totals.Total, bought.Purchaser, bought.NotProcessed,
	}
	if answer.NotProcessed == nil {
		answer.NotProcessed = []models.Item{}
	}
	return http.StatusCreated, answer, err
}

// ownHeaders keep what shows an order to its buyer from being found, and its address from being told
// to where he goes next.
func ownHeaders(w http.ResponseWriter) {
	w.Header().Set("X-Robots-Tag", "noindex")
	w.Header().Set("Referrer-Policy", "no-referrer")
}

func (o orderRoutes) own(w http.ResponseWriter, r *http.Request) (int, any, error) {
	ownHeaders(w)
	order, err := o.shop.OwnOrder(r.Context(), r.PathValue("secret"))
	return http.StatusOK, shop.ShowOrder(order), err
}

func (o orderRoutes) cancelOwn(w http.ResponseWriter, r *http.Request) (int, any, error) {
	ownHeaders(w)
	order, _, err := o.shop.CancelOwnOrder(r.Context(), o.clients.Sender(r).Who, r.PathValue("secret"))
	return http.StatusOK, shop.ShowOrder(order), err
}

func (o orderRoutes) claimOwn(w http.ResponseWriter, r *http.Request) (int, any, error) {
	ownHeaders(w)
	claim, err := readOwnClaim(w, r)
	if err != nil {
		return 0, nil, err
	}
	order, _, err := o.shop.ClaimOrder(r.Context(), o.clients.Sender(r).Who, r.PathValue("secret"), claim)
	return http.StatusOK, shop.ShowOrder(order), keyUsed(r, err)
}

// readOwnClaim reads {reference?} as JSON, or as a form with a receipt.
func readOwnClaim(w http.ResponseWriter, r *http.Request) (claim shop.Claim, err error) {
	if frame.IsUpload(r) {
		claim, _, err = frame.ReadClaim(w, r)
		claim.Fact = factOf(r)
		return claim, err
	}
	claim.Money, err = readMoneyFact(r, false)
	return claim, err
}

// readMoneyFact reads {amount?, reference?}. Idempotency-Key makes a repetition known.
func readMoneyFact(r *http.Request, amount bool) (fact shop.Money, err error) {
	var wrong models.Invalid
	body, err := readObject(r, false, &wrong)
	if err != nil {
		return shop.Money{}, err
	}
	fact.Fact = factOf(r)
	body.text("reference", &fact.Reference)
	if amount && body.has("amount") {
		fact.Amount = new(models.Money)
		body.money("amount", fact.Amount)
	}
	return fact, wrong.Err()
}

// orderVerb takes an order one step further.
type orderVerb func(context.Context, shop.Who, models.ID) (models.Order, dao.Receipt, error)

// act is the operation of a verb that takes nothing but an order.
func (o orderRoutes) act(verb orderVerb) doer {
	return func(_ http.ResponseWriter, r *http.Request) (int, any, error) {
		return onOrder(r, func(who shop.Who, id models.ID) (models.Order, dao.Receipt, error) {
			return verb(r.Context(), who, id)
		})
	}
}

// onOrder reads which order the path names, and answers what becomes of it.
func onOrder(r *http.Request, do func(shop.Who, models.ID) (models.Order, dao.Receipt, error)) (int, any, error) {
	var wrong models.Invalid
	id := idInPath(r, "oid", &wrong)
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	order, _, err := do(frame.WhoFrom(r.Context()), id)
	return http.StatusOK, shop.ShowStaffOrder(order), keyUsed(r, err)
}
