package demo

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

const maxDrawing = 6 << 10 // bytes

type product struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Code        string   `json:"code"`
	Price       *float64 `json:"price"`
	Status      *bool    `json:"status"`
	Stock       *int     `json:"stock"`
	Category    string   `json:"category"`
	Thumbnails  []string `json:"thumbnails"`
}

// catalogue decodes the products and refuses fields that are not a client's to set.
func catalogue(t *testing.T) []product {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(Products()))
	dec.DisallowUnknownFields()
	var list []product
	if err := dec.Decode(&list); err != nil {
		t.Fatalf("products.json: %v", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		t.Fatalf("products.json: something follows the array (%v)", err)
	}
	return list
}

func TestProductsFollowTheRules(t *testing.T) {
	list := catalogue(t)
	if len(list) < 24 {
		t.Errorf("%d products, want at least 24", len(list))
	}
	codes := map[string]bool{}
	for _, p := range list {
		if codes[p.Code] {
			t.Errorf("code %q is used twice", p.Code)
		}
		codes[p.Code] = true
		for field, v := range map[string]string{"title": p.Title, "code": p.Code, "category": p.Category, "description": p.Description} {
			limit := 200
			if field == "description" {
				limit = 5000
			}
			if n := utf8.RuneCountInString(v); n < 1 || n > limit || strings.TrimSpace(v) != v {
				t.Errorf("%s: %s %q is empty, too long or not trimmed", p.Code, field, v)
			}
		}
		if p.Price == nil || *p.Price <= 0 || math.Abs(*p.Price*100-math.Round(*p.Price*100)) > 1e-6 {
			t.Errorf("%s: price is missing, not positive or finer than cents", p.Code)
		}
		if p.Stock == nil || *p.Stock < 0 {
			t.Errorf("%s: stock is missing or negative", p.Code)
		}
		if p.Status == nil {
			t.Errorf("%s: status is missing", p.Code)
		}
	}
}

// The orders are of made-up people, whom nobody can reach, and of goods that there are.
func TestOrdersAreOfNobody(t *testing.T) {
	var list []struct {
		Buyer struct{ Name, Phone, Email string }
		Lines []struct {
			Code     string
			Quantity int
		}
		Note, State, Reason string
	}
	dec := json.NewDecoder(bytes.NewReader(Orders()))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&list); err != nil {
		t.Fatalf("orders.json: %v", err)
	}
	stock := map[string]int{}
	for _, p := range catalogue(t)[1:] { // the first is whoever's who tries the shop
		if *p.Status {
			stock[p.Code] = *p.Stock
		}
	}
	for _, o := range list {
		if !strings.HasPrefix(o.Buyer.Phone, "+54 9 11 5555-01") {
			t.Errorf("%s: telephone %q may be somebody's", o.Buyer.Name, o.Buyer.Phone)
		}
		if o.Buyer.Email != "" && !strings.HasSuffix(o.Buyer.Email, "@example.com") {
			t.Errorf("%s: address %q may be somebody's", o.Buyer.Name, o.Buyer.Email)
		}
		for _, line := range o.Lines {
			if stock[line.Code] -= line.Quantity; line.Quantity < 1 || stock[line.Code] < 10 {
				t.Errorf("%s: %d of %s leave %d", o.Buyer.Name, line.Quantity, line.Code, stock[line.Code])
			}
		}
	}
}

// The sample shows every state a product can be in, so that the pages can be seen in all of them.
func TestCatalogueShowsEveryState(t *testing.T) {
	var soldOut, few, plenty, off, cents bool
	categories := map[string]bool{}
	for _, p := range catalogue(t) {
		if p.Price == nil || p.Stock == nil || p.Status == nil {
			continue // told by TestProductsFollowTheRules
		}
		soldOut = soldOut || *p.Stock == 0
		few = few || *p.Stock >= 1 && *p.Stock <= 4
		plenty = plenty || *p.Stock >= 100
		off = off || !*p.Status
		cents = cents || *p.Price != math.Trunc(*p.Price)
		categories[p.Category] = true
	}
	if !soldOut || !few || !plenty || !off || !cents {
		t.Errorf("sold out %t, few left %t, plenty %t, not for sale %t, a price with cents %t: want all", soldOut, few, plenty, off, cents)
	}
	if n := len(categories); n < 6 || n > 7 {
		t.Errorf("%d categories, want 6 or 7", n)
	}
}

