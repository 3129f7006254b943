package models_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pulperia/dao/models"
)

func size(id byte, value string, price models.Money, stock int64) models.Variant {
	return models.Variant{ID: models.ID{id}, Code: "R-" + value, Options: models.Options{{Name: "Talle", Value: value}}, Price: price, Stock: stock}
}

func shirt(variants ...models.Variant) models.Product {
	p := models.Product{ID: models.ID{9}, Title: "Remera", Description: "d", Code: "remera", Status: true, Category: "c", Thumbnails: []string{}, Variants: variants}
	p.Normalize()
	p.Derive()
	return p
}

// A product of before has the JSON form of before, whatever products can have by now.
func TestProductsOfBeforeLookTheSame(t *testing.T) {
	p := models.Product{Title: "T", Description: "d", Code: "C", Price: 1500, Status: true, Stock: 3, Category: "c"}
	p.Normalize()
	want := `{"_id":"000000000000000000000000","title":"T","description":"d","code":"C","price":1.5,"status":true,"stock":3,"category":"c","thumbnails":[],` +
		`"createdAt":"1970-01-01T00:00:00.000Z","updatedAt":"1970-01-01T00:00:00.000Z","rev":0}`
	if got := string(models.JSON(p)); got != want {
		t.Errorf("\ngot  %s\nwant %s", got, want)
	}
}

// What has variants is read back from its JSON form as it was, in the order of its options.
func TestVariantsAreReadBack(t *testing.T) {
	p := shirt(models.Variant{
		ID: models.ID{1}, Code: "A", Options: models.Options{{"Talle", "M"}, {"Color", "azul"}}, Price: 10500, Stock: 2, Thumbnail: "/a.webp", Barcode: "779",
	}, models.Variant{ID: models.ID{2}, Code: "B", Options: models.Options{{"Talle", "L"}, {"Color", "azul"}}, Price: 9900, Uncounted: true})
	p.CompareAt, p.Tags, p.Vendor, p.Barcode = 20000, []string{"verano"}, "Ana", "780"
	p.Normalize()
	text := models.JSON(p)
	if !strings.Contains(string(text), `"options":{"Talle":"M","Color":"azul"},"price":10.5,"stock":2,"counted":true,"thumbnail":"/a.webp","barcode":"779"}`) ||
		!strings.Contains(string(text), `"compareAt":20,"counted":false,"tags":["verano"],"vendor":"Ana","barcode":"780","variants":[`) {
		t.Errorf("%s", text)
	}
	var indented strings.Builder
	models.WriteArray(&indented, slices.Values([]models.Product{p}))
	element := strings.TrimSuffix(strings.TrimPrefix(indented.String(), "[\n  "), "\n]\n")
	for what, form := range map[string]string{"compact": string(text), "in a file": element} {
		got, err := models.DecodeProduct([]byte(form))
		if diff := cmp.Diff(p, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", what, err, diff)
		}
	}
	if got := p.Clone(); !got.Same(p) || &got.Variants[0] == &p.Variants[0] || &got.Variants[0].Options[0] == &p.Variants[0].Options[0] {
		t.Error("a clone differs, or shares something")
	}
}

