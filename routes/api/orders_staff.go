package api

import (
	"net/http"
	"slices"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// orderList is the operation that lists.
func (a *API) orderList(o orderRoutes) Operation {
	return Operation{func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		body, err := o.list(r)
		if err != nil {
			a.refuse(w, err)
			return
		}
		frame.WriteJSON(w, http.StatusOK, body)
	}, o.describeList}
}

func (o orderRoutes) list(r *http.Request) ([]byte, error) {
	var wrong models.Invalid
	values := readQuery(r, &wrong)
	q := shop.OrderQuery{
		States:   several(values, "state", models.OrderStates()),
		Payments: several(values, "payment", models.PaymentStates()),
		Text:     values.text("q"),
		Page:     values.whole("page", 1, maxPage, 1),
		Limit:    values.whole("limit", 1, models.MaxLimit, defaultLimit),
	}
	merge(&wrong, models.ProductQuery{Text: q.Text, Limit: 1}.Check())
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	page, err := o.shop.Orders(r.Context(), frame.WhoFrom(r.Context()), q)
	if err != nil {
		return nil, err
	}
	list := make([]shop.StaffOrder, len(page.Orders))
	for i, order := range page.Orders {
		list[i] = shop.ShowStaffOrder(order)
	}
	answer := append([]byte(frame.Begin), models.JSON(list)...)
	return endPage(answer, models.ProductPage{Total: page.Total, Page: page.Page, Limit: page.Limit}, "/api/orders", values.values), nil
}

// maxPage is the last page that anybody can ask for.
const maxPage = 1 << 30

// several reads values that stand one after the other, parted by commas.
func several[T ~string](q query, name string, all []T) (chosen []T) {
	text := q.text(name)
	if text == "" {
		return nil
	}
	for one := range strings.SplitSeq(text, ",") {
		if value := T(strings.TrimSpace(one)); slices.Contains(all, value) {
			chosen = append(chosen, value)
			continue
		}
		names := make([]string, len(all))
		for i, value := range all {
			names[i] = string(value)
		}
		q.wrong.Add(name, models.NotOneOf, strings.Join(names, ", "), quoted([]byte(one)))
		return nil
	}
	return chosen
}

func (o orderRoutes) get(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	return onOrder(r, func(who shop.Who, id models.ID) (models.Order, dao.Receipt, error) {
		order, err := o.shop.Order(r.Context(), who, id)
		return order, dao.Receipt{}, err
	})
}

// readOrderText reads one text of a body.
func readOrderText(r *http.Request, name string) (text string, err error) {
	var wrong models.Invalid
	body, err := readObject(r, false, &wrong)
	if err != nil {
		return "", err
	}
	body.text(name, &text)
	return text, wrong.Err()
}

func (o orderRoutes) cancel(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	reason, err := readOrderText(r, "reason")
	if err != nil {
		return 0, nil, err
	}
	return onOrder(r, func(who shop.Who, id models.ID) (models.Order, dao.Receipt, error) {
		return o.shop.CancelOrder(r.Context(), who, id, reason)
	})
}

func (o orderRoutes) note(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	note, err := readOrderText(r, "note")
	if err != nil {
		return 0, nil, err
	}
	return onOrder(r, func(who shop.Who, id models.ID) (models.Order, dao.Receipt, error) {
		return o.shop.NoteOrder(r.Context(), who, id, note, nil)
	})
}

func (o orderRoutes) paid(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	fact, err := readMoneyFact(r, true)
	if err != nil {
		return 0, nil, err
	}
	return onOrder(r, func(who shop.Who, id models.ID) (models.Order, dao.Receipt, error) {
		return o.shop.OrderPaid(r.Context(), who, id, fact)
	})
}

func (o orderRoutes) failed(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	fact, err := readMoneyFact(r, false)
	if err != nil {
		return 0, nil, err
	}
	return onOrder(r, func(who shop.Who, id models.ID) (models.Order, dao.Receipt, error) {
		return o.shop.OrderFailed(r.Context(), who, id, fact)
	})
}

func (o orderRoutes) refund(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return 0, nil, err
	}
	var refund shop.Refund
	refund.Fact = factOf(r)
	body.text("reference", &refund.Reference)
	body.flag("restock", &refund.Restock)
	if body.has("amount") {
		refund.Amount = new(models.Money)
		body.money("amount", refund.Amount)
	}
	for i, raw := range body.list("lines") {
		entry := body.entry("lines", i, raw)
		line, quantity := int64(0), int64(0)
		entry.require("line", "quantity")
		entry.whole("line", models.MaxItems, &line)
		entry.whole("quantity", models.MaxQuantity, &quantity)
		refund.Lines = append(refund.Lines, shop.RefundLine{Line: int(line), Quantity: quantity})
	}
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	return onOrder(r, func(who shop.Who, id models.ID) (models.Order, dao.Receipt, error) {
		return o.shop.RefundOrder(r.Context(), who, id, refund)
	})
}

// linking is the operation that makes another link.
func (a *API) linking(o orderRoutes) Operation {
	return Operation{func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		placed, err := o.link(r)
		if err != nil {
			a.refuse(w, err)
			return
		}
		frame.WriteJSON(w, http.StatusOK, withLink(shop.ShowStaffOrder(placed.Order), placed))
	}, o.describeLink}
}

func (o orderRoutes) link(r *http.Request) (shop.Placed, error) {
	var wrong models.Invalid
	id := idInPath(r, "oid", &wrong)
	if err := wrong.Err(); err != nil {
		return shop.Placed{}, err
	}
	return o.shop.LinkOrder(r.Context(), frame.WhoFrom(r.Context()), id)
}
