package frame

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"pulperia/dao/models"
	"pulperia/shop"
)

// errMissing says what there is not. What a secret names has no id that could be told.
func errMissing(missing shop.Missing) string {
	if missing.ID.IsZero() {
		return "There is no such " + missing.Kind + "."
	}
	return "There is no " + missing.Kind + " " + missing.ID.String() + "."
}

// orderProblem turns the refusals about orders into what an answer tells of them.
func orderProblem(err error) (Problem, bool) {
	if changed, is := errors.AsType[shop.OrderChanged](err); is {
		return errOrderChanged(changed), true
	}
	if refused, is := errors.AsType[shop.NotAllowed](err); is {
		return Problem{Status: http.StatusConflict, Code: "not_allowed",
			Message: "Nothing was changed: the order is " + string(refused.State) + ", its payment " + string(refused.Payment) + ".",
			Payload: models.JSON(map[string]string{"state": string(refused.State), "payment": string(refused.Payment)})}, true
	}
	if open, is := errors.AsType[shop.TooManyOpen](err); is {
		return Problem{Status: http.StatusTooManyRequests, Code: "too_many_requests", RetryAfter: open.RetryAfter,
			Message: fmt.Sprintf("There are %d orders that are not paid yet: pay or cancel one of them, or ask the shop.", open.Most)}, true
	}
	if held, is := errors.AsType[shop.InOrders](err); is {
		return Problem{Status: http.StatusConflict, Code: "not_allowed",
			Message: "Nothing was removed: " + held.Error() + ". Take it off sale, or end these orders first."}, true
	}
	return Problem{}, false
}

// errOrderChanged says of each line what it is now, and of the parts of the sum what they were.
func errOrderChanged(changed shop.OrderChanged) Problem {
	p := Problem{Status: http.StatusConflict, Code: "changed",
		Message: "It is no longer as you saw it, and nothing was ordered. See details for each line and each part of the sum that has changed, " +
			"and order again what you still want."}
	for _, line := range changed.Lines {
		detail := failureDetail{
			Field: "lines[" + strconv.Itoa(line.Line) + "]", Reason: line.Reason, Product: line.Product.String(),
		}
		if !line.Variant.IsZero() {
			detail.Variant = line.Variant.String()
		}
		switch line.Reason {
		case shop.RefusedPrice:
			detail.Price = &line.Price
		case shop.RefusedShort:
			detail.Available = json.Number(strconv.FormatInt(line.Available, 10))
		}
		p.Lines = append(p.Lines, detail)
	}
	for _, part := range changed.Parts {
		detail := failureDetail{Field: part.Field, Reason: shop.RefusedPrice, Was: part.Was, Now: part.Now}
		if part.Field == shop.PartCurrency {
			detail.Reason, detail.Was, detail.Now = part.Field, part.WasIn, part.NowIn
		}
		p.Lines = append(p.Lines, detail)
	}
	return p
}
