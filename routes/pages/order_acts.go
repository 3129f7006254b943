package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// orderAct is a form on the page of an order.
type orderAct struct {
	url.Values
	id  models.ID
	who shop.Who
}

// fact names what a form tells of the order's money: sent twice it is told once, and so it is when two
// of the staff tell of it from the same page.
func (a orderAct) fact(kind string) string {
	return a.id.String() + "-" + typed(a.Values, "rev") + "-" + kind
}

// orderVerb is a verb of the shop that takes no more than the order.
type orderVerb func(*shop.Shop, context.Context, shop.Who, models.ID) (models.Order, dao.Receipt, error)

// OrderStep has an order go on by a verb.
func (p *Pages) OrderStep(verb orderVerb) http.HandlerFunc {
	return p.orderForm(func(ctx context.Context, act orderAct) error {
		_, _, err := verb(p.shop, ctx, act.who, act.id)
		return err
	})
}

// HandOrder hands an order over for the money that is due.
func (p *Pages) HandOrder(w http.ResponseWriter, r *http.Request) {
	p.orderForm(func(ctx context.Context, act orderAct) error {
		_, _, err := p.shop.HandOverOrder(ctx, act.who, act.id, shop.Money{Fact: act.fact("paid")})
		return err
	})(w, r)
}

// PayOrder notes what has come: all that was due, unless an amount is said.
func (p *Pages) PayOrder(w http.ResponseWriter, r *http.Request) {
	p.orderForm(func(ctx context.Context, act orderAct) error {
		money, err := act.money("paid", p.currency(ctx))
		if err == nil {
			_, _, err = p.shop.OrderPaid(ctx, act.who, act.id, money)
		}
		return err
	})(w, r)
}

// FailOrder notes that what the buyer says he has paid has not come.
func (p *Pages) FailOrder(w http.ResponseWriter, r *http.Request) {
	p.orderForm(func(ctx context.Context, act orderAct) error {
		_, _, err := p.shop.OrderFailed(ctx, act.who, act.id, shop.Money{Fact: act.fact("failed")})
		return err
	})(w, r)
}

// CancelOrder ends an order.
func (p *Pages) CancelOrder(w http.ResponseWriter, r *http.Request) {
	p.orderForm(func(ctx context.Context, act orderAct) error {
		_, _, err := p.shop.CancelOrder(ctx, act.who, act.id, act.Get("reason"))
		return err
	})(w, r)
}

// NoteOrder keeps the note that the staff makes for itself.
func (p *Pages) NoteOrder(w http.ResponseWriter, r *http.Request) {
	p.orderForm(func(ctx context.Context, act orderAct) error {
		var was *string
		if act.Has("was") {
			was = new(act.Get("was"))
		}
		_, _, err := p.shop.NoteOrder(ctx, act.who, act.id, act.Get("note"), was)
		return err
	})(w, r)
}

// RefundOrder notes what has gone back: an amount, or some pieces of the lines.
func (p *Pages) RefundOrder(w http.ResponseWriter, r *http.Request) {
	p.orderForm(func(ctx context.Context, act orderAct) error {
		money, err := act.money("refunded", p.currency(ctx))
		problems, _ := errors.AsType[models.Invalid](err)
		refund := shop.Refund{Money: money, Restock: act.Get("restock") == "true"}
		for i := range models.MaxItems {
			name := lineField(i)
			if !act.Has(name) {
				break
			}
			if strings.TrimSpace(act.Get(name)) == "" {
				continue
			}
			n := models.Notation{}.Whole(&problems, name, act.Get(name), models.MaxQuantity)
			if n > 0 {
				refund.Lines = append(refund.Lines, shop.RefundLine{Line: i, Quantity: n})
			}
		}
		if problems != nil {
			return problems
		}
		_, _, err = p.shop.RefundOrder(ctx, act.who, act.id, refund)
		return inForm(err, refund)
	})(w, r)
}

// lineField names the field of a line in the form that gives back.
func lineField(i int) string { return "line" + strconv.Itoa(i) }

