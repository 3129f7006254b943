package api

import (
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"pulperia/dao/models"
	"pulperia/routes/document"
)

type productDoc struct {
	ID          string   `json:"_id" pattern:"^[0-9a-f]{24}$" example:"665f1c2ab0e84d3f9a7c1e52"`
	Title       string   `json:"title" example:"Yerba mate 1 kg"`
	Description string   `json:"description" example:"Molienda gruesa, estacionada doce meses."`
	Code        string   `json:"code" doc:"Unique in the shop; exact, case-sensitive." example:"YM-1000"`
	Price       float64  `json:"price" doc:"In the shop's one currency, with at most two decimals." example:"1234.5"`
	Status      bool     `json:"status" doc:"false takes it off sale." example:"true"`
	Stock       int64    `json:"stock" example:"7"`
	Category    string   `json:"category" example:"almacén"`
	Thumbnails  []string `json:"thumbnails" nullable:"false" doc:"Absolute paths on this server, or http(s) URLs." example:"/img/yerba.webp"`
	CreatedAt   string   `json:"createdAt" format:"date-time" example:"2026-11-23T12:00:00.000Z"`
	UpdatedAt   string   `json:"updatedAt" format:"date-time" example:"2026-11-23T12:00:00.000Z"`
	Rev         int64    `json:"rev" minimum:"1" doc:"More at every change. 1 when made, unless another value had the id before." example:"1"`
}

// ProductFields is exported for the sake of reflection: huma passes over embedded types that are
// not.
type ProductFields struct {
	Title       string       `json:"title" minLength:"1" maxLength:"200" example:"Yerba mate 1 kg"`
	Description string       `json:"description" minLength:"1" maxLength:"5000" example:"Molienda gruesa, estacionada doce meses."`
	Code        string       `json:"code" minLength:"1" maxLength:"200" doc:"Unique in the shop; exact, case-sensitive." example:"YM-1000"`
	Price       float64      `json:"price" minimum:"0" maximum:"10000000000" doc:"At most two decimals." example:"1234.5"`
	Status      bool         `json:"status" required:"false" default:"true" example:"true"`
	Stock       int64        `json:"stock" minimum:"0" maximum:"1000000000" example:"7"`
	Category    string       `json:"category" minLength:"1" maxLength:"200" example:"almacén"`
	Thumbnails  []string     `json:"thumbnails" required:"false" nullable:"false" maxItems:"20" maxLength:"2000" doc:"Absolute paths on this server, or http(s) URLs; none when absent." example:"/img/yerba.webp"`
	Thumbnail   thumbnailDoc `json:"thumbnail" required:"false"`
}

type productCreateDoc struct {
	_  struct{}         `json:"-" additionalProperties:"true"`
	ID document.GivenID `json:"_id" required:"false" doc:"Kept when it is free; made when absent."`
	ProductFields
}

type productUpdateDoc struct {
	ProductFields
	Rev int64 `json:"rev" doc:"Change it only if this is still its rev." example:"1"`
}

// TransformSchema makes every field optional: an update takes any subset of them.
func (productUpdateDoc) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Required = nil
	s.AdditionalProperties = true
	s.Description = "Any subset of a product's fields. Others are ignored; `_id` never changes."
	return s
}

// thumbnailDoc is the other spelling of thumbnails.
type thumbnailDoc struct{}

// Schema allows a string as well as a list of strings.
func (thumbnailDoc) Schema(huma.Registry) *huma.Schema {
	most, longest := models.MaxThumbnails, models.MaxThumbnail
	picture := &huma.Schema{Type: huma.TypeString, MaxLength: &longest}
	return &huma.Schema{
		Description: "Another spelling of `thumbnails`; without meaning where `thumbnails` is there too.",
		OneOf:       []*huma.Schema{picture, {Type: huma.TypeArray, MaxItems: &most, Items: picture}},
	}
}

type productAnswerDoc struct {
	Status  string     `json:"status" enum:"success"`
	Payload productDoc `json:"payload"`
}

type productListDoc struct {
	Status  string       `json:"status" enum:"success"`
	Payload []productDoc `json:"payload" nullable:"false"`
	document.Paging
}

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
	op.Query("q", "At most "+strconv.Itoa(models.MaxSearchWords)+" words of letters and digits: each must begin some word of title, description, code or "+
		"category; accents and case do not matter.", search)
	op.Query("minPrice", "At least this price.", document.Text("100"))
	op.Query("maxPrice", "At most this price.", document.Text("1234.50"))
	op.Query("available", "true: only what is on sale and in stock.", document.OneOf("true", "false"))
	op.Answers(200, "The page.", productListDoc{})
}

func (productRoutes) describeGet(op *document.Operation) {
	op.Is("getProduct", "products", "A product", "")
	op.Answers(200, "The product.", productAnswerDoc{})
}

func (productRoutes) describeCreate(op *document.Operation) {
	op.Is("createProduct", "products", "Add a product", "The same id with the same content again adds nothing.")
	op.Takes(productCreateDoc{}, true)
	op.Answers(201, "The product, as it is stored.", productAnswerDoc{})
	op.Answers(200, "It was there already, with this id and this content.", productAnswerDoc{})
	op.Fails(409)
}

func (productRoutes) describeUpdate(op *document.Operation) {
	op.Is("updateProduct", "products", "Change a product", "")
	op.Changes()
	op.Takes(productUpdateDoc{}, true)
	op.Answers(200, "The product, as it is now.", productAnswerDoc{})
	op.Fails(409)
}

func (productRoutes) describeRemove(op *document.Operation) {
	op.Is("deleteProduct", "products", "Remove a product", "Carts that name it stay as they are.")
	op.Changes()
	op.Answers(200, "The product, as it was.", productAnswerDoc{})
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
	_   struct{} `json:"-" additionalProperties:"true"`
	Add int64    `json:"add" minimum:"-1000000000" maximum:"1000000000" doc:"So many more; below 0 so many fewer." example:"25"`
}

type stockCountDoc struct {
	_   struct{} `json:"-" additionalProperties:"true"`
	Set int64    `json:"set" minimum:"0" maximum:"1000000000" doc:"How many were counted." example:"40"`
	Was int64    `json:"was" minimum:"0" maximum:"1000000000" doc:"How many there were before that." example:"37"`
}

func (productRoutes) describeCount(op *document.Operation) {
	op.Is("countStock", "products", "Say how many there are", "`add` alone, or `set` with `was`. Where there are not `was` any more, or fewer than are taken away, nothing is changed.")
	op.Takes(stockDoc{}, true)
	op.Answers(200, "The product, as it is now.", productAnswerDoc{})
	op.Fails(409)
}
