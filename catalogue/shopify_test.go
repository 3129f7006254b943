package catalogue

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pulperia/dao/models"
)

const shopifyHeader = "Handle,Title,Body (HTML),Type,Tags,Published,Option1 Name,Option1 Value,Option2 Value,Variant SKU," +
	"Variant Inventory Qty,Variant Price,Image Src,Variant Image,Status,Cost per item\r\n"

// Rows that share a handle are one product; what can be bought of it are its variants, unless there
// is one without a choice.
func TestShopifyVariants(t *testing.T) {
	format, got, problems := readAll(t, "x", shopifyHeader+
		`pot,Clay Pot,"<p>One</p>`+"\r\n"+`<p>two &amp; three</p>",Outdoor,"Pot, Plants",true,Size,Regular,Red,,1,9.99,https://a.com/1.jpg,,active,3`+"\r\n"+
		`pot,,,,,,,Extra Large,Red,POT-L,3,15.5,https://a.com/2.jpg,https://a.com/large.jpg,,`+"\r\n"+
		`pot,,,,,,,,,,,,https://a.com/3.jpg,,,`+"\r\n"+
		`,,,,,,,,,,,,,,,`+"\r\n"+
		`lamp,Lamp,,,"Light, Copper",TRUE,Title,Default Title,,,-2,10,,,draft,`+"\r\n"+
		`sofa,Sofa,<br>,,,false,Title,Default Title,,,0,0,,,,`)
	want := []models.Product{
		{Title: "Clay Pot", Description: "One\n\ntwo & three", Code: "pot", Price: 9990, Status: true, Stock: 4, Category: "Outdoor",
			Thumbnails: []string{"https://a.com/1.jpg", "https://a.com/2.jpg", "https://a.com/3.jpg"}, Tags: []string{"Pot", "Plants"}, Variants: []models.Variant{
				{Code: "pot-regular-red", Options: models.Options{{Name: "Size", Value: "Regular"}, {Name: "Opción 2", Value: "Red"}}, Price: 9990, Stock: 1},
				{Code: "POT-L", Options: models.Options{{Name: "Size", Value: "Extra Large"}, {Name: "Opción 2", Value: "Red"}}, Price: 15500, Stock: 3, Thumbnail: "https://a.com/large.jpg"},
			}},
		{Title: "Lamp", Description: "Lamp", Code: "lamp", Price: 10000, Category: "Light", Thumbnails: []string{}, Tags: []string{"Light", "Copper"}},
		{Title: "Sofa", Description: "Sofa", Code: "sofa", Category: "General", Thumbnails: []string{}},
	}
	if said := []string{`2: the variant Regular / Red has no code: it is "pot-regular-red"`}; format != Shopify || !cmp.Equal(problems, said) {
		t.Errorf("%q, problems %v", format, problems)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(models.Variant{}, "ID")); diff != "" {
		t.Error(diff)
	}
}

// The columns may stand in any order, be those of the new template, and be separated as a
// spreadsheet does where prices have a comma.
func TestShopifyColumns(t *testing.T) {
	want := []models.Product{{Title: "Mate", Description: "De calabaza", Code: "mate", Price: 1234500, Status: true, Stock: 4, Category: "Mates",
		Thumbnails: []string{"/img/mate.jpg"},
		Variants:   []models.Variant{{Code: "M-1", Options: models.Options{{Name: "Opción 1", Value: "Grande"}}, Price: 1234500, Stock: 4}}}}
	for _, content := range []string{
		"Variant Price;Title;Handle;Type;Body (HTML);Variant SKU;Variant Inventory Qty;Image Src;Option1 Value\n1234,5;Mate;mate;Mates;De calabaza;M-1;4;/img/mate.jpg;Grande\n",
		"Title\tURL handle\tDescription\tType\tSKU\tPrice\tInventory quantity\tProduct image URL\tOption1 value\tPublished on online store\nMate\tmate\tDe calabaza\tMates\tM-1\t1234.50\t4\t/img/mate.jpg\tGrande\tyes\n",
	} {
		_, got, problems := readAll(t, "x", content)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(models.Variant{}, "ID")); diff != "" || problems != nil {
			t.Errorf("%.20s: problems %v, %s", content, problems, diff)
		}
	}
}

