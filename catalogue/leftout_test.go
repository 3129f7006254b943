package catalogue

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

const pictureRule = "thumbnails must be an absolute path or an http(s) URL of at most 2000 characters; got "

// A product goes in without the part that is none, which is named by line, field and reason. That
// part says nothing about a product that is there.
func TestOneBadPart(t *testing.T) {
	long := strings.Repeat("Título ", 40)
	tests := []struct {
		name, content, note string
		want                models.Product // beside title A, description d, code c, price 1, category x
	}{
		{"stock", csvOf("lots", "x", "active", ""), `2: stock must be a whole number; got "lots": left out, a new product has 0`, models.Product{Status: true}},
		{"part of a piece", csvOf("2.5", "x", "active", ""), `2: stock must be a whole number; got "2.5": left out, a new product has 0`, models.Product{Status: true}},
		{"state", csvOf("7", "x", "maybe", ""), `2: status must be true or false; got "maybe": left out, a new product is off sale`, models.Product{Stock: 7}},
		{"long category", csvOf("7", long, "active", ""), "2: category must have at most 200 characters; got 279: it was cut",
			models.Product{Stock: 7, Status: true, Category: strings.TrimSpace(strings.Repeat("Título ", 28)) + "…"}},
		{"picture", csvOf("7", "x", "active", "javascript:alert(1)"), `2: ` + pictureRule + `"javascript:alert(1)": left out`, models.Product{Stock: 7, Status: true}},
		{"picture without a scheme", csvOf("7", "x", "active", "cdn.example.com/1.jpg"), `2: ` + pictureRule + `"cdn.example.com/1.jpg": left out`, models.Product{Stock: 7, Status: true}},
		{"picture of a folder of theirs", csvOf("7", "x", "active", "foto.jpg"), `2: ` + pictureRule + `"foto.jpg": left out`, models.Product{Stock: 7, Status: true}},
		{"stock of JSON", jsonOf(`"stock":1000000001`), `1: stock must be at most 1000000000; got 1000000001: left out, a new product has 0`, models.Product{Status: true}},
		{"one picture of several", jsonOf(`"stock":7,"thumbnails":["/a.jpg","javascript:x"]`),
			`1: thumbnails[1] must be an absolute path or an http(s) URL of at most 2000 characters; got "javascript:x": left out`,
			models.Product{Stock: 7, Status: true, Thumbnails: []string{"/a.jpg"}}},
		{"pictures that are no list", jsonOf(`"stock":7,"thumbnails":{"a":1}`), `1: thumbnails must be a list; got {"a":1}: left out`, models.Product{Stock: 7, Status: true}},
		{"broken UTF-8 among good", jsonOf("\"stock\":7,\"description\":\"ñandú \xe9\""), "1: description must be valid UTF-8; got \"ñandú \uFFFD\": left out",
			models.Product{Stock: 7, Status: true, Description: "A"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := test.want
			want.Title, want.Code, want.Price = "A", "c", 1000
			if want.Description == "" {
				want.Description = "d"
			}
			if want.Category == "" {
				want.Category = "x"
			}
			want.Normalize()
			_, got, notes := readAll(t, "x", test.content)
			if diff := cmp.Diff([]models.Product{want}, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{test.note}, notes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func csvOf(stock, category, status, picture string) string {
	return "Handle,Title,Body (HTML),Variant SKU,Variant Price,Variant Inventory Qty,Type,Status,Image Src\na,A,d,c,1," +
		stock + "," + category + "," + status + "," + picture + "\n"
}

func jsonOf(fields string) string {
	if !strings.Contains(fields, `"description"`) {
		fields += `,"description":"d"`
	}
	return `[{"title":"A","code":"c","price":1,"category":"x",` + fields + "}]"
}

// A title that is too long is cut at a word; importing again changes nothing, for it is cut alike.
func TestLongTextsAreCut(t *testing.T) {
	html := "<p>" + strings.Repeat("medidas y cuidados. ", 1200) + "</p>"
	_, got, notes := readAll(t, "x", "Handle,Title,Body (HTML),Variant Price,Variant Inventory Qty\nlargo,"+strings.Repeat("Título ", 40)+","+html+",1,1\n")
	if len(got) != 1 || len([]rune(got[0].Title)) > models.MaxLine || len([]rune(got[0].Description)) > models.MaxDescription ||
		!strings.HasSuffix(got[0].Title, "Título…") || len(notes) != 2 {
		t.Errorf("%v, %v", got, notes)
	}
}

// Addresses that browsers understand are written out; several in one cell are several.
func TestPictureAddresses(t *testing.T) {
	for cell, want := range map[string][]string{
		"//cdn.example.com/1.jpg":                                {"https://cdn.example.com/1.jpg"},
		"https://example.com/foto 1.jpg":                         {"https://example.com/foto%201.jpg"},
		`"https://example.com/1.jpg,https://example.com/2.jpg"`:  {"https://example.com/1.jpg", "https://example.com/2.jpg"},
		`"https://example.com/1.jpg, https://example.com/2.jpg"`: {"https://example.com/1.jpg", "https://example.com/2.jpg"},
		`"https://example.com/a,b.jpg"`:                          {"https://example.com/a,b.jpg"},
		"https://example.com/ñandú.jpg":                          {"https://example.com/ñandú.jpg"},
		"no image":                                               {},
	} {
		_, got, notes := readAll(t, "x", "Handle,Title,Variant Price,Image Src\na,A,1,"+cell+"\n")
		if len(got) != 1 || notes != nil || !cmp.Equal(got[0].Thumbnails, want) {
			t.Errorf("%s: %v, %v", cell, got, notes)
		}
	}
}

// A title that stands on every row makes no variants of the rows that only bring pictures.
func TestTitleOnPictureRows(t *testing.T) {
	_, got, notes := readAll(t, "x", "Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty,Image Src\nr,Remera,R1,100,1,/1.jpg\nr,Remera,,,,/2.jpg\n")
	if len(got) != 1 || notes != nil || !cmp.Equal(got[0].Thumbnails, []string{"/1.jpg", "/2.jpg"}) {
		t.Errorf("%v, %v", got, notes)
	}
}

// What is not counted can be bought, what was oversold is sold out, and what is made up is said.
func TestStockThatIsNotCounted(t *testing.T) {
	const header = "Handle,Title,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy"
	for _, test := range []struct {
		content string
		stock   int64
		made    string
	}{
		{header + "\na,A,1,,0,deny\n", models.UncountedStock, Uncounted},
		{header + "\na,A,1,shopify,0,continue\n", models.UncountedStock, Uncounted},
		{header + "\na,A,1,shopify,0,deny\n", 0, ""},
		{header + "\na,A,1,shopify,7,deny\n", 7, ""},
		{header + "\na,A,1,shopify,-3,deny\n", 0, Oversold},
		{header + "\na,A,1,shopify,,deny\n", models.UncountedStock, NoStock},
		{"Handle,Title,Variant Price\na,A,1\n", models.UncountedStock, NoStock},
		{`[{"title":"A","code":"a","price":1}]`, models.UncountedStock, NoStock},
	} {
		var made []string
		var stock int64
		if _, err := Read("x", strings.NewReader(test.content), Options{}, func(e Entry) error {
			whole, said, err := e.Product.Whole()
			for _, note := range e.Notes {
				said = append(said, note.Text)
			}
			stock, made = whole.Stock, said
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if said := strings.Join(made, "\n"); stock != test.stock || !strings.Contains(said, test.made) || test.made == "" && strings.Contains(said, "stock") {
			t.Errorf("%s: %d, %q", test.content, stock, made)
		}
	}
}

// What a file has no column, key or content for leaves a product as it is.
func TestFileSaysOnlyWhatItSays(t *testing.T) {
	there := models.Product{Title: "Vela", Description: "Una", Code: "V1", Price: 10000, Stock: 7, Category: "Hogar", Thumbnails: []string{"/v.jpg"}}
	for content, change := range map[string]func(*models.Product){
		"Handle,Title,Variant SKU,Variant Price\nvela,Vela,V1,12\n":                                         func(p *models.Product) { p.Price = 12000 },
		"Handle,Variant SKU,Variant Inventory Qty\nvela,V1,9\n":                                             func(p *models.Product) { p.Stock = 9 },
		"Handle,Title,Variant SKU,Variant Price,Status,Image Src,Type,Body (HTML)\nvela,,V1,12,,,, \n":      func(p *models.Product) { p.Price = 12000 },
		"Handle,Variant SKU,Variant Price,Published\nvela,V1,,TRUE\n":                                       func(p *models.Product) { p.Status = true },
		`[{"code":"V1","price":12}]`:                                                                        func(p *models.Product) { p.Price = 12000 },
		`[{"code":"V1","title":"","description":null,"price":"","stock":"","category":" ","thumbnail":""}]`: func(*models.Product) {},
		`[{"code":"V1","thumbnails":[]}]`:                                                                   func(p *models.Product) { p.Thumbnails = nil },
		`[{"code":"V1","thumbnails":["javascript:x"],"status":"?","stock":"x"}]`:                            func(*models.Product) {},
		`[{"_id":"660000000000000000000001","rev":4,"code":"V1","status":true}]`:                            func(p *models.Product) { p.Status = true },
	} {
		want := there.Clone()
		change(&want)
		want.Normalize()
		_, err := Read("x", strings.NewReader(content), Options{}, func(e Entry) error {
			if e.Problem != nil {
				return e.Problem
			}
			if diff := cmp.Diff(want, e.Product.Over(there)); diff != "" {
				t.Errorf("%s: %s", content, diff)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", content, err)
		}
	}
}
