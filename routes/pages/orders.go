package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/views"
)

const (
	ordersPage = "/admin/orders"
	ordersSize = 25
	cardLines  = 3 // lines of an order that its row names
)

// ordersSheet is the list of orders, the newest first.
type ordersSheet struct {
	views.Page
	Tabs     []ordersTab
	Group    string // that is chosen; "" for all
	Q        string
	NoSearch string // what is wrong with the words that were searched for
	States   []stateChoice
	Chosen   bool // some states are
	Total    int64
	Rows     []orderCard
	Pager    pager
	PastEnd  string
	Every    int64 // how many orders there are, whatever was asked for
}

// ordersTab leads to the orders of a group.
type ordersTab struct {
	To, Words string
	N         int64
	Here      bool
}

// stateChoice is a state to be chosen among others.
type stateChoice struct {
	Value, Words string
	Chosen       bool
}

// orderCard is an order in a row.
type orderCard struct {
	ID, Name, To             string
	Number, Rev              int64
	Total                    models.Money
	Currency                 string // of the order
	What                     string // that was bought, in short
	More                     int64  // lines that What does not name
	State, Payment           string // words; Payment is empty where it says nothing
	StateSign, PaymentSign   string // for the style
	Delivered                string // how the goods reach the buyer
	Placed, Ends             moment
	EndsItself, NeedsSomeone bool
}

// moment is a point in time as a page says it: how long ago, and when just.
type moment struct{ Ago, Exact, ISO string }

func momentOf(v *visit, at models.Time) moment {
	if at == 0 {
		return moment{}
	}
	now := time.Now()
	return moment{v.voice.Ago(at, now), v.voice.Moment(at, now), at.Std().UTC().Format(time.RFC3339)}
}

func orderLink(id models.ID) string { return ordersPage + "/" + id.String() }

func orderCardOf(v *visit, o *models.Order) orderCard {
	payment := o.PaymentState()
	card := orderCard{
		ID: o.ID.String(), Name: o.Buyer.Name, To: orderLink(o.ID), Number: o.Number, Rev: o.Rev, Total: o.Totals.Total, Currency: o.Currency,
		State: stateWords(v.voice, o), StateSign: string(o.State), PaymentSign: signOf(payment),
		Placed: momentOf(v, o.CreatedAt), NeedsSomeone: shop.TaskOf(o) != "",
	}
	if tellsPayment(o) && payment != models.PaymentNone || o.State == models.OrderDone && o.Due() > 0 {
		card.Payment = v.voice.Say("desk.payment."+signOf(payment), nil)
	}
	card.Delivered = deliveredWords(v.voice, o)
	if o.EndsByItself() {
		card.Ends, card.EndsItself = momentOf(v, o.Until), true
	}
	var what []string
	for _, line := range o.Lines[:min(cardLines, len(o.Lines))] {
		what = append(what, v.voice.Say("desk.line", map[string]any{"n": line.Quantity, "title": lineTitle(line)}))
	}
	card.What, card.More = strings.Join(what, ", "), int64(max(0, len(o.Lines)-cardLines))
	return card
}

// signOf is a state of payment as a text's key and a style name it.
func signOf(payment models.PaymentState) string {
	return strings.ReplaceAll(string(payment), "partly refunded", "partly")
}

// stateWords says how far an order has come: of one that is delivered it is on its way, or has
// arrived.
func stateWords(voice *views.Voice, o *models.Order) string {
	return voice.Say("desk.state."+string(o.State), nil)
}

func deliveredWords(voice *views.Voice, o *models.Order) string {
	if o.Delivery.Pickup {
		return voice.Say("desk.pickup", nil)
	}
	return voice.Say("desk.delivered", nil)
}

// lineTitle is what a line is called: by its product, and by the variant that was chosen.
func lineTitle(line models.OrderLine) string {
	if line.Options == "" {
		return line.Title
	}
	return line.Title + " – " + line.Options
}

// ordersArgs are what the address of a page of orders says.
type ordersArgs struct {
	group    shop.OrderGroup
	states   []models.OrderState
	text     string
	page     int
	problems models.Invalid
}

