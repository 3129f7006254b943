package app

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pulperia/dao/models"
	trade "pulperia/shop"
)

// soldOrder is an order as the API shows it to a merchant's own program.
type soldOrder struct {
	ID, Currency string
	Number       int64
	State        models.OrderState
	Payment      struct{ Way string }
	Totals       models.Totals
	Lines        []struct {
		Title, Code string
		Quantity    int64
		Total       models.Money
		Tax         models.LineTax
	}
	Ledger []struct {
		Kind   models.FactKind
		Amount models.Money
	}
}

func (o *soldOrder) sum(kind models.FactKind) (sum models.Money) {
	for _, fact := range o.Ledger {
		if fact.Kind == kind {
			sum += fact.Amount
		}
	}
	return sum
}

func (o *soldOrder) counts() bool {
	return o.State != models.OrderCancelled && o.State != models.OrderExpired
}

// The page of sales and its CSV say what the orders say, to the last unit: in currencies of none, two
// and three decimals, at several rates, with taxes included, added and none, with one rate that was
// changed meanwhile, through payments, refunds of pieces and of amounts, and cancellations, on both
// engines.
func TestSalesSayWhatTheOrdersSay(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Attr("seed", fmt.Sprint(seed))
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		for _, currency := range []string{"CLP", "ARS", "KWD"} {
			s := byOwner(t, newStore(), "--requests-per-minute=0", "--orders-per-hour=0")
			m := &market{Rand: rand.New(rand.NewPCG(seed, 1)), t: t, s: s, unit: models.UnitOf(currency)}
			m.open(currency)
			var said struct{ Payload []soldOrder }
			if err := json.Unmarshal([]byte(s.must(t, "GET", "/api/orders?limit=1000", "")), &said); err != nil || len(said.Payload) != 3*ordersOfMarket {
				t.Fatalf("%d orders: %v", len(said.Payload), err)
			}
			merchant := s.staff(t, "eva@staff.example", models.RoleManager)(t)
			compareSales(t, currency, figuresOfOrders(said.Payload, m.unit), figuresOfPage(t, s.shownTo(t, merchant, "/admin/sales")))
			checkSalesTable(t, currency, said.Payload, s.shownTo(t, merchant, "/admin/sales.csv"))
			s.close()
		}
	})
}

func compareSales(t *testing.T, of string, want, got map[string]int64) {
	t.Helper()
	for name, figure := range want {
		if got[name] != figure {
			t.Errorf("%s: %s is %d on the page, and %d by the orders", of, name, got[name], figure)
		}
	}
	for name, figure := range got {
		if _, is := want[name]; !is {
			t.Errorf("%s: %s is %d on the page, and nothing by the orders", of, name, figure)
		}
	}
}

// market is a shop in which things are bought, paid, given back and cancelled.
type market struct {
	*rand.Rand
	t        *testing.T
	s        *inside
	unit     models.Money
	products []models.Product
}

// ordersOfMarket is how many orders are placed by each of the market's settings.
const ordersOfMarket = 16

func (m *market) open(currency string) {
	rate := func(points int64) []models.Tax {
		return []models.Tax{{Name: "A", Points: points, Default: true}, {Name: "B", Points: 1050}, {Name: "Zero"}}
	}
	m.set(currency, nil) // in which prices are
	for i, tax := range []string{"A", "B", "Zero", ""} {
		p, _, err := m.s.trade.CreateProduct(m.t.Context(), models.Product{
			Title: "P", Code: fmt.Sprint(i), Description: "d", Category: "c", Status: true, Stock: 100_000, Tax: tax,
			Price: m.unit * models.Money(1+m.Int64N(99_999)),
		})
		if err != nil {
			m.t.Fatal(err)
		}
		m.products = append(m.products, p)
	}
	for _, taxes := range [][]models.Tax{nil, rate(2100), rate(1900)} {
		m.set(currency, taxes)
		for i := range ordersOfMarket {
			m.trade(i)
		}
	}
}

