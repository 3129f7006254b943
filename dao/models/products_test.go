package models_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"pulperia/dao/models"
)

func validProduct() models.Product {
	return models.Product{
		ID: models.ID{1}, Title: "Yerba mate 1 kg", Description: "Con palo,\r\n\testacionada", Code: "YM-1000", Price: 123450,
		Status: true, Stock: 7, Category: "almacén", Thumbnails: []string{"/img/yerba.webp"}, Rev: 1,
	}
}

// wants compares what an error lists, written "field rule limit", with what it should.
func wants(t rapid.TB, what string, err error, want ...string) {
	t.Helper()
	var got []string
	if err != nil {
		for _, p := range err.(models.Invalid) {
			got = append(got, strings.TrimSpace(p.Field+" "+string(p.Rule)+" "+p.Limit))
		}
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// eñes are n code points in twice as many bytes.
func eñes(n int) string { return strings.Repeat("ñ", n) }

// Each text has the same rules but for its length, which counts code points, and for lines in the
// description.
func TestProductTexts(t *testing.T) {
	fields := map[string]struct {
		set   func(*models.Product, string)
		most  int
		limit string
	}{
		"title":       {func(p *models.Product, text string) { p.Title = text }, models.MaxLine, "200"},
		"code":        {func(p *models.Product, text string) { p.Code = text }, models.MaxLine, "200"},
		"category":    {func(p *models.Product, text string) { p.Category = text }, models.MaxLine, "200"},
		"description": {func(p *models.Product, text string) { p.Description = text }, models.MaxDescription, "20000"},
	}
	for field, f := range fields {
		for text, rule := range map[string]string{
			"x": "", "🧉": "", "\ufffd": "", "<script>{{7*7}}\"'": "", "\u202eabc\u200b\u2066\ufeff": "hidden", eñes(f.most): "",
			"❤\ufe0f 👩\u200d👧": "", "\u0646\u0645\u06cc\u200c\u062e": "", "a\u200db": "hidden", "x\ufe0f": "hidden", "\u200b": "unseen",
			"": "required", " \u00a0\n": "required", eñes(f.most + 1): "too_long " + f.limit,
			"a\x00b": "control", "a\x1b[1mb": "control", "a\x7fb": "control", "a\u0085b": "control",
			"a\xffb": "not_utf8", "\xed\xa0\x80": "not_utf8",
		} {
			p := validProduct()
			f.set(&p, text)
			if rule == "" || rule == "hidden" && field != "code" && field != "category" {
				wants(t, field, p.Check())
			} else {
				wants(t, field, p.Check(), field+" "+rule)
			}
		}
		for _, text := range []string{"a\nb", "a\rb", "a\tb"} {
			p := validProduct()
			f.set(&p, text)
			if field == "description" {
				wants(t, field, p.Check())
			} else {
				wants(t, field, p.Check(), field+" control")
			}
		}
	}
}

func TestProductNumbers(t *testing.T) {
	for price, want := range map[models.Money][]string{
		0: nil, 1: nil, models.MaxPrice: nil,
		-1: {"price too_small 0"}, models.MaxPrice + 1: {"price too_large 10000000000"}, math.MaxInt64: {"price too_large 10000000000"},
	} {
		p := validProduct()
		p.Price = price
		wants(t, "price "+price.String(), p.Check(), want...)
	}
	for stock, want := range map[int64][]string{
		0: nil, models.MaxStock: nil,
		-1: {"stock too_small 0"}, models.MaxStock + 1: {"stock too_large 1000000000"}, math.MinInt64: {"stock too_small 0"},
	} {
		p := validProduct()
		p.Stock = stock
		wants(t, "stock", p.Check(), want...)
	}
}

// A picture may be any text that means no scheme which a browser would run; shown is only what names a
// picture here or on the web, and nothing that a browser would take for another host.
func TestProductThumbnails(t *testing.T) {
	try := func(pictures []string, shows bool, want ...string) {
		t.Helper()
		for _, picture := range pictures {
			p := validProduct()
			p.Thumbnails = []string{"/ok", picture, "/ok"}
			wants(t, picture, p.Check(), want...)
			if shown := len(p.Pictures()) == 3; shown != shows {
				t.Errorf("%q is shown: %v", picture, shown)
			}
		}
	}
	try([]string{
		"/a.png", "/", "/img/mate%20grande.svg?v=2#x", "/é/日本.png", "/a//b.png", "https://example.com/a.png", "HTTP://example.com",
		"http://[::1]:8080/x", "https://ñandú.example/x?a=b&c=d", "/" + eñes(models.MaxThumbnail-1), "https://e.x/" + eñes(models.MaxThumbnail-12),
	}, true)
	try([]string{
		"a.png", "./a.png", "../a.png", "?a", "#a", "Sin imagen", "img/a: b.png", "//example.com/a.png", "///example.com", `/\example.com`, `\\example.com`, "/a b.png",
		"/%zz", `/a"onerror="x`, "/<b>", "http:", "http:/a", "http:a.png", "http://", "http://:80/a", "https:///a", "http://[::1", "http://a b/",
	}, false)
	try([]string{
		"", "/a\nb.png", "/a\tb", "/\x00", "/\u0085", "/\xff.png", "javascript:alert(1)", "JavaScript:alert(1)", "data:image/png;base64,AA",
		"ftp://example.com/a", "file:///etc/passwd", "mailto:a@b.c", `C:\fakepath\a.png`,
		"/" + eñes(models.MaxThumbnail), "https://e.x/" + strings.Repeat("a", models.MaxThumbnail-11),
	}, false, "thumbnails[1] not_picture 2000")
	p := validProduct()
	p.Thumbnails = make([]string, models.MaxThumbnails+1)
	for i := range p.Thumbnails {
		p.Thumbnails[i] = "/a"
	}
	wants(t, "21 thumbnails", p.Check(), "thumbnails too_many 20")
	p.Thumbnails = p.Thumbnails[1:]
	wants(t, "20 thumbnails", p.Check())
}

// A form shows all that is wrong with it at once, in the order of its fields.
func TestProductListsAllProblems(t *testing.T) {
	p := models.Product{Price: -1, Stock: -1, Thumbnails: []string{"x:", "/ok", "y:"}}
	wants(t, "everything wrong", p.Check(), "title required", "description required", "code required", "price too_small 0", "stock too_small 0",
		"category required", "thumbnails[0] not_picture 2000", "thumbnails[2] not_picture 2000")
}

// What another program wrote badly can be mended field by field.
func TestCheckChange(t *testing.T) {
	bad := validProduct()
	bad.Title, bad.Price, bad.Thumbnails = "", -5, []string{"a:png", "/ok", "b:png"}
	for what, c := range map[string]struct {
		change func(*models.Product)
		want   []string
	}{
		"nothing":                 {func(*models.Product) {}, nil},
		"a good field":            {func(p *models.Product) { p.Stock = 3 }, nil},
		"a good field made bad":   {func(p *models.Product) { p.Stock = -3 }, []string{"stock too_small 0"}},
		"a bad field mended":      {func(p *models.Product) { p.Price = 5 }, nil},
		"a bad field still bad":   {func(p *models.Product) { p.Price = -6 }, []string{"price too_small 0"}},
		"one thumbnail of two":    {func(p *models.Product) { p.Thumbnails = []string{"/a.png", "/ok", "b:png"} }, []string{"thumbnails[2] not_picture 2000"}},
		"all thumbnails":          {func(p *models.Product) { p.Thumbnails = nil }, nil},
		"revision and times only": {func(p *models.Product) { p.Rev, p.CreatedAt, p.UpdatedAt = 9, 9, 9 }, nil},
	} {
		p := bad.Clone()
		c.change(&p)
		wants(t, what, p.CheckChange(bad), c.want...)
	}
}

func TestProductSame(t *testing.T) {
	for what, change := range map[string]func(*models.Product){
		"id": func(p *models.Product) { p.ID = models.ID{2} }, "title": func(p *models.Product) { p.Title += "!" },
		"description": func(p *models.Product) { p.Description += "!" }, "code": func(p *models.Product) { p.Code += "!" },
		"price": func(p *models.Product) { p.Price++ }, "status": func(p *models.Product) { p.Status = !p.Status }, "stock": func(p *models.Product) { p.Stock++ },
		"category": func(p *models.Product) { p.Category += "!" }, "thumbnails": func(p *models.Product) { p.Thumbnails = append(p.Thumbnails, "/b") },
	} {
		p := validProduct()
		change(&p)
		if p.Same(validProduct()) {
			t.Errorf("another %s counts as the same content", what)
		}
	}
	p := validProduct()
	p.Rev, p.CreatedAt, p.UpdatedAt = 9, 8, 7
	if !p.Same(validProduct()) {
		t.Error("another revision or time counts as other content")
	}
}

func TestProductAvailable(t *testing.T) {
	for _, c := range []struct {
		status bool
		stock  int64
		want   bool
	}{{true, 1, true}, {true, 0, false}, {false, 1, false}, {false, 0, false}} {
		if got := (models.Product{Status: c.status, Stock: c.stock}).Available(); got != c.want {
			t.Errorf("status %v and stock %d: available is %v", c.status, c.stock, got)
		}
	}
}

func TestProductClone(t *testing.T) {
	p := validProduct()
	clone := p.Clone()
	clone.Thumbnails[0] = "/changed"
	if diff := cmp.Diff(validProduct(), p); diff != "" {
		t.Errorf("a change of the clone changed the product:\n%s", diff)
	}
}

// Whatever passes the rules is read back from its JSON form as it was: nothing that is stored
// changes by a restart.
func TestProductJSON(t *testing.T) {
	text := rapid.Map(rapid.String(), func(text string) string { return "x" + text })
	picture := rapid.Map(text, func(text string) string { return "/" + text })
	rapid.Check(t, func(t *rapid.T) {
		p := models.Product{
			ID: drawnID().Draw(t, "id"), Title: text.Draw(t, "title"), Description: text.Draw(t, "description"), Code: text.Draw(t, "code"),
			Price: models.Money(rapid.Int64Range(0, int64(models.MaxPrice)).Draw(t, "price")), Status: rapid.Bool().Draw(t, "status"),
			Stock: rapid.Int64Range(0, models.MaxStock).Draw(t, "stock"), Category: text.Draw(t, "category"),
			Thumbnails: rapid.SliceOfN(picture, 0, 3).Draw(t, "thumbnails"), CreatedAt: 1, UpdatedAt: 2, Rev: 3,
		}
		p.Normalize()
		again := p.Clone()
		if again.Normalize(); !again.Same(p) {
			t.Errorf("normalized again %+v becomes %+v", p, again)
		}
		if p.Check() != nil {
			return // another test's matter
		}
		var got models.Product
		if err := json.Unmarshal(models.JSON(p), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, got); diff != "" {
			t.Errorf("read back (-want +got):\n%s", diff)
		}
	})
}
