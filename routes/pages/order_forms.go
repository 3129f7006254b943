package pages

import (
	"errors"
	"net/http"

	"pulperia/dao/models"
	"pulperia/pictures"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// CancelOwnOrder is the buyer's.
func (p *Pages) CancelOwnOrder(w http.ResponseWriter, r *http.Request) {
	_, _, err := p.shop.CancelOwnOrder(r.Context(), p.clients.Sender(r).Who, r.PathValue("secret"))
	p.afterOwn(w, r, err, orderSheet{})
}

// afterOwn leads back to the order, or shows it with why the act was not done.
func (p *Pages) afterOwn(w http.ResponseWriter, r *http.Request, err error, sheet orderSheet) {
	_, notAllowed := errors.AsType[shop.NotAllowed](err)
	picture, noPicture := errors.AsType[pictures.Refused](err)
	wrong := refusedFields(err)
	problem := frame.ProblemOf(err)
	voice := p.stranger(r).voice
	switch {
	case err == nil:
		w.Header().Set("Referrer-Policy", "no-referrer")
		http.Redirect(w, r, "/o/"+r.PathValue("secret"), http.StatusSeeOther)
		return
	case notAllowed:
		sheet.Notice = voice.Say("order.late", nil)
	case noPicture:
		sheet.Claim.Problem = voice.Say("order.file."+string(picture.Why), nil)
	case wrong.Has("file"):
		sheet.Claim.Problem = sayProblem(voice, wrong, "file")
	case wrong.Has("reference"):
		sheet.Claim.Reference.Problem = sayProblem(voice, wrong, "reference")
	case problem.Status == http.StatusRequestEntityTooLarge:
		sheet.Claim.Problem = voice.Say("order.file.large", nil)
	case errors.Is(err, shop.ErrNothingToBuy):
		sheet.Notice = voice.Say("order.nothing", nil)
	default:
		p.Fail(w, r, err)
		return
	}
	p.showOrder(w, r, problem.Status, sheet)
}

// ClaimOwnOrder takes what the buyer says of his transfer, and its receipt.
func (p *Pages) ClaimOwnOrder(w http.ResponseWriter, r *http.Request) {
	claim, err := readClaim(w, r)
	sheet := orderSheet{}
	sheet.Claim.Reference.Value = typed(map[string][]string{"reference": {claim.Reference}}, "reference")
	if err == nil {
		_, _, err = p.shop.ClaimOrder(r.Context(), p.clients.Sender(r).Who, r.PathValue("secret"), claim)
	}
	p.afterOwn(w, r, err, sheet)
}

// readClaim reads the form of a claim, with a file or without.
func readClaim(w http.ResponseWriter, r *http.Request) (shop.Claim, error) {
	claim, fields, err := frame.ReadClaim(w, r)
	if err != nil {
		return claim, err
	}
	if id, wrong := models.ParseID(fields.Get("_id")); wrong == nil {
		claim.Fact = "form " + id.String()
	}
	return claim, nil
}

// OrderAgain puts what was ordered into the visitor's cart, as far as it can still be bought.
func (p *Pages) OrderAgain(w http.ResponseWriter, r *http.Request) {
	r = p.session.BeginVisit(w, r)
	id, _ := models.ParseID(p.held(r, cartCookie))
	cart, err := p.shop.CartOfOrder(r.Context(), r.PathValue("secret"), id)
	if err != nil {
		p.afterOwn(w, r, err, orderSheet{})
		return
	}
	p.keep(w, r, cartCookie, cart.ID.String(), frame.Year)
	p.lead(w, r, "/cart")
}