// set has the market sell in a currency and by rates of tax, of which the last are added to the prices.
func (m *market) set(currency string, taxes []models.Tax) {
	_, _, err := m.s.trade.ChangeSettings(m.t.Context(), trade.Machine, func(o *models.Settings) error {
		o.Currency, o.Taxes, o.TaxAdded = currency, taxes, taxes != nil && taxes[0].Points == 1900
		o.Payments = []models.Payment{{Way: models.PayCash}, {Way: models.PayTransfer, Accounts: []models.Account{{Name: "Alias", Text: "lo.de.ana"}}}}
		o.Deliveries = []models.Delivery{
			{Way: "pickup", Kind: models.DeliverPickup, Address: "Defensa 1"}, {Way: "zone", Kind: models.DeliverZone, Name: "Moto", Price: 1111 * m.unit},
		}
		return nil
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

// trade places an order, and has happen to it what may.
func (m *market) trade(i int) {
	var items []models.Item
	for _, p := range m.products {
		if n := m.Int64N(5); n > 0 || len(items) == 0 && p.Code == "3" {
			items = append(items, models.Item{Product: p.ID, Quantity: n + 1})
		}
	}
	cart, _, err := m.s.trade.CreateCart(m.t.Context(), models.Cart{Products: items})
	if err != nil {
		m.t.Fatal(err)
	}
	placed, _, err := m.s.trade.PlaceOrder(m.t.Context(), trade.Sender{Who: trade.Machine}, trade.OrderRequest{
		Cart: cart.ID, Buyer: models.Buyer{Name: "Ana"}, Payment: models.OrderPayment{Way: []string{models.PayCash, models.PayTransfer}[m.IntN(2)]},
		Delivery: models.OrderDelivery{Way: []string{"pickup", "zone"}[i%2], Address: models.Address{Street: "Mitre 3"}},
	})
	if err != nil {
		m.t.Fatal(err)
	}
	o := placed.Order
	half := (o.Totals.Total / m.unit / 2) * m.unit
	acts := [][]string{
		{}, {"cancel"}, {"paid"}, {"part", "back"}, {"paid", "back", "cancel"}, {"paid", "cancel"}, {"paid", "over", "piece"}, {"paid", "over", "piece", "all"},
	}[i/2%8]
	for _, act := range acts {
		path, body := act, ""
		switch act {
		case "part":
			path, body = "paid", fmt.Sprintf(`{"amount":%s}`, half)
		case "back":
			path, body = "refund", fmt.Sprintf(`{"amount":%s}`, half/3/m.unit*m.unit+m.unit)
		case "piece":
			path, body = "refund", `{"lines":[{"line":0,"quantity":1}],"restock":true}`
		case "all":
			path, body = "refund", fmt.Sprintf(`{"lines":[{"line":0,"quantity":%d}]}`, o.Lines[0].Quantity-1)
		}
		steps := []string{path}
		if act == "over" {
			steps = []string{"accept", map[bool]string{true: "ready", false: "send"}[o.Delivery.Pickup], "done"}
		}
		for _, step := range steps {
			m.s.must(m.t, "POST", "/api/orders/"+o.ID.String()+"/"+step, body)
		}
	}
}

// figuresOfOrders are those of the page of sales by what the orders say, in units of the currency.
func figuresOfOrders(orders []soldOrder, unit models.Money) map[string]int64 {
	sums, n := map[string]models.Money{}, int64(0)
	for _, o := range slices.DeleteFunc(slices.Clone(orders), func(o soldOrder) bool { return !o.counts() }) {
		n++
		way := map[string]string{models.PayCash: "Cash, when goods are handed over", models.PayTransfer: "Bank transfer"}[o.Payment.Way]
		for name, amount := range map[string]models.Money{
			"Total": o.Totals.Total, "Paid": o.sum(models.FactPaid), "Refunded": o.sum(models.FactRefunded), "Tax": o.Totals.Tax,
			"by-day/0": unit, "by-day/1": o.Totals.Total, "by-way/" + way + "/0": unit, "by-way/" + way + "/1": o.Totals.Total,
			"by-product/Delivery/1": o.Totals.Delivery, "by-tax/Delivery/0": o.Totals.Delivery, "by-tax/Delivery/1": o.Totals.Tax,
		} {
			sums[name] += amount
		}
		for _, line := range o.Lines {
			rate := "No tax"
			if line.Tax.Name != "" {
				rate = fmt.Sprintf("%s %g %%", line.Tax.Name, float64(line.Tax.Rate)/100)
			}
			product := "by-product/" + line.Title + " " + line.Code
			sums[product+"/0"] += models.Money(line.Quantity) * unit
			sums[product+"/1"] += line.Total
			sums["by-tax/"+rate+"/0"] += line.Total
			sums["by-tax/"+rate+"/1"] += line.Tax.Amount
			sums["by-tax/Delivery/1"] -= line.Tax.Amount
		}
	}
	figures := map[string]int64{"Orders": n, "Average of an order": int64((sums["Total"]/models.Money(n) + unit/2) / unit)}
	for name, sum := range sums {
		figures[name] = int64(sum / unit)
	}
	return figures
}
