package api

import (
	"github.com/danielgtaylor/huma/v2"

	"pulperia/dao/models"
	"pulperia/routes/document"
	"pulperia/routes/fields"
)

type orderPlaceDoc struct {
	_        struct{}         `json:"-" additionalProperties:"true"`
	ID       document.GivenID `json:"_id" required:"false" doc:"Made by the client: the same again is the same order."`
	Cart     document.GivenID `json:"cart"`
	Buyer    buyerInputDoc    `json:"buyer"`
	Delivery deliveryInputDoc `json:"delivery"`
	Payment  wayDoc           `json:"payment"`
	Note     string           `json:"note" required:"false" maxLength:"1000"`
	Seen     orderSeenDoc     `json:"seen" required:"false" doc:"What the buyer saw; it wins over X-Position."`
}

type orderSeenDoc struct {
	_     struct{} `json:"-" additionalProperties:"true"`
	Total float64  `json:"total" required:"false" example:"2469"`
}

type wayDoc struct {
	_   struct{} `json:"-" additionalProperties:"true"`
	Way string   `json:"way" minLength:"1" doc:"One of those of the settings." example:"cash"`
}

type deliveryInputDoc struct {
	_       struct{}        `json:"-" additionalProperties:"true"`
	Way     string          `json:"way" minLength:"1" doc:"One of those of the settings." example:"pickup"`
	Address addressInputDoc `json:"address" required:"false"`
}

type buyerInputDoc struct{}

func (buyerInputDoc) Schema(r huma.Registry) *huma.Schema { return document.Create(r, fields.Buyer) }

type addressInputDoc struct{}

func (addressInputDoc) Schema(r huma.Registry) *huma.Schema {
	return document.Create(r, fields.Address)
}

type buyerDoc struct{}

func (buyerDoc) Schema(r huma.Registry) *huma.Schema { return document.Answer(r, fields.Buyer) }

type addressDoc struct{}

func (addressDoc) Schema(r huma.Registry) *huma.Schema { return document.Answer(r, fields.Address) }

type orderStateDoc struct{}

func (orderStateDoc) Schema(huma.Registry) *huma.Schema { return oneOf(models.OrderStates()) }

type paymentStateDoc struct{}

func (paymentStateDoc) Schema(huma.Registry) *huma.Schema { return oneOf(models.PaymentStates()) }

func oneOf[T ~string](all []T) *huma.Schema {
	values := make([]any, len(all))
	for i, value := range all {
		values[i] = string(value)
	}
	return document.OneOf(values...)
}

type orderDoc struct {
	ID        string           `json:"_id" pattern:"^[0-9a-f]{24}$"`
	Rev       int64            `json:"rev" minimum:"1"`
	CreatedAt string           `json:"createdAt" format:"date-time"`
	UpdatedAt string           `json:"updatedAt" format:"date-time"`
	Number    int64            `json:"number" minimum:"1" doc:"Unique; without gaps."`
	State     orderStateDoc    `json:"state"`
	Payment   orderPaymentDoc  `json:"payment"`
	Buyer     buyerDoc         `json:"buyer"`
	Delivery  orderDeliveryDoc `json:"delivery"`
	Note      string           `json:"note"`
	Currency  string           `json:"currency"`
	Lines     []orderLineDoc   `json:"lines" nullable:"false"`
	Totals    orderTotalsDoc   `json:"totals"`
	Until     *string          `json:"until" format:"date-time" doc:"When it ends by itself as it stands; null for never."`
	Receipts  []receiptDoc     `json:"receipts" nullable:"false" doc:"That the buyer has sent of his payment."`
	History   []orderEventDoc  `json:"history" nullable:"false"`
}

type receiptDoc struct {
	ID   string `json:"_id" pattern:"^[0-9a-f]{24}$"`
	At   string `json:"at" format:"date-time"`
	Type string `json:"type" enum:"image/jpeg,image/png,application/pdf"`
}

type orderPaymentDoc struct {
	Way   string          `json:"way"`
	State paymentStateDoc `json:"state"`
	Due   float64         `json:"due" minimum:"0"`
}

type orderDeliveryDoc struct {
	Way     string     `json:"way"`
	Name    string     `json:"name"`
	Pickup  bool       `json:"pickup"`
	Place   string     `json:"place" doc:"Where the buyer comes for it."`
	Hours   string     `json:"hours"`
	Address addressDoc `json:"address"`
}

type orderLineDoc struct {
	Product   string      `json:"product" pattern:"^[0-9a-f]{24}$"`
	Variant   string      `json:"variant,omitempty" pattern:"^[0-9a-f]{24}$"`
	Code      string      `json:"code"`
	Title     string      `json:"title"`
	Options   string      `json:"options" example:"M / azul"`
	Thumbnail string      `json:"thumbnail"`
	Quantity  int64       `json:"quantity" minimum:"1"`
	Unit      float64     `json:"unit" minimum:"0"`
	Total     float64     `json:"total" minimum:"0"`
	Tax       orderTaxDoc `json:"tax"`
	Refunded  int64       `json:"refunded" minimum:"0" doc:"Pieces of which the money has gone back."`
}

