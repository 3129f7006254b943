package catalogue

import (
	"fmt"
	"strings"
	"testing"

	"pulperia/dao/models"
)

var someTaxes = []models.Tax{{Name: "IVA 21 %", Points: 2100, Default: true}, {Name: "Reducido", Points: 1050}, {Name: "Exento"}}

// taxesOf reads a file for a shop that has rates, and returns what each product is taxed by and what is
// said of many alike.
func taxesOf(t *testing.T, taxes []models.Tax, content string) (got, said []string) {
	t.Helper()
	_, err := Read("x", strings.NewReader(content), Options{Taxes: taxes}, func(e Entry) error {
		if e.Problem != nil {
			t.Fatalf("%.40s: %v", content, e.Problem)
		}
		got = append(got, fmt.Sprint(e.Product.Tax, e.Product.says("tax")))
		for _, note := range e.Notes {
			said = append(said, note.Text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, said
}

// A merchant's sheet says by which rate something is taxed, in a column that he calls as he likes: by
// the rate's name, however it is spelled, or by its percentage. An empty cell says nothing.
func TestRatesOfSheets(t *testing.T) {
	for _, name := range []string{"tax", "IVA", "Impuesto", "impuestos", "VAT", "Tax rate", "Tasa de IVA", "ALÍCUOTA", "alicuota iva"} {
		for cell, want := range map[string]string{
			"IVA 21 %": "IVA 21 %", "iva 21%": "IVA 21 %", "21": "IVA 21 %", "21.00 %": "IVA 21 %", "reducido": "Reducido", "10.5%": "Reducido",
			`"10,5 %"`: "Reducido", "exento": "Exento", "0": "Exento", "": "",
		} {
			got, said := taxesOf(t, someTaxes, "Handle,Title,Variant Price,"+name+"\nx,Uno,10,"+cell+"\n")
			if fmt.Sprint(got) != fmt.Sprintf("[%s%v]", want, want != "") || said != nil {
				t.Errorf("%s %s: %q, not %q; %q", name, cell, got, want, said)
			}
		}
	}
	rows := "Handle;Title;IVA;Option1 Value;Variant Price\nx;Uno;;M;10,50\nx;;10,5;L;12\n"
	if got, said := taxesOf(t, someTaxes, rows); fmt.Sprint(got) != "[Reducidotrue]" {
		t.Errorf("of variants: %q; %q", got, said)
	}
}

// Lists of the course say it, too.
func TestRatesOfLists(t *testing.T) {
	const one = `[{"title":"Uno","description":"d","code":"A","price":10,"stock":1,"category":"c",%s}]`
	for field, want := range map[string]string{
		`"tax":21`: "IVA 21 %", `"iva":"10,5%"`: "Reducido", `"IVA":10.50`: "Reducido", `"impuesto":"Exento"`: "Exento", `"tax":null`: "", `"tax":""`: "",
	} {
		if got, said := taxesOf(t, someTaxes, fmt.Sprintf(one, field)); fmt.Sprint(got) != fmt.Sprintf("[%s%v]", want, want != "") || said != nil {
			t.Errorf("%s: %q, not %q; %q", field, got, want, said)
		}
	}
}

// What is none of the shop's rates is left out, and said once with what there is: kept, it would be
// taxed by the usual rate, and nobody be told.
func TestUnknownRates(t *testing.T) {
	for _, cell := range []string{"27", "IVA", "2.1", "0.21", "TRUE", "-21", "1e1"} {
		for _, taxes := range [][]models.Tax{nil, someTaxes} {
			got, said := taxesOf(t, taxes, "Handle,Title,Variant Price,Variant Inventory Qty,iva\nx,Uno,10,3,"+cell+"\n")
			if fmt.Sprint(got) != "[false]" || len(said) != 1 || !strings.Contains(said[0], fmt.Sprintf("got %q", cell)) ||
				!strings.Contains(said[0], "/admin/ways") || strings.Contains(said[0], "Reducido") != (taxes != nil) {
				t.Errorf("%s: %q; %q", cell, got, said)
			}
		}
	}
}