// Each rule names the field of the variant that breaks it.
func TestRulesOfVariants(t *testing.T) {
	for want, change := range map[string]func(p *models.Product){
		"":                                       func(*models.Product) {},
		"variants too_many 100":                  func(p *models.Product) { p.Variants = slices.Repeat(p.Variants, 51) },
		"variants[1]._id twice":                  func(p *models.Product) { p.Variants[1].ID = p.Variants[0].ID },
		"variants[0]._id required":               func(p *models.Product) { p.Variants[0].ID = models.ID{} },
		"variants[1].code twice":                 func(p *models.Product) { p.Variants[1].Code = "R-M" },
		"variants[0].code twice":                 func(p *models.Product) { p.Variants[0].Code = p.Code },
		"variants[0].code required":              func(p *models.Product) { p.Variants[0].Code = " " },
		"variants[1].options twice":              func(p *models.Product) { p.Variants[1].Options[0].Value = "M" },
		"variants[1].options required":           func(p *models.Product) { p.Variants[1].Options = nil },
		"variants[1].options not_one_of Talle":   func(p *models.Product) { p.Variants[1].Options[0].Name = "Color" },
		"variants[1].options.Talle required":     func(p *models.Product) { p.Variants[1].Options[0].Value = "" },
		"variants[1].options too_many 3":         func(p *models.Product) { p.Variants[1].Options = make(models.Options, 4) },
		"variants[0].stock too_small 0":          func(p *models.Product) { p.Variants[0].Stock = -1 },
		"variants[0].thumbnail not_picture 2000": func(p *models.Product) { p.Variants[0].Thumbnail = "x" },
		"tags too_many 50": func(p *models.Product) {
			for i := range 51 {
				p.Tags = append(p.Tags, strings.Repeat("t", i+1))
			}
		},
		"compareAt not_higher 1": func(p *models.Product) { p.CompareAt = 1000 },
	} {
		p := shirt(size(1, "M", 1000, 2), size(2, "L", 1200, 3))
		change(&p)
		p.Normalize()
		p.Derive()
		var got []string
		broken, _ := p.Check().(models.Invalid)
		for _, problem := range broken {
			got = append(got, strings.TrimSpace(problem.Field+" "+string(problem.Rule)+" "+problem.Limit))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%v, want %s", got, want)
		}
	}
	p := shirt(size(1, "M", 1000, 2))
	p.Price, p.Stock = 1, 1
	if got := p.Check(); got == nil || got.Error() != "price must be left out or 1, which its variants make of it; got 0.001; stock must be left out or 2, which its variants make of it; got 1" {
		t.Errorf("%v", got)
	}
}

// Price and stock follow the variants; who changes these and knows no variants, changes the
// variants.
func TestFiguresOfVariants(t *testing.T) {
	old := shirt(size(1, "M", 1000, 2), size(2, "L", 1200, 3), size(3, "S", 1000, 0))
	for _, tt := range []struct {
		what   string
		change func(p *models.Product)
		prices []models.Money
		stocks []int64
		price  models.Money
		stock  int64
	}{
		{"nothing", func(*models.Product) {}, []models.Money{1000, 1200, 1000}, []int64{2, 3, 0}, 1000, 5},
		{"a variant's price", func(p *models.Product) { p.Variants[1].Price = 900 }, []models.Money{1000, 900, 1000}, []int64{2, 3, 0}, 900, 5},
		{"a variant's stock", func(p *models.Product) { p.Variants[1].Stock = 9 }, []models.Money{1000, 1200, 1000}, []int64{2, 9, 0}, 1000, 11},
		{"the lowest price", func(p *models.Product) { p.Price = 1100 }, []models.Money{1100, 1200, 1100}, []int64{2, 3, 0}, 1100, 5},
		{"above another price", func(p *models.Product) { p.Price = 1500 }, []models.Money{1500, 1500, 1500}, []int64{2, 3, 0}, 1500, 5},
		{"more stock", func(p *models.Product) { p.Stock = 9 }, []models.Money{1000, 1200, 1000}, []int64{6, 3, 0}, 1000, 9},
		{"less stock", func(p *models.Product) { p.Stock = 2 }, []models.Money{1000, 1200, 1000}, []int64{0, 2, 0}, 1000, 2},
		{"sold out", func(p *models.Product) { p.Stock = 0 }, []models.Money{1000, 1200, 1000}, []int64{0, 0, 0}, 1000, 0},
		{"not counted", func(p *models.Product) { p.Variants[0].Uncounted = true }, []models.Money{1000, 1200, 1000}, []int64{models.UncountedStock, 3, 0}, 1000, models.UncountedStock},
	} {
		p := old.Clone()
		tt.change(&p)
		p.Normalize()
		p.Settle(old)
		var prices []models.Money
		var stocks []int64
		for _, v := range p.Variants {
			prices, stocks = append(prices, v.Price), append(stocks, v.Stock)
		}
		if !slices.Equal(prices, tt.prices) || !slices.Equal(stocks, tt.stocks) || p.Price != tt.price || p.Stock != tt.stock || p.CheckChange(old) != nil {
			t.Errorf("%s: %v %v, in all %s and %d (%v)", tt.what, prices, stocks, p.Price, p.Stock, p.CheckChange(old))
		}
	}
}