type orderTaxDoc struct {
	Name   string  `json:"name"`
	Rate   int64   `json:"rate" minimum:"0" doc:"Basis points."`
	Amount float64 `json:"amount" minimum:"0"`
}

type orderTotalsDoc struct {
	Items    float64 `json:"items" minimum:"0"`
	Delivery float64 `json:"delivery" minimum:"0"`
	Tax      float64 `json:"tax" minimum:"0" doc:"In the total."`
	Total    float64 `json:"total" minimum:"0"`
}

type orderEventDoc struct {
	At   string `json:"at" format:"date-time"`
	What string `json:"what" example:"placed"`
}

type staffEventDoc struct {
	At   string `json:"at" format:"date-time"`
	By   string `json:"by" doc:"Who did it; empty for the shop itself."`
	What string `json:"what"`
	Note string `json:"note"`
}

type orderFactDoc struct {
	ID        string  `json:"_id"`
	At        string  `json:"at" format:"date-time"`
	By        string  `json:"by"`
	Kind      string  `json:"kind" enum:"claimed,paid,failed,refunded"`
	Amount    float64 `json:"amount" minimum:"0"`
	Reference string  `json:"reference"`
}

// StaffOrderParts is what only the staff sees of an order. It is exported for the sake of reflection:
// huma passes over embedded types that are not.
type StaffOrderParts struct {
	By          string          `json:"by" doc:"Who placed it."`
	PrivateNote string          `json:"privateNote"`
	Ledger      []orderFactDoc  `json:"ledger" nullable:"false"`
	Events      []staffEventDoc `json:"events" nullable:"false" doc:"The history with who did it."`
}

// OrderParts is what everybody sees of an order who sees it.
type OrderParts orderDoc

type staffOrderDoc struct {
	OrderParts
	StaffOrderParts
}

type orderAnswerDoc struct {
	Status  string   `json:"status" enum:"success"`
	Payload orderDoc `json:"payload"`
}

type placedAnswerDoc struct {
	Status  string   `json:"status" enum:"success"`
	Payload orderDoc `json:"payload"`
	Link    string   `json:"link" doc:"A path of the shop, which opens the order to its buyer." example:"/o/…"`
}

type staffOrderAnswerDoc struct {
	Status  string        `json:"status" enum:"success"`
	Payload staffOrderDoc `json:"payload"`
}

type orderPageDoc struct {
	Status  string          `json:"status" enum:"success"`
	Payload []staffOrderDoc `json:"payload" nullable:"false"`
	document.Paging
}

type purchasedDoc struct {
	Code         string    `json:"code" doc:"The order's number."`
	At           string    `json:"purchase_datetime" format:"date-time"`
	Amount       float64   `json:"amount" minimum:"0"`
	Purchaser    string    `json:"purchaser"`
	NotProcessed []itemDoc `json:"notProcessed" nullable:"false" doc:"What could not be bought, and is in the cart still."`
}

type purchasedAnswerDoc struct {
	Status  string       `json:"status" enum:"success"`
	Payload purchasedDoc `json:"payload"`
}

type orderLinkDoc struct {
	Link string `json:"link" doc:"A path of the shop." example:"/o/…"`
}

type orderLinkAnswerDoc struct {
	Status  string       `json:"status" enum:"success"`
	Payload orderLinkDoc `json:"payload"`
}

type reasonDoc struct {
	_      struct{} `json:"-" additionalProperties:"true"`
	Reason string   `json:"reason" required:"false" maxLength:"1000"`
}

type orderNoteDoc struct {
	_    struct{} `json:"-" additionalProperties:"true"`
	Note string   `json:"note" required:"false" maxLength:"1000"`
}

type paidDoc struct {
	_         struct{} `json:"-" additionalProperties:"true"`
	Amount    float64  `json:"amount" required:"false" doc:"All that is due when absent."`
	Reference string   `json:"reference" required:"false" maxLength:"100"`
}

type claimDoc struct {
	_         struct{} `json:"-" additionalProperties:"true"`
	Reference string   `json:"reference" required:"false" maxLength:"100"`
}

type refundDoc struct {
	_         struct{}        `json:"-" additionalProperties:"true"`
	Amount    float64         `json:"amount" required:"false" doc:"What the lines cost when absent."`
	Lines     []refundLineDoc `json:"lines" required:"false" nullable:"false"`
	Restock   bool            `json:"restock" required:"false" doc:"The pieces of the lines can be sold again."`
	Reference string          `json:"reference" required:"false" maxLength:"100"`
}

type refundLineDoc struct {
	_        struct{} `json:"-" additionalProperties:"true"`
	Line     int64    `json:"line" minimum:"0" doc:"From 0."`
	Quantity int64    `json:"quantity" minimum:"1"`
}

const idempotency = "Makes a repetition known: with the same key it is done once."

func repeatable(op *document.Operation) {
	op.Parameter("header", "Idempotency-Key", idempotency, &huma.Schema{Type: huma.TypeString})
}

