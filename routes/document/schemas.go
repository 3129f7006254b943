package document

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The types whose names end in Doc describe JSON for the OpenAPI document; no value of them is ever
// served. What is served is checked against them by a test that walks the document. Answers carry
// few limits: a store may hold what another program wrote.

// Paging is what stands beside the payload of a page. It is exported for the sake of reflection:
// huma passes over embedded types that are not.
type Paging struct {
	Total       int     `json:"total" minimum:"0" doc:"Of all pages. It never contradicts the page; in a database that others write to meanwhile it is an estimate on all but the last page." example:"42"`
	TotalPages  int     `json:"totalPages" minimum:"1" example:"5"`
	Page        int     `json:"page" minimum:"1" example:"2"`
	PrevPage    *int    `json:"prevPage" minimum:"1" example:"1"`
	NextPage    *int    `json:"nextPage" minimum:"1" example:"3"`
	HasPrevPage bool    `json:"hasPrevPage"`
	HasNextPage bool    `json:"hasNextPage"`
	PrevLink    *string `json:"prevLink" example:"/api/products?page=1"`
	NextLink    *string `json:"nextLink" example:"/api/products?page=3"`
}

type failureDoc struct {
	Status  string             `json:"status" enum:"error"`
	Error   string             `json:"error" enum:"invalid,unauthorized,forbidden,not_found,method_not_allowed,conflict,changed,not_allowed,too_large,unsupported_media_type,too_many_requests,internal,unavailable"`
	Message string             `json:"message" doc:"A sentence for a person." example:"Not accepted as sent: price. See details for what is asked for."`
	Details []failureDetailDoc `json:"details" nullable:"false" doc:"Every bad field at once; empty where no field is to blame."`
	Payload any                `json:"payload,omitempty" doc:"Of changed: the value as it is."`
}

type failureDetailDoc struct {
	Field     string   `json:"field" example:"quantity"`
	Reason    string   `json:"reason" example:"must be at most 2: no more of it can be bought; got 3"`
	Available *int64   `json:"available,omitempty" minimum:"0" doc:"Of a quantity that is more than can be bought: how many can. 0: it is sold out or off sale." example:"2"`
	Product   string   `json:"product,omitempty" pattern:"^[0-9a-f]{24}$" doc:"Of a line of a cart that cannot be ordered; the reason is price, gone, short or choose."`
	Variant   string   `json:"variant,omitempty" pattern:"^[0-9a-f]{24}$"`
	Price     *float64 `json:"price,omitempty" minimum:"0" doc:"Of a line of another price: of one, now."`
	Was       any      `json:"was,omitempty" doc:"Of currency, delivery, tax or total, where the buyer saw another one: the code or the amount that he saw."`
	Now       any      `json:"now,omitempty" doc:"And what it is now."`
}

// ID describes an id.
func ID() *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: "^[0-9a-f]{24}$", Examples: []any{"665f1c2ab0e84d3f9a7c1e52"}}
}

// Secret describes what opens an order.
func Secret() *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: "^[a-z2-7]{26}$", Examples: []any{"mzxw6ytboi2dgnbvgy3tqojqmf"}}
}

// GivenID is an id that a client makes or names: that of zeros means none.
type GivenID struct{}

// Schema says so without a look ahead, which not every implementation of patterns has.
func (GivenID) Schema(huma.Registry) *huma.Schema {
	s, digits := ID(), 24
	s.Pattern, s.MinLength, s.MaxLength = "^[0-9a-f]*[1-9a-f][0-9a-f]*$", &digits, &digits
	s.Description = "24 lower-case hex digits, not all of them zeros."
	return s
}

// Whole describes a whole number with its limits and what counts when it is absent.
func Whole(least, most float64, absent int) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeInteger, Minimum: &least, Default: absent}
	if most > 0 {
		s.Maximum = &most
	}
	return s
}

// OneOf describes a text that is one of a few.
func OneOf(values ...any) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Enum: values} }

// Text describes a text that is not empty.
func Text(example string) *huma.Schema {
	least := 1
	return &huma.Schema{Type: huma.TypeString, MinLength: &least, Examples: []any{example}}
}

// schemaName drops the ending that keeps these types apart from those of models.
func schemaName(name string) string { return strings.TrimSuffix(name, "Doc") }