// Whether stock is counted each variant says for itself: said of the product alone, it is refused, and
// no variant is taken to have a million pieces.
func TestCountedIsOfVariants(t *testing.T) {
	old := shirt(size(1, "M", 1000, 2), size(2, "L", 1200, 3))
	p := old.Clone()
	p.Uncounted = true
	p.Normalize()
	p.Settle(old)
	if err := p.CheckChange(old); err == nil || err.Error() != "counted must be left out or true, which its variants make of it; got false" {
		t.Errorf("%v: %+v", err, p)
	}
}

// Whatever price and stock another program writes, the variants make just that of it, and a second
// look changes nothing.
func TestSpreadIsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := shirt()
		for i := range rapid.IntRange(1, 4).Draw(t, "variants") {
			p.Variants = append(p.Variants, size(byte(i+1), string(rune('A'+i)), models.Money(rapid.Int64Range(0, 5).Draw(t, "price")), rapid.Int64Range(-2, 5).Draw(t, "stock")))
		}
		p.Price, p.Stock = models.Money(rapid.Int64Range(0, 9).Draw(t, "price")), rapid.Int64Range(-5, 20).Draw(t, "stock")
		price, stock := p.Price, p.Stock
		p.Spread()
		again := p.Clone()
		if again.Spread(); !again.Same(p) || p.Price != price || p.Stock != stock {
			t.Fatalf("%+v, and then %+v", p, again)
		}
		if again.Derive(); !again.Same(p) {
			t.Fatalf("%+v is not what its variants make of it", p)
		}
	})
}

// A search finds a product by its variants' codes and options, its tags, vendor and barcode.
func TestWordsOfVariants(t *testing.T) {
	p := shirt(size(1, "XL", 1, 1))
	p.Tags, p.Vendor, p.Barcode = []string{"Algodón", "algodon"}, "Ñandú", "7790001"
	p.Normalize()
	for _, word := range []string{"r", "xl", "talle", "algodon", "nandu", "7790001"} {
		if !slices.Contains(p.Words(), word) {
			t.Errorf("no %s in %v", word, p.Words())
		}
	}
	if len(p.Tags) != 1 {
		t.Errorf("two spellings of one tag: %v", p.Tags)
	}
}

// Variants keep their ids by their codes, and the others get the same ones whenever a step runs.
func TestIdentify(t *testing.T) {
	old := shirt(size(1, "M", 1, 1), size(2, "L", 1, 1))
	now := shirt(size(0, "L", 1, 1), size(0, "S", 1, 1), size(3, "M", 1, 1), size(0, "XS", 1, 1))
	now.Identify(old, func(n int) models.ID { return models.ID{byte(10 + n)} })
	var got []byte
	for _, v := range now.Variants {
		got = append(got, v.ID[0])
	}
	if !slices.Equal(got, []byte{2, 10, 3, 11}) {
		t.Errorf("%v", got)
	}
}

// What is not a variant's JSON form is refused and takes nothing down.
func FuzzVariantJSON(f *testing.F) {
	f.Add(`{"_id":"665f1c2ab0e84d3f9a7c1e52","code":"A","options":{"Talle":"M"},"price":1,"stock":2,"counted":false}`)
	f.Add(`{"options":{"a":{"b":"c"}}}`)
	f.Add(`{"options":{"a":"1","a":"2"},"counted":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		var p models.Product
		if json.Unmarshal([]byte(`{"variants":[`+text+`]}`), &p) != nil {
			return
		}
		p.Normalize()
		p.Derive()
		p.Check()
		again, err := models.DecodeProduct(models.JSON(p))
		if again.Derive(); err != nil || !again.Same(p) {
			t.Fatalf("%s is read as %s (%v)", models.JSON(p), models.JSON(again), err)
		}
	})
}
