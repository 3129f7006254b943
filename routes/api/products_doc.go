package api

import (
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"pulperia/dao/models"
	"pulperia/routes/document"
	"pulperia/routes/fields"
)

func (productRoutes) describeList(op *document.Operation) {
	op.Is("listProducts", "products", "A page of products",
		"Oldest first, or by price. What stands in `query` gives way to a parameter of its own. A page past the end is empty.")
	op.Query("limit", "Products on a page.", document.Whole(1, models.MaxLimit, defaultLimit))
	op.Query("page", "From 1.", document.Whole(1, 0, 1))
	op.Query("sort", "By price; oldest first when absent. `1` and `-1` mean the same, case does not matter.", document.OneOf("asc", "desc", "1", "-1"))
	op.Query("query", "`category:yerbas`, `status:true` or `{\"category\":\"yerbas\",\"status\":true}`; no other key.", document.Text("category:yerbas"))
	op.Query("category", "Exactly this category.", document.Text("yerbas"))
	op.Query("status", "On sale or not.", document.OneOf("true", "false"))
	most, search := models.MaxSearch, document.Text("limon")
	search.MaxLength = &most
	op.Query("q", "At most "+strconv.Itoa(models.MaxSearchWords)+" words of letters and digits: each must begin some word of title, description, code, "+
		"category, tags, vendor, barcode, or of codes and options of variants; accents and case do not matter.", search)
	op.Query("minPrice", "At least this price.", document.Text("100"))
	op.Query("maxPrice", "At most this price.", document.Text("1234.50"))
	op.Query("available", "true: only what is on sale and in stock.", document.OneOf("true", "false"))
	op.Answers(200, "The page.", document.Page(op.Schemas, fields.Product))
}

func (productRoutes) describeGet(op *document.Operation) {
	op.Is("getProduct", "products", "A product", "")
	op.Answers(200, "The product.", document.One(op.Schemas, fields.Product))
}

func (productRoutes) describeCreate(op *document.Operation) {
	op.Is("createProduct", "products", "Add a product", "The same id with the same content again adds nothing.")
	op.Takes(document.Create(op.Schemas, fields.Product), true)
	op.Answers(201, "The product, as it is stored.", document.One(op.Schemas, fields.Product))
	op.Answers(200, "It was there already, with this id and this content.", document.One(op.Schemas, fields.Product))
	op.Fails(409)
}

func (productRoutes) describeUpdate(op *document.Operation) {
	op.Is("updateProduct", "products", "Change a product", "")
	op.Changes()
	op.Takes(document.Update(op.Schemas, fields.Product), true)
	op.Answers(200, "The product, as it is now.", document.One(op.Schemas, fields.Product))
	op.Fails(409)
}

func (productRoutes) describeRemove(op *document.Operation) {
	op.Is("deleteProduct", "products", "Remove a product", "Carts that name it stay as they are. One of which open orders hold pieces stays: it can be taken off sale (`status`).")
	op.Changes()
	op.Fails(409)
	op.Answers(200, "The product, as it was.", document.One(op.Schemas, fields.Product))
}

// stockDoc is one of two changes of a stock.
type stockDoc struct{}

// Schema allows the two.
func (stockDoc) Schema(schemas huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{
		schemas.Schema(reflect.TypeOf(stockAddDoc{}), true, ""), schemas.Schema(reflect.TypeOf(stockCountDoc{}), true, ""),
	}}
}

type stockAddDoc struct {
	_       struct{}         `json:"-" additionalProperties:"true"`
	Variant document.GivenID `json:"variant" required:"false" doc:"Of a product with variants."`
	Add     int64            `json:"add" minimum:"-1000000000" maximum:"1000000000" doc:"So many more; below 0 so many fewer." example:"25"`
}

type stockCountDoc struct {
	_       struct{}         `json:"-" additionalProperties:"true"`
	Variant document.GivenID `json:"variant" required:"false" doc:"Of a product with variants."`
	Set     int64            `json:"set" minimum:"0" maximum:"1000000000" doc:"How many were counted." example:"40"`
	Was     int64            `json:"was" minimum:"0" maximum:"1000000000" doc:"How many there were before that." example:"37"`
}

func (productRoutes) describeCount(op *document.Operation) {
	op.Is("countStock", "products", "Say how many there are", "`add` alone, or `set` with `was`. Where there are not `was` any more, or fewer than are taken away, nothing is changed.")
	op.Takes(stockDoc{}, true)
	op.Answers(200, "The product, as it is now.", document.One(op.Schemas, fields.Product))
	op.Fails(409)
}