// Each row that breaks a rule is named by its line, field and reason, and the others go in.
func TestShopifyProblems(t *testing.T) {
	tests := []struct{ name, rows, want string }{
		{"no price", "a,A,,,,,,,,,1,,,,,", "2: price is required"},
		{"two readings", "a,A,,,,,,,,,1,25.000,,,,", `2: price can be read in two ways: 25 / 25000; got "25.000"`},
		{"two readings of a quantity", `a,A,,,,,,,,,"1,000",5,,,,`, `2: stock can be read in two ways: 1000 / 1; got "1,000"`},
		{"three decimals", "a,A,,,,,,,,,1,1.2345,,,,", `2: price must have at most 2 decimals; got "1.2345"`},
		{"negative price", "a,A,,,,,,,,,1,-5,,,,", "2: price must be at least 0; got -5"},
		{"several", "a,A,,,,maybe,,,,,x,y,,,,", `2: price must be a number; got "y"; status must be true or false; got "maybe"; stock must be a whole number; got "x"`},
		{"no title", "a,,,,,,,,,,1,5,,,,", "2: title is required"},
		{"no handle", ",A,,,,,,,,,1,5,,,,", "2: handle is required"},
		{"only pictures", "a,,,,,,,,,,,,https://a.com/1.jpg,,,", "2: title is required; price is required"},
		{"too few cells", "a,A,,5", "2: row has 4 cells and the header 16"},
		{"bare quote", `a,A"B,,,,,,,,,1,5,,,,`, "2: row cannot be read as far as line 2: a quote is not closed, or not doubled"},
		{"scattered", "a,A,,,,,,,,,1,5,,,,\nb,B,,,,,,,,,1,5,,,,\na,,,,,,,L,,,1,5,,,,", `4: handle "a" has its other rows from line 2 on: sort the file by its handles`},
		{"same options", "a,A,,,,,,L,,X,1,5,,,,\na,,,,,,,L,,Y,1,5,,,,", `2: variants[1].options is given twice; got "L"`},
		{"a code of another", "b,B,,,,,,,,X,1,5,,,,\na,A,,,,,,L,,X,1,5,,,,", `3: variants[0].code "X" is already that of line 2`},
		{"lines inside of cells count", "b,B,\"x\ny\",,,,,,,,1,5,,,,\na,A,,,,,,,,,1,,,,,", "4: price is required"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, products, problems := readAll(t, "x", shopifyHeader+test.rows+"\r\nlast,Last,,,,,,,,,1,5,,,,\r\n")
			if diff := cmp.Diff([]string{test.want}, problems); diff != "" {
				t.Error(diff)
			}
			if len(products) == 0 || products[len(products)-1].Code != "last" {
				t.Errorf("the row after it is lost: %v", products)
			}
		})
	}
}

// Shopify allows more pictures than we do: a product has the first ones, and each variant its own.
func TestShopifyKeepsFirstPictures(t *testing.T) {
	var rows strings.Builder
	for i := range 30 {
		fmt.Fprintf(&rows, "a,A,,,,,,V%d,,K%d,1,5,/%d.jpg,/v%d.jpg,,\n", i, i, i, i)
	}
	_, products, problems := readAll(t, "x", shopifyHeader+rows.String())
	if len(products) != 1 || len(products[0].Variants) != 30 || problems != nil {
		t.Fatalf("%d products, problems %v", len(products), problems)
	}
	if got := products[0].Thumbnails; len(got) != models.MaxThumbnails || got[0] != "/0.jpg" || products[0].Variants[29].Thumbnail != "/v29.jpg" {
		t.Errorf("thumbnails: %v", got)
	}
}

// A column that is there twice has two words for one thing: nobody can say which is meant.
func TestShopifyColumnTwice(t *testing.T) {
	for _, header := range []string{"Handle,Title,Variant SKU,Variant Price,Variant Price", "Handle,Title,Variant SKU,Variant Price, VARIANT PRICE"} {
		_, err := Read("x", strings.NewReader(header+"\nx,Uno,Q1,100,200\n"), Options{}, func(Entry) error { return nil })
		if err == nil || !strings.Contains(err.Error(), `"variant price" is there twice`) {
			t.Errorf("%s: %v", header, err)
		}
	}
}

// Yes is yes, however a keyboard composes its accent.
func TestShopifyYesDecomposed(t *testing.T) {
	_, products, problems := readAll(t, "x", "Handle,Variant SKU,Published,Title,Variant Price\nx,A,Si\u0301,T,5\ny,B,S\u00ed,T,5\n")
	if problems != nil || len(products) != 2 || !products[0].Status || !products[1].Status {
		t.Errorf("%+v %v", products, problems)
	}
}