func TestEveryProductHasItsDrawing(t *testing.T) {
	used := map[string]bool{}
	for _, p := range catalogue(t) {
		if len(p.Thumbnails) == 0 {
			t.Errorf("%s has no drawing", p.Code)
		}
		for _, path := range p.Thumbnails {
			name, ok := strings.CutPrefix(path, "/demo/")
			if _, err := fs.Stat(Images(), name); !ok || err != nil {
				t.Errorf("%s: no drawing %q (%v)", p.Code, path, err)
			}
			used[name] = true
		}
	}
	for _, name := range drawings(t) {
		if !used[name] {
			t.Errorf("drawing %s belongs to no product", name)
		}
	}
}

func TestDrawingsAreSmallAndHarmless(t *testing.T) {
	for _, name := range drawings(t) {
		data, err := fs.ReadFile(Images(), name)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) >= maxDrawing {
			t.Errorf("%s: %d bytes, want under %d", name, len(data), maxDrawing)
		}
		if err := checkDrawing(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckDrawingRefuses(t *testing.T) {
	for _, body := range []string{
		`<script>1</script>`,
		`<style>@import "x"</style>`,
		`<foreignObject/>`,
		`<text>hola</text>`,
		`<path onclick="x"/>`,
		`<path style="fill:red"/>`,
		`<use href="https://example.com/a.svg#b"/>`,
		`<use href="#nobody"/>`,
		`<path fill="url(https://example.com/a)"/>`,
		`<path fill="url(#nobody)"/>`,
		`<path id="a"/><path id="a"/>`,
		`<path>`,
	} {
		if checkDrawing([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">`+body+`</svg>`)) == nil {
			t.Errorf("%s was accepted", body)
		}
	}
}

func drawings(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(Images(), "*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no drawings (%v)", err)
	}
	return names
}

// checkDrawing wants well-formed XML: one svg, 4:3, of plain shapes whose
// references stay inside the file and lead somewhere.
func checkDrawing(data []byte) error {
	allowed := map[string]bool{"svg": true, "defs": true, "clipPath": true, "g": true, "use": true,
		"path": true, "circle": true, "ellipse": true, "rect": true}
	ids, refs := map[string]bool{}, []string{}
	dec := xml.NewDecoder(bytes.NewReader(data))
	first := true
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		switch el := tok.(type) {
		case xml.ProcInst, xml.Directive:
			return errors.New("holds a processing instruction or a doctype")
		case xml.StartElement:
			if first && el.Name.Local != "svg" || el.Name.Space != "http://www.w3.org/2000/svg" || !allowed[el.Name.Local] {
				return errors.New("element " + el.Name.Local + " is not allowed here")
			}
			box := false
			for _, a := range el.Attr {
				key := strings.ToLower(a.Name.Local)
				switch {
				case strings.HasPrefix(key, "on"), key == "style", key == "class":
					return errors.New("attribute " + key + " is not allowed")
				case key == "id":
					if ids[a.Value] {
						return errors.New("id " + a.Value + " is used twice")
					}
					ids[a.Value] = true
				case key == "href":
					ref, ok := strings.CutPrefix(a.Value, "#")
					if !ok {
						return errors.New("reference to the outside: " + a.Value)
					}
					refs = append(refs, ref)
				case strings.Contains(a.Value, "url("):
					ref, ok := strings.CutPrefix(a.Value, "url(#")
					if !ok {
						return errors.New("reference to the outside: " + a.Value)
					}
					refs = append(refs, strings.TrimSuffix(ref, ")"))
				}
				box = box || a.Name.Local == "viewBox" && a.Value == "0 0 400 300"
			}
			if first && !box {
				return errors.New(`want viewBox="0 0 400 300"`)
			}
			first = false
		}
	}
	if first {
		return errors.New("is empty")
	}
	for _, r := range refs {
		if !ids[r] {
			return errors.New("nothing has the id " + r)
		}
	}
	return nil
}
