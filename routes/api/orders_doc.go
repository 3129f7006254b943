package api

import (
	"strings"

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
	Seen     orderSeenDoc     `json:"seen" required:"false" doc:"What the buyer saw. A total wins over X-Position, which then only says what has changed."`
}

type orderSeenDoc struct {
	_     struct{} `json:"-" additionalProperties:"true"`
	Total float64  `json:"total" required:"false" example:"2469"`

	Currency string `json:"currency" required:"false" doc:"In which the total was, as the settings name it. Left out it is taken to be that of when the cart was last changed, or of X-Position." example:"ARS"`
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

// anyOf describes texts of a few, parted by commas.
func anyOf[T ~string](all []T) *huma.Schema {
	var values []string
	for _, value := range all {
		values = append(values, string(value))
	}
	one := "(" + strings.Join(values, "|") + ")"
	return &huma.Schema{Type: huma.TypeString, Pattern: "^" + one + "(," + one + ")*$", Examples: []any{values[0]}}
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
	Events      []staffEventDoc `json:"events" nullable:"false" doc:"The history with who did it. What came back and is in the catalogue no longer, so that it could not be restocked, is named in one whose what is not restocked."`
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

type linkedAnswerDoc struct {
	Status  string        `json:"status" enum:"success"`
	Payload staffOrderDoc `json:"payload"`
	Link    string        `json:"link" doc:"As of an order that was placed; the one before opens nothing." example:"/o/…"`
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
	Amount    float64  `json:"amount" required:"false" exclusiveMinimum:"0" doc:"All that is due when absent."`
	Reference string   `json:"reference" required:"false" maxLength:"100"`
}

type claimDoc struct {
	_         struct{} `json:"-" additionalProperties:"true"`
	Reference string   `json:"reference" required:"false" maxLength:"100"`
}

type claimFormDoc struct {
	_         struct{} `json:"-" additionalProperties:"true"`
	Reference string   `json:"reference" required:"false" maxLength:"100"`
	File      string   `json:"file" required:"false" format:"binary" doc:"The receipt: a JPEG, PNG, WebP, GIF or PDF of at most 5 MB; three of an order."`
}

type refundDoc struct {
	_         struct{}        `json:"-" additionalProperties:"true"`
	Amount    float64         `json:"amount" required:"false" exclusiveMinimum:"0" doc:"What the lines cost when absent: either these or an amount."`
	Lines     []refundLineDoc `json:"lines" required:"false" nullable:"false"`
	Restock   bool            `json:"restock" required:"false" doc:"The pieces of the lines can be sold again. What the catalogue has no longer is not put back, and named in events."`
	Reference string          `json:"reference" required:"false" maxLength:"100"`
}

type refundLineDoc struct {
	_        struct{} `json:"-" additionalProperties:"true"`
	Line     int64    `json:"line" minimum:"0" doc:"From 0."`
	Quantity int64    `json:"quantity" minimum:"1"`
}

const idempotency = "Makes a repetition known: with the same key it is done once."