func (orderRoutes) describePlace(op *document.Operation) {
	op.Is("placeOrder", "orders", "Order what is in a cart",
		"Whoever has the id of a cart may. Each line is looked at again: what is gone, scarcer or costs something else than the buyer saw is 409 `changed`, "+
			"with a `reason` and figures for each line, and nothing is stored.")
	op.Writes()
	op.Takes(orderPlaceDoc{}, true)
	repeatable(op)
	op.Parameter("header", "X-Position", "Where the feed was when the buyer looked.", &huma.Schema{Type: huma.TypeString})
	op.AnswersPrivately(201, "The order, and its link.", placedAnswerDoc{})
	op.Responses["201"].Headers = document.Headers("X-Request-Id", "X-Position")
	op.Answers(200, "It was placed already, with this id and this content.", placedAnswerDoc{})
	op.Responses["200"].Headers = document.Headers("X-Request-Id")
	op.Fails(404, 409)
}

func (orderRoutes) describePurchase(op *document.Operation) {
	op.Is("purchaseCart", "carts", "Sell a cart over the counter", "What can be bought is sold and handed over at once; the rest stays in the cart.")
	op.AnswersPrivately(201, "The ticket.", purchasedAnswerDoc{})
	op.Fails(409)
}

func (orderRoutes) describeOwn(op *document.Operation) {
	op.Is("ownOrder", "orders", "An order as its buyer sees it", "")
	op.AnswersPrivately(200, "The order.", orderAnswerDoc{})
}

func (orderRoutes) describeCancelOwn(op *document.Operation) {
	op.Is("cancelOwnOrder", "orders", "Cancel one's order", "As long as the shop has not taken it on, and no money has come.")
	op.AnswersPrivately(200, "The order.", orderAnswerDoc{})
	op.Fails(409)
}

func (orderRoutes) describeClaimOwn(op *document.Operation) {
	op.Is("claimOwnOrder", "orders", "Say that one has paid", "The order does not end by itself from then on.")
	op.Takes(claimDoc{}, false)
	repeatable(op)
	op.AnswersPrivately(200, "The order.", orderAnswerDoc{})
	op.Fails(409)
}

func (orderRoutes) describeList(op *document.Operation) {
	op.Is("listOrders", "orders", "A page of orders", "Newest first.")
	op.Query("state", "Any of these, parted by commas.", document.Text(string(models.OrderPlaced)))
	op.Query("payment", "Any of these, parted by commas.", document.Text(string(models.PaymentWaiting)))
	op.Query("q", "A number, or words of a name, a telephone number, an address or a code.", document.Text("ana"))
	op.Query("limit", "Orders on a page.", document.Whole(1, models.MaxLimit, defaultLimit))
	op.Query("page", "From 1.", document.Whole(1, 0, 1))
	op.AnswersPrivately(200, "The page.", orderPageDoc{})
	op.Fails(429, 500, 503)
}

func (orderRoutes) describeGet(op *document.Operation) {
	op.Is("getOrder", "orders", "An order as the staff sees it", "")
	op.AnswersPrivately(200, "The order.", staffOrderAnswerDoc{})
}

// staffActs notes what every act of the staff answers.
func staffActs(op *document.Operation) {
	op.AnswersPrivately(200, "The order, as it is now.", staffOrderAnswerDoc{})
	op.Fails(409)
}

func (orderRoutes) describeAct(id, summary, text string) func(*document.Operation) {
	return func(op *document.Operation) {
		op.Is(id, "orders", summary, text+" What is done already changes nothing; from any other state it is 409 `not_allowed`.")
		staffActs(op)
	}
}

func (orderRoutes) describeCancel(op *document.Operation) {
	op.Is("cancelOrder", "orders", "Cancel an order that was not handed over", "Its pieces can be bought again.")
	op.Takes(reasonDoc{}, false)
	staffActs(op)
}

func (orderRoutes) describeNote(op *document.Operation) {
	op.Is("noteOrder", "orders", "Note something that only the staff sees", "In the place of what was noted before.")
	op.Takes(orderNoteDoc{}, false)
	staffActs(op)
}

func (orderRoutes) describePaid(op *document.Operation) {
	op.Is("orderPaid", "orders", "Note that money has come", "No more than is due.")
	op.Takes(paidDoc{}, false)
	repeatable(op)
	staffActs(op)
}

func (orderRoutes) describeFailed(op *document.Operation) {
	op.Is("orderFailed", "orders", "Note that a payment has not come", "Also of one that was claimed. The order waits for its money as before.")
	op.Takes(claimDoc{}, false)
	repeatable(op)
	staffActs(op)
}

func (orderRoutes) describeRefund(op *document.Operation) {
	op.Is("refundOrder", "orders", "Note that money has gone back", "No more than has come. Pieces that were handed over can be sold again, if the merchant says so.")
	op.Takes(refundDoc{}, true)
	repeatable(op)
	staffActs(op)
}

func (orderRoutes) describeLink(op *document.Operation) {
	op.Is("linkOrder", "orders", "Make another link for its buyer", "The one before opens nothing any more.")
	op.AnswersPrivately(201, "The link.", orderLinkAnswerDoc{})
}
