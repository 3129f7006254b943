package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/document"
	"pulperia/routes/frame"
)

// ownReceipt is the operation that serves a receipt to who has the order's secret; staffReceipt does
// it to the staff.
func (a *API) ownReceipt(o orderRoutes) Operation {
	return a.receipt(o, func(r *http.Request) (models.Order, error) {
		return o.shop.OwnOrder(r.Context(), r.PathValue("secret"))
	}, "ownReceipt", "A receipt of one's order")
}

func (a *API) staffReceipt(o orderRoutes) Operation {
	return a.receipt(o, func(r *http.Request) (models.Order, error) {
		var wrong models.Invalid
		id := idInPath(r, "oid", &wrong)
		if err := wrong.Err(); err != nil {
			return models.Order{}, err
		}
		return o.shop.Order(r.Context(), frame.WhoFrom(r.Context()), id)
	}, "orderReceipt", "A receipt of an order")
}

func (a *API) receipt(o orderRoutes, find func(*http.Request) (models.Order, error), id, summary string) Operation {
	return Operation{func(w http.ResponseWriter, r *http.Request) {
		order, err := find(r)
		if err == nil {
			err = o.sendReceipt(w, r, order)
		}
		if err != nil {
			a.refuse(w, err)
		}
	}, func(op *document.Operation) {
		op.Is(id, "orders", summary, "As a file to be saved: a photo, encoded anew, or a PDF as it came.")
		op.Fails(429, 500, 503)
		file := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		op.Responses["200"] = &huma.Response{
			Description: "The file.", Headers: document.Headers("X-Request-Id"), Content: map[string]*huma.MediaType{},
		}
		for _, kind := range models.ReceiptTypes {
			op.Responses["200"].Content[kind] = file
		}
	}}
}

// sendReceipt answers with the receipt that the path names.
func (o orderRoutes) sendReceipt(w http.ResponseWriter, r *http.Request, order models.Order) error {
	for i, receipt := range order.Receipts {
		if receipt.ID.String() != r.PathValue("rid") {
			continue
		}
		content, err := o.shop.ReceiptBytes(r.Context(), receipt)
		if err != nil {
			return err
		}
		frame.SendFile(w, receipt.Type, receipt.FileName(order.Number, i), content)
		return nil
	}
	return dao.ErrNotFound
}