// inForm is a refusal of a refund with the fields as the form names them.
func inForm(err error, refund shop.Refund) error {
	problems, is := errors.AsType[models.Invalid](err)
	if !is {
		return err
	}
	named := make(models.Invalid, len(problems))
	for i, problem := range problems {
		named[i] = problem
		for at, line := range refund.Lines {
			if strings.HasPrefix(problem.Field, "lines["+strconv.Itoa(at)+"]") {
				named[i].Field = lineField(line.Line)
			}
		}
	}
	return named
}

// money reads an amount in a currency that may be left out, and what it is known by.
func (a orderAct) money(kind, currency string) (shop.Money, error) {
	money := shop.Money{Fact: a.fact(kind), Reference: a.Get("reference")}
	if text := strings.TrimSpace(a.Get("amount")); text != "" {
		var problems models.Invalid
		amount := models.NotationIn(currency).Money(&problems, "amount", text)
		if problems != nil {
			return money, problems
		}
		money.Amount = &amount
	}
	return money, nil
}

// LinkOrder shows another link for the buyer, once: the one before opens nothing any more.
func (p *Pages) LinkOrder(w http.ResponseWriter, r *http.Request) {
	id, err := pageID(r, "oid")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	placed, err := p.shop.LinkOrder(r.Context(), frame.WhoFrom(r.Context()), id)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	link := p.clients.AddressOf(r) + placed.Link()
	p.refill(w, r, http.StatusOK, "order-desk", orderLink(id), func(ctx context.Context, v *visit) (any, error) {
		v.secret = true
		return p.deskSheet(ctx, v, id, orderAgain{link: link})
	})
}

// EndOrders cancels all open orders like one, which cannot be taken back: so it is asked first.
func (p *Pages) EndOrders(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	id, noID := pageID(r, "oid")
	switch {
	case err != nil || noID != nil:
		p.Fail(w, r, errors.Join(err, noID))
	case !isSure(form):
		p.ask(w, r, form, "orders", orderLink(id))
	default:
		if _, err := p.shop.EndOpenOrders(r.Context(), frame.WhoFrom(r.Context()), id); err != nil {
			p.Fail(w, r, err)
			return
		}
		p.lead(w, r, orderLink(id))
	}
}

// orderForm answers a form of an order's page: it goes back to the page, or shows it again with what
// is wrong and what was typed.
func (p *Pages) orderForm(do func(context.Context, orderAct) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		form, err := readForm(r)
		if err != nil {
			p.Fail(w, r, err)
			return
		}
		act := orderAct{Values: form, who: frame.WhoFrom(r.Context())}
		if act.id, err = pageID(r, "oid"); err == nil {
			err = do(r.Context(), act)
		}
		_, notAllowed := errors.AsType[shop.NotAllowed](err)
		conflict, told := errors.AsType[dao.Conflict](err)
		problems := refusedFields(err)
		switch {
		case notAllowed:
			p.refuseOrder(w, r, act, http.StatusConflict, nil)
		case told && conflict.Field == "_id": // from a page that was about what the order was before
			p.refuseOrder(w, r, act, http.StatusConflict, nil)
		case problems != nil:
			p.refuseOrder(w, r, act, statusOf(problems), problems)
		case err != nil:
			p.Fail(w, r, err)
		default:
			p.lead(w, r, act.back())
		}
	}
}

// back is the page that a form was sent from, where it is none of the order itself.
func (a orderAct) back() string {
	if back := localPath(a.Get("back")); back != "/" {
		return back
	}
	return orderLink(a.id)
}

// refuseOrder shows the page of an order as it is now, with what was typed and what is wrong.
func (p *Pages) refuseOrder(w http.ResponseWriter, r *http.Request, act orderAct, status int, problems models.Invalid) {
	p.refill(w, r, status, "order-desk", orderLink(act.id), func(ctx context.Context, v *visit) (any, error) {
		again := orderAgain{form: typedForm{}, refused: v.voice.Say("desk.notAllowed", nil)}
		if problems != nil {
			again.refused = summaryOf(v.voice, problems)
		}
		o, err := p.shop.Order(ctx, v.who, act.id)
		if err != nil {
			return nil, err
		}
		again.form["note"] = field{Value: o.PrivateNote}
		for name := range act.Values {
			again.form[name] = field{typed(act.Values, name), sayProblem(v.voice, problems, name)}
		}
		again.form["act"] = field{Value: r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]}
		return p.deskSheet(ctx, v, act.id, again)
	})
}
