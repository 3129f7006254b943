package api

import (
	"github.com/danielgtaylor/huma/v2"

	"pulperia/dao/models"
	"pulperia/routes/document"
	"pulperia/routes/fields"
)

type cartDoc struct {
	ID        string    `json:"_id" pattern:"^[0-9a-f]{24}$" example:"665f1c2ab0e84d3f9a7c1e53"`
	Products  []itemDoc `json:"products" nullable:"false"`
	CreatedAt string    `json:"createdAt" format:"date-time" example:"2026-11-23T12:00:00.000Z"`
	UpdatedAt string    `json:"updatedAt" format:"date-time" example:"2026-11-23T12:00:00.000Z"`
	Rev       int64     `json:"rev" minimum:"1" doc:"More at every change. 1 when made, unless another value had the id before." example:"1"`
}

type itemDoc struct {
	Product  itemProductDoc `json:"product"`
	Quantity int64          `json:"quantity" minimum:"1" maximum:"1000000" example:"2"`
}

// itemProductDoc is a product's id, or the product where populate asks for it.
type itemProductDoc struct{}

// Schema allows the three.
func (itemProductDoc) Schema(schemas huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: "A product's id; with populate=true the product, null for one that is gone.",
		OneOf:       []*huma.Schema{document.ID(), document.Answer(schemas, fields.Product), {Type: "null"}},
	}
}

type cartAnswerDoc struct {
	Status  string  `json:"status" enum:"success"`
	Payload cartDoc `json:"payload"`
}

type cartListDoc struct {
	Status  string    `json:"status" enum:"success"`
	Payload []cartDoc `json:"payload" nullable:"false"`
	document.Paging
}

type cartItemsDoc struct {
	_        struct{}       `json:"-" additionalProperties:"true"`
	Products []itemInputDoc `json:"products" nullable:"false" maxItems:"500" doc:"A product named twice is added up."`
	Rev      int64          `json:"rev" required:"false" doc:"Change it only if this is still the cart's rev." example:"1"`
}

type itemInputDoc struct{}

func (itemInputDoc) Schema(r huma.Registry) *huma.Schema { return document.Create(r, fields.Item) }

type cartCreateDoc struct {
	_        struct{}         `json:"-" additionalProperties:"true"`
	ID       document.GivenID `json:"_id" required:"false" doc:"Kept when it is free; made when absent."`
	Products []itemInputDoc   `json:"products" required:"false" nullable:"false" maxItems:"500" doc:"A product named twice is added up."`
}

type quantityDoc struct {
	_        struct{} `json:"-" additionalProperties:"true"`
	Quantity int64    `json:"quantity" minimum:"1" maximum:"1000000" example:"2"`
	Rev      int64    `json:"rev" required:"false" doc:"Change it only if this is still the cart's rev." example:"1"`
}

type quantityAddDoc struct {
	_        struct{} `json:"-" additionalProperties:"true"`
	Quantity int64    `json:"quantity" required:"false" default:"1" minimum:"1" maximum:"1000000" example:"2"`
	Rev      int64    `json:"rev" required:"false" doc:"Change it only if this is still the cart's rev." example:"1"`
}

// noMoreThanThereIs is the rule of shop for whoever reads the document.
const noMoreThanThereIs = "No more of a product goes in than can be bought: 400, with how many can in `available`."

func (cartRoutes) describeList(op *document.Operation) {
	op.Is("listCarts", "carts", "A page of carts", "Oldest first. Only for programs on the shop's own machine, because a cart's id opens it.")
	op.Query("limit", "Carts on a page.", document.Whole(1, models.MaxLimit, defaultLimit))
	op.Query("page", "From 1.", document.Whole(1, 0, 1))
	op.Answers(200, "The page.", cartListDoc{})
	op.Fails(403)
}

func (cartRoutes) describeGet(op *document.Operation) {
	op.Is("getCart", "carts", "A cart", "")
	op.Query("populate", "true: whole products in the place of their ids, null for one that is gone.", document.OneOf("true", "false"))
	op.Answers(200, "The cart.", cartAnswerDoc{})
}

func (cartRoutes) describeCreate(op *document.Operation) {
	op.Is("createCart", "carts", "Make a cart",
		"Without a body it is empty. The same id with the same content again adds nothing. "+noMoreThanThereIs)
	op.Takes(cartCreateDoc{}, false)
	op.Answers(201, "The cart, as it is stored.", cartAnswerDoc{})
	op.Answers(200, "It was there already, with this id and this content.", cartAnswerDoc{})
	op.Fails(404, 409)
}

func (cartRoutes) describeReplace(op *document.Operation) {
	op.Is("replaceCart", "carts", "Replace all that is in a cart",
		"A cart can always be sent back as it was read, and become less, be its products gone or scarce. "+noMoreThanThereIs)
	op.Changes()
	op.Fails(409)
	op.Takes(cartItemsDoc{}, true)
	op.Answers(200, "The cart, as it is now.", cartAnswerDoc{})
}

func (cartRoutes) describeEmpty(op *document.Operation) {
	op.Is("emptyCart", "carts", "Empty a cart", "")
	op.Changes()
	op.Answers(200, "The cart, as it is now.", cartAnswerDoc{})
}

func (cartRoutes) describeAdd(op *document.Operation) {
	op.Is("addToCart", "carts", "Add one or more of a product", "Its quantity grows when it is in the cart already. "+noMoreThanThereIs)
	op.Changes()
	op.Fails(409)
	op.Takes(quantityAddDoc{}, false)
	op.Answers(200, "The cart, as it is now.", cartAnswerDoc{})
}

func (cartRoutes) describeSet(op *document.Operation) {
	op.Is("setQuantity", "carts", "Set how many of a product are in a cart",
		"Fewer than there are is always accepted. "+noMoreThanThereIs)
	op.Changes()
	op.Fails(409)
	op.Takes(quantityDoc{}, true)
	op.Answers(200, "The cart, as it is now.", cartAnswerDoc{})
}

func (cartRoutes) describeRemove(op *document.Operation) {
	op.Is("removeFromCart", "carts", "Take a product out of a cart", "One that is not in it leaves the cart as it is.")
	op.Changes()
	op.Answers(200, "The cart, as it is now.", cartAnswerDoc{})
}
