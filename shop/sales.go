package shop

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"pulperia/dao/models"
)

// MaxSalesDays is how many days sales are added up of at most.
const MaxSalesDays = 366

// Sales are the orders of some days, in one currency, that were neither cancelled nor have expired,
// added up. Each sum of its parts is the total: of days, of ways to pay, and of products, as of rates,
// with the delivery. Tax that is added to prices is in all of them.
type Sales struct {
	Orders   int
	Total    models.Money
	Items    models.Money
	Delivery models.Money
	Tax      models.Money // within the total
	Paid     models.Money // of it
	Refunded models.Money
	Days     []SalesPart // each day there is, by name its date
	Products []SalesPart // the largest first
	Taxes    []SalesTax
	Ways     []SalesPart // of paying

	Currency string  // of all these
	Others   []Sales // in other currencies, which the shop had before: amounts of two cannot be added up

	DeliveryTax *SalesTax // of delivering, whose rate an order does not say; nil where nothing was delivered
}

// SalesPart is what was sold on a day, of a product, or for a way of paying.
type SalesPart struct {
	Name     string
	Code     string // of a product
	Orders   int
	Quantity int64 // of a product
	Total    models.Money
}

// SalesTax is what was sold at a rate.
type SalesTax struct {
	Name  string
	Rate  int64 // basis points
	Total models.Money
	Tax   models.Money
}

// Sales adds up the days from one to another, both included, of a zone: sales.read.
func (s *Shop) Sales(ctx context.Context, who Who, from, to time.Time, zone *time.Location) (Sales, error) {
	currency, err := s.currency(ctx)
	if err != nil {
		return Sales{}, err
	}
	sums := map[string]*salesSum{currency: newSalesSum(from, to, zone)}
	err = s.OrdersOfDays(ctx, who, from, to, func(o models.Order) error {
		if o.State.IsOff() {
			return nil
		}
		if sums[o.Currency] == nil {
			sums[o.Currency] = newSalesSum(from, to, zone)
		}
		sums[o.Currency].take(&o)
		return nil
	})
	whole := sums[currency].whole()
	whole.Currency = currency
	delete(sums, currency)
	for _, code := range slices.Sorted(maps.Keys(sums)) {
		other := sums[code].whole()
		other.Currency = code
		whole.Others = append(whole.Others, other)
	}
	return whole, err
}

// salesChunk is how many orders are read at once.
const salesChunk = 500

// OrdersOfDays visits the orders that were placed from one day to another, both included, in the order
// of their numbers: sales.read. The days begin where from and to do.
func (s *Shop) OrdersOfDays(
	ctx context.Context, who Who, from, to time.Time, visit func(models.Order) error,
) error {
	if err := who.Must(SalesRead); err != nil {
		return err
	}
	first, end := models.TimeOf(from), models.TimeOf(to.AddDate(0, 0, 1))
	var ids []models.ID
	err := s.orders.read(ctx, func() {
		for i := range s.orders.rows {
			if row := &s.orders.rows[i]; row.placed >= first && row.placed < end {
				ids = append(ids, row.id)
			}
		}
	})
	for some := range slices.Chunk(ids, salesChunk) {
		orders, failed := s.ordersOf(ctx, some)
		if failed != nil {
			return failed
		}
		for _, o := range orders {
			if err := visit(o); err != nil {
				return err
			}
		}
	}
	return err
}

// salesSum adds up.
type salesSum struct {
	sales    Sales
	zone     *time.Location
	days     map[string]int // by date, where it stands
	products map[models.Choice]*SalesPart
	taxes    map[SalesTax]*SalesTax // by name and rate
	ways     map[string]*SalesPart
}

func newSalesSum(from, to time.Time, zone *time.Location) *salesSum {
	sum := &salesSum{
		zone: zone, days: map[string]int{}, products: map[models.Choice]*SalesPart{}, taxes: map[SalesTax]*SalesTax{}, ways: map[string]*SalesPart{},
	}
	for day := from; !day.After(to) && len(sum.sales.Days) < MaxSalesDays; day = day.AddDate(0, 0, 1) {
		sum.days[day.Format(time.DateOnly)] = len(sum.sales.Days)
		sum.sales.Days = append(sum.sales.Days, SalesPart{Name: day.Format(time.DateOnly)})
	}
	return sum
}

func (s *salesSum) take(o *models.Order) {
	sales := &s.sales
	sales.Orders++
	sales.Total += o.Totals.Total
	sales.Items += o.Totals.Items
	sales.Delivery += o.Totals.Delivery
	sales.Tax += o.Totals.Tax
	paid, refunded := o.Sums()
	sales.Paid += paid
	sales.Refunded += refunded
	if i, is := s.days[o.CreatedAt.Std().In(s.zone).Format(time.DateOnly)]; is {
		sales.Days[i].Orders++
		sales.Days[i].Total += o.Totals.Total
	}
	way := at(s.ways, o.Payment.Way)
	way.Name = o.Payment.Way
	way.Orders++
	way.Total += o.Totals.Total
	rest := o.Totals.Tax
	for _, line := range o.Lines {
		s.takeLine(line)
		rest -= line.Tax.Amount
	}
	if o.Totals.Delivery > 0 || rest != 0 {
		delivery := at(s.taxes, SalesTax{})
		delivery.Total += o.Totals.Delivery
		delivery.Tax += rest
	}
}

func (s *salesSum) takeLine(line models.OrderLine) {
	product := at(s.products, line.Choice())
	product.Name, product.Code = line.Title, line.Code // as it was called last
	if line.Options != "" {
		product.Name += " – " + line.Options
	}
	product.Orders++
	product.Quantity += line.Quantity
	product.Total += line.Total
	tax := at(s.taxes, SalesTax{Name: cmp.Or(line.Tax.Name, noTax), Rate: line.Tax.Rate})
	tax.Name, tax.Rate = line.Tax.Name, line.Tax.Rate
	tax.Total += line.Total
	tax.Tax += line.Tax.Amount
}

// noTax stands among the rates for lines that have none, and is shown nowhere.
const noTax = "\x00"

// at returns what stands in a map, made if need be.
func at[K comparable, V any](m map[K]*V, key K) *V {
	if m[key] == nil {
		m[key] = new(V)
	}
	return m[key]
}

func (s *salesSum) whole() Sales {
	byTotal := func(a, b SalesPart) int {
		return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Code, b.Code))
	}
	for _, part := range s.products {
		s.sales.Products = append(s.sales.Products, *part)
	}
	for _, part := range s.ways {
		s.sales.Ways = append(s.sales.Ways, *part)
	}
	slices.SortFunc(s.sales.Products, byTotal)
	slices.SortFunc(s.sales.Ways, byTotal)
	delivery := s.taxes[SalesTax{}]
	delete(s.taxes, SalesTax{})
	for _, key := range slices.SortedFunc(maps.Keys(s.taxes), func(a, b SalesTax) int {
		return cmp.Or(cmp.Compare(b.Rate, a.Rate), cmp.Compare(a.Name, b.Name))
	}) {
		s.sales.Taxes = append(s.sales.Taxes, *s.taxes[key])
	}
	s.sales.DeliveryTax = delivery
	return s.sales
}