func readOrders(query url.Values) ordersArgs {
	args := ordersArgs{text: strings.TrimSpace(typed(query, "q")), page: between(query.Get("page"), 1, 1, 1<<31-1)}
	if group := shop.OrderGroup(query.Get("group")); slices.Contains(shop.OrderGroups(), group) {
		args.group = group
	}
	for _, state := range models.OrderStates() {
		if slices.Contains(query["state"], string(state)) {
			args.states = append(args.states, state)
		}
	}
	args.problems, _ = errors.AsType[models.Invalid](models.ProductQuery{Text: args.text, Limit: 1}.Check())
	return args
}

func (a ordersArgs) link(page int) string {
	query := url.Values{}
	if a.group != "" {
		query.Set("group", string(a.group))
	}
	for _, state := range a.states {
		query.Add("state", string(state))
	}
	if a.text != "" {
		query.Set("q", a.text)
	}
	if page > 1 {
		query.Set("page", strconv.Itoa(page))
	}
	if len(query) == 0 {
		return ordersPage
	}
	return ordersPage + "?" + query.Encode()
}

// Orders shows the orders.
func (p *Pages) Orders(w http.ResponseWriter, r *http.Request) {
	args := readOrders(queryOf(r))
	fill := func(ctx context.Context, v *visit) (any, error) { return p.ordersSheet(ctx, v, args) }
	if args.problems != nil {
		p.refill(w, r, http.StatusBadRequest, "orders", args.link(args.page), fill)
		return
	}
	p.showCounter(w, r, sheet{template: "orders", here: args.link(args.page), private: thisMinute("orders"), fill: fill})
}

// thisMinute keeps apart what a page says at different times: it names how long ago something was.
func thisMinute(page string) string { return page + " " + strconv.FormatInt(time.Now().Unix()/60, 10) }

func (p *Pages) ordersSheet(ctx context.Context, v *visit, args ordersArgs) (any, error) {
	sheet := ordersSheet{
		Page: p.counter(v, v.voice.Say("desk.orders", nil), ordersPage), Group: string(args.group), Q: args.text,
		NoSearch: sayProblem(v.voice, args.problems, "q"), Chosen: len(args.states) > 0,
	}
	for _, state := range models.OrderStates() {
		sheet.States = append(sheet.States, stateChoice{
			string(state), v.voice.Say("desk.state."+string(state), nil), slices.Contains(args.states, state)})
	}
	work, err := p.shop.Work(ctx, v.who, 0, 0)
	if err != nil {
		return nil, err
	}
	sheet.Every = int64(work.Total)
	sheet.Tabs = ordersTabs(v, work, args)
	if args.problems != nil {
		return sheet, nil
	}
	list, err := p.shop.Orders(ctx, v.who, shop.OrderQuery{
		Group: args.group, States: args.states, Text: args.text, Page: args.page, Limit: ordersSize})
	if err != nil {
		return nil, err
	}
	for i := range list.Orders {
		sheet.Rows = append(sheet.Rows, orderCardOf(v, &list.Orders[i]))
	}
	sheet.Total = int64(list.Total)
	sheet.Pager = pagerOf(models.ProductPage{Total: list.Total, Page: list.Page, Limit: list.Limit}, args.link)
	if len(list.Orders) == 0 && list.Total > 0 {
		sheet.PastEnd = args.link(int(sheet.Pager.Pages))
	}
	return sheet, nil
}

// pagerOf is newPager of a list that is found by its page alone.
func pagerOf(page models.ProductPage, link func(page int) string) pager {
	pager := pager{Page: int64(page.Page), Pages: int64(page.TotalPages())}
	pager.Many = pager.Pages > 1
	if page.Prev() > 0 {
		pager.Prev = link(page.Prev())
	}
	if page.Next() > 0 {
		pager.Next = link(page.Next())
	}
	return pager
}

// ordersTabs lead to the groups, and to all.
func ordersTabs(v *visit, work shop.OrdersWork, args ordersArgs) (tabs []ordersTab) {
	for _, group := range append(shop.OrderGroups(), "") {
		n, name := work.Groups[group], string(group)
		if group == "" {
			n, name = work.Total, "all"
		}
		tabs = append(tabs, ordersTab{
			To: ordersArgs{group: group, page: 1}.link(1), Words: v.voice.Say("desk.tab."+name, nil), N: int64(n), Here: group == args.group,
		})
	}
	return tabs
}
