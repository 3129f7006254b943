package pages

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"pulperia/dao/models"
	"pulperia/views"
)

// pageSize is how many products a page of the shop shows, unless its address says otherwise.
const (
	pageSize    = 24
	maxPageSize = 96
)

// filter is what the address of a list of products asks for. Its names are those of the API.
type filter struct {
	text, category     string
	minPrice, maxPrice *models.Money
	available          bool
	sort               models.Sort
	page, limit        int
	after              ending // of the page before

	typedText, typedMin, typedMax string
	problems                      models.Invalid
}

// readFilter reads the query of an address, with prices in a currency. Words and prices are typed by
// people, so bad ones are a problem to show beside their field, and a field that is empty, as a form
// sends it, asks for nothing; whatever else cannot be read counts as absent.
func readFilter(values url.Values, currency string) filter {
	f := filter{
		typedText: strings.TrimSpace(typed(values, "q")),
		category:  models.NormalName(typed(values, "category")),
		available: values.Get("available") == "true",
		typedMin:  typed(values, "minPrice"),
		typedMax:  typed(values, "maxPrice"),
		page:      between(values.Get("page"), 1, 1, 1<<31-1),
		limit:     between(values.Get("limit"), pageSize, 1, maxPageSize),
	}
	f.after = parseEnding(values.Get("after"))
	switch strings.ToLower(values.Get("sort")) {
	case "asc", "1":
		f.sort = models.PriceAsc
	case "desc", "-1":
		f.sort = models.PriceDesc
	}
	f.text = f.typedText
	if f.problems, _ = errors.AsType[models.Invalid](f.query().Check()); f.problems.Has("q") {
		f.text = ""
	}
	notation := models.NotationIn(currency)
	notation.LearnMoney(f.typedMin)
	notation.LearnMoney(f.typedMax)
	f.minPrice = f.price(notation, "minPrice", f.typedMin)
	f.maxPrice = f.price(notation, "maxPrice", f.typedMax)
	return f
}

func (f *filter) price(notation models.Notation, name, text string) *models.Money {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	before := len(f.problems)
	price := notation.Money(&f.problems, name, text)
	if len(f.problems) > before {
		return nil
	}
	return &price
}

// between reads a whole number and keeps it between two bounds; without one it is other.
func between(text string, other, least, most int) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return other
	}
	return min(max(n, least), most)
}

// query is what the store is asked. Shoppers see what is on sale, sold out or not, and what is new
// first.
func (f filter) query() models.ProductQuery {
	onSale := true
	return models.ProductQuery{
		Text: f.text, Category: f.category, Status: &onSale, Available: f.available,
		MinPrice: f.minPrice, MaxPrice: f.maxPrice, Sort: f.sort, Backwards: f.sort == models.Oldest, Page: f.page, Limit: f.limit,
	}
}

// filtered says whether anything is left out.
func (f filter) filtered() bool {
	return f.text != "" || f.category != "" || f.available || f.minPrice != nil || f.maxPrice != nil || f.problems != nil
}

// link returns the address of a page of the list. One list has one address, whatever else the
// visitor's holds.
func (f filter) link(page int) string {
	values := url.Values{}
	set := func(name, value string, given bool) {
		if given {
			values.Set(name, value)
		}
	}
	set("q", f.text, f.text != "")
	set("category", f.category, f.category != "")
	set("available", "true", f.available)
	set("sort", string(f.sort), f.sort != models.Oldest)
	set("limit", strconv.Itoa(f.limit), f.limit != pageSize)
	set("page", strconv.Itoa(page), page > 1)
	if f.minPrice != nil {
		values.Set("minPrice", f.minPrice.String())
	}
	if f.maxPrice != nil {
		values.Set("maxPrice", f.maxPrice.String())
	}
	if len(values) == 0 {
		return "/products"
	}
	return "/products?" + values.Encode()
}

// chip is one active filter, with the address of the list without it.
type chip struct{ Label, Without string }

func (f filter) chips(voice *views.Voice) (chips []chip) {
	add := func(label string, drop func(*filter)) {
		rest := f
		drop(&rest)
		chips = append(chips, chip{label, rest.link(1)})
	}
	if f.text != "" {
		add(voice.Say("filter.chip.q", map[string]any{"value": f.text}), func(f *filter) { f.text = "" })
	}
	if f.category != "" {
		add(f.category, func(f *filter) { f.category = "" })
	}
	if f.minPrice != nil {
		label := voice.Say("filter.chip.minPrice", map[string]any{"value": voice.Money(*f.minPrice)})
		add(label, func(f *filter) { f.minPrice = nil })
	}
	if f.maxPrice != nil {
		label := voice.Say("filter.chip.maxPrice", map[string]any{"value": voice.Money(*f.maxPrice)})
		add(label, func(f *filter) { f.maxPrice = nil })
	}
	if f.available {
		add(voice.Say("filter.available", nil), func(f *filter) { f.available = false })
	}
	return chips
}

// filterForm is the filter as its form shows it.
type filterForm struct {
	Q                                string
	Limit                            string
	MinPrice, MaxPrice               field
	Available, Ascending, Descending bool
	Wrong                            bool // a price in it could not be read
}

func (f filter) form(voice *views.Voice) filterForm {
	form := filterForm{
		Q: f.text, Available: f.available, Ascending: f.sort == models.PriceAsc, Descending: f.sort == models.PriceDesc,
		Wrong:    f.problems.Has("minPrice") || f.problems.Has("maxPrice"),
		MinPrice: field{f.typedMin, sayProblem(voice, f.problems, "minPrice")},
		MaxPrice: field{f.typedMax, sayProblem(voice, f.problems, "maxPrice")},
	}
	if f.limit != pageSize {
		form.Limit = strconv.Itoa(f.limit)
	}
	if f.minPrice != nil {
		form.MinPrice.Value = voice.Typed(*f.minPrice)
	}
	if f.maxPrice != nil {
		form.MaxPrice.Value = voice.Typed(*f.maxPrice)
	}
	return form
}
