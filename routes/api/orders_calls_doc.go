package api

import (
	"github.com/danielgtaylor/huma/v2"

	"pulperia/dao/models"
	"pulperia/routes/document"
)

func repeatable(op *document.Operation) {
	op.Parameter("header", "Idempotency-Key", idempotency, &huma.Schema{Type: huma.TypeString})
}

func (orderRoutes) describePlace(op *document.Operation) {
	op.Is("placeOrder", "orders", "Order what is in a cart",
		"Whoever has the id of a cart may. Each line is looked at again: what is gone, scarcer or costs something else than the buyer saw is 409 `changed`, "+
			"with a `reason` and figures for each line, and nothing is stored. So are `currency`, `delivery`, `tax` (what is added to the prices) and, where nothing "+
			"tells what has changed, `total`: with what it `was` and is `now`. What the buyer saw say `seen` and `X-Position`; without either it is today's price.")
	op.Writes()
	op.Takes(orderPlaceDoc{}, true)
	repeatable(op)
	op.Parameter("header", "X-Position", "Where the feed was when the buyer looked: prices of the lines, of the delivery and taxes are compared with those of then, "+
		"as far as the feed still tells of them.", &huma.Schema{Type: huma.TypeString})
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
	op.TakesFormToo(claimFormDoc{})
	repeatable(op)
	op.AnswersPrivately(200, "The order.", orderAnswerDoc{})
	op.Fails(409)
}

func (orderRoutes) describeList(op *document.Operation) {
	op.Is("listOrders", "orders", "A page of orders", "Newest first.")
	op.Query("state", "Any of these, parted by commas.", anyOf(models.OrderStates()))
	op.Query("payment", "Any of these, parted by commas.", anyOf(models.PaymentStates()))
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
	op.AnswersPrivately(200, "The order, and its link.", linkedAnswerDoc{})
	op.Fails(403, 429, 500, 503)
}
