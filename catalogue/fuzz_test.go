package catalogue

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pulperia/dao/models"
)

// check reads any input: it must come to an end without a panic, and hand out nothing that breaks a
// rule.
func check(t *testing.T, content []byte) {
	before := 0
	Read("x", bytes.NewReader(content), Options{}, func(e Entry) error {
		set := 0
		if e.Product != nil {
			set++
			whole, _, err := e.Product.Whole()
			if _, invalid := errors.AsType[models.Invalid](err); err != nil && !invalid || err == nil && whole.Check() != nil {
				t.Errorf("line %d: %v", e.Line, err)
			}
			there := models.Product{Title: "t", Description: "d", Code: "c", Category: "c"}
			over := e.Product.Over(there)
			over.Identify(there, func(n int) models.ID { return models.ID{1, byte(n)} })
			if err := over.Check(); err != nil {
				t.Errorf("line %d over another one: %v", e.Line, err)
			}
		}
		if e.Cart != nil {
			set++
			if err := e.Cart.Check(); err != nil || e.Cart.ID.IsZero() {
				t.Errorf("line %d: %v %v", e.Line, e.Cart, err)
			}
		}
		if e.Message != nil {
			set++
			if err := e.Message.Check(); err != nil || e.Message.ID.IsZero() {
				t.Errorf("line %d: %v %v", e.Line, e.Message, err)
			}
		}
		if e.Problem != nil {
			set++
			if e.Problem.Error() == "" {
				t.Errorf("line %d is refused without a reason", e.Line)
			}
		}
		if set != 1 || e.Line < 1 || e.Line > bytes.Count(content, []byte("\n"))+bytes.Count(content, []byte("\r"))+1 {
			t.Errorf("entry %+v after line %d", e, before)
		}
		before = e.Line
		return nil
	})
}

func FuzzShopify(f *testing.F) {
	f.Add("a,A,<p>x</p>,T,\"t, u\",true,Size,S,,,1,9.99,/1.jpg,,active,\na,,,,,,,M,,SKU,-1,5,,/v.jpg,,\na,,,,,,,,,,,,/2.jpg,,,\n")
	f.Add("\"a,A\n,,\na,\"b\"c,\n")
	f.Fuzz(func(t *testing.T, rows string) { check(t, []byte(shopifyHeader+rows)) })
}

func FuzzDummyJSON(f *testing.F) {
	f.Add(`{"id":1,"title":"A","description":"d","sku":"s","price":9.99,"stock":1,"category":"c","images":["/1.jpg"]}`)
	f.Add(`null, 1, "x", [], {"price":1e99,"stock":"-1","id":{}}`)
	f.Fuzz(func(t *testing.T, products string) {
		check(t, []byte(`[{"sku":"a"},`+products+"]"))
		check(t, []byte(`{"total":1,"products":[`+products+"]}"))
	})
}

func FuzzCourse(f *testing.F) {
	f.Add(`{"id":"x","title":"A","description":"d","code":7,"price":"1234,50","stock":"1","status":"si","category":"c","thumbnail":"Sin imagen"}`)
	f.Add("{\"title\":\"\xff\",\"code\":\"\\ud800\",\"thumbnails\":[\"a.png\",null,{}]}\n\n,{")
	f.Fuzz(func(t *testing.T, products string) { check(t, []byte(`[{"code":"a"},`+products+"]")) })
}

func FuzzExport(f *testing.F) {
	var whole strings.Builder
	if _, err := WriteLines(f.Context(), &whole, sample()); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.String())
	f.Add(`[{"_id":"660000000000000000000003","products":[{"product":"660000000000000000000001","quantity":1}],"rev":1}]`)
	f.Add(`{"_id":"660000000000000000000003","user":"a@b.c","message":"m","offset":7}`)
	f.Add(`[{"_id":"660000000000000000000001","title":"A","description":"d","code":"c","price":1,"stock":1,"category":"x","rev":1}]`)
	f.Fuzz(func(t *testing.T, content string) { check(t, []byte(content)) })
}

func FuzzMarkdown(f *testing.F) {
	f.Add("<p>a<br>b</p><ul><li>c</ul><script>d")
	f.Fuzz(func(t *testing.T, source string) {
		for _, r := range markdown(source) {
			if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
				t.Fatalf("%q gives %q", source, markdown(source))
			}
		}
	})
}
