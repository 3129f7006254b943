package catalogue

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

const spanishSheet = "Handle;Title;Body (HTML);Type;Published;Variant SKU;Variant Inventory Qty;Variant Price;Status\r\n" +
	"cana;Caña de pescar;¡Muy buena! “1 €”;Pesca;VERDADERO;C-1;3;1234,50;active\r\n" +
	"cafe;Café molido;Tostado;Almacén;FALSO;C-2;1.000;25.000;active\r\n"

var spanishProducts = []models.Product{
	{Title: "Caña de pescar", Description: "¡Muy buena! “1 €”", Code: "C-1", Price: 1234500, Status: true, Stock: 3, Category: "Pesca", Thumbnails: []string{}},
	{Title: "Café molido", Description: "Tostado", Code: "C-2", Price: 25000000, Stock: 1000, Category: "Almacén", Thumbnails: []string{}},
}

// A sheet says the same in whatever encoding, with whatever line ends and separators a spreadsheet
// has saved it, and the summary says which encoding that was.
func TestSheetsOfSpreadsheets(t *testing.T) {
	in := func(e encoding.Encoding, text string) string {
		encoded, err := e.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	tabs := strings.ReplaceAll(spanishSheet, ";", "\t")
	for name, test := range map[string]struct{ content, encoding string }{
		"UTF-8":                {spanishSheet, ""},
		"UTF-8 with a mark":    {"\ufeff" + spanishSheet, ""},
		"windows-1252":         {in(charmap.Windows1252, spanishSheet), "windows-1252"},
		"UTF-16, Excel's":      {in(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), tabs), "UTF-16"},
		"UTF-16, the other":    {in(unicode.UTF16(unicode.BigEndian, unicode.UseBOM), spanishSheet), "UTF-16"},
		"line feeds":           {strings.ReplaceAll(spanishSheet, "\r", ""), ""},
		"carriage returns":     {strings.ReplaceAll(spanishSheet, "\n", ""), ""},
		"declared separator":   {"sep=;\r\n" + spanishSheet, ""},
		"declared, quoted":     {"\"sep=;\"\n" + spanishSheet, ""},
		"declared, and a mark": {"\ufeffsep=;\r\n" + spanishSheet, ""},
		"padded cells":         {strings.NewReplacer("Caña de pescar", "  \"Caña de pescar\"   ", ";", "  ;").Replace(spanishSheet), ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, got, problems := readAll(t, "x", test.content)
			if diff := cmp.Diff(spanishProducts, got); diff != "" || problems != nil {
				t.Errorf("%v, %s", problems, diff)
			}
			summary, err := Read("x", strings.NewReader(test.content), Options{}, func(Entry) error { return nil })
			if err != nil || summary.Encoding != test.encoding {
				t.Errorf("%+v, %v", summary, err)
			}
		})
	}
}

// JSON is read in these encodings, too; but our own exports are never guessed, and a file of one
// broken character among good ones is no other encoding.
func TestEncodingIsNotForced(t *testing.T) {
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(`[{"title":"Caña","code":"C","price":1}]`)
	for content, want := range map[string]string{
		"[{\"title\":\"Ca\xf1a\",\"code\":\"C\",\"price\":1}]": "Caña",
		utf16: "Caña",
		"[{\"title\":\"Ca\xf1a\",\"code\":\"C\",\"price\":1,\"_id\":\"660000000000000000000001\",\"rev\":1}]": "",
		"[{\"title\":\"Ca\xf1a ñandú\",\"code\":\"C\",\"price\":1}]":                                          "",
		"[{\"title\":\"Ca\xf1a \x81\",\"code\":\"C\",\"price\":1}]":                                           "",
	} {
		_, products, problems := readAll(t, "x", content)
		got := ""
		if len(products) == 1 {
			got = products[0].Title
		}
		if got != want || want == "" && (len(problems) != 1 || !strings.Contains(problems[0], "title must be valid UTF-8")) {
			t.Errorf("%q: %q, %v", content, got, problems)
		}
	}
}

// The figures of a file are read by its other figures, by the semicolons of its columns, or by what
// its owner says.
func TestFiguresOfFile(t *testing.T) {
	const header = "Handle,Title,Variant Inventory Qty,Variant Compare At Price,Variant Price\n"
	for name, test := range map[string]struct {
		content string
		decimal byte
		want    models.Money // of product f; -1 for refused
	}{
		"alone":                      {header + "f,F,1,,25.000\n", 0, -1},
		"beside a comma":             {header + "f,F,1,,25.000\ng,G,1,,\"12,50\"\n", 0, 25_000_000},
		"beside a point":             {header + "f,F,1,,25.000\ng,G,1,,12.50\n", 0, 25_000},
		"beside two thousands":       {header + "f,F,1,,25.000\ng,G,1,,1.250.000\n", 0, 25_000_000},
		"beside a third decimal":     {header + "f,F,1,,25.000\ng,G,1,,12.345\n", 0, 25_000_000},
		"beside the price before":    {header + "f,F,1,\"30,50\",25.000\n", 0, 25_000_000},
		"beside a quantity":          {header + "f,F,1.0,,25.000\n", 0, 25_000},
		"beside contradictions":      {header + "f,F,1,,25.000\ng,G,1,,12.50\nh,H,1,,\"12,50\"\n", 0, -1},
		"by its columns":             {strings.ReplaceAll(header+"f,F,1,,25.000\n", ",", ";"), 0, 25_000_000},
		"by its columns and figures": {strings.ReplaceAll(header+"f,F,1,,25.000\ng,G,1,,9.90\n", ",", ";"), 0, 25_000},
		"by its owner":               {header + "f,F,1,,25.000\n", ',', 25_000_000},
		"by its owner, the other":    {header + "f,F,1,,25.000\n", '.', 25_000},
		"JSON's number":              {`[{"title":"F","code":"f","price":25.000}]`, 0, 25_000},
		"JSON's text":                {`[{"title":"F","code":"f","price":"25.000"}]`, 0, -1},
		"JSON's text beside another": {`[{"title":"F","code":"f","price":"25.000"},{"title":"G","code":"g","price":"1,5"}]`, 0, 25_000_000},
	} {
		got := models.Money(-1)
		_, err := Read("x", strings.NewReader(test.content), Options{Decimal: test.decimal}, func(e Entry) error {
			if e.Product != nil && e.Product.Code == "f" {
				got = e.Product.Price
			}
			return nil
		})
		if err != nil || got != test.want {
			t.Errorf("%s: %v, %v; want %v", name, got, err, test.want)
		}
	}
}

// Whatever the bytes, looking for their encoding ends, and what is read in it is UTF-8 where it was
// guessed.
func FuzzEncoding(f *testing.F) {
	f.Add([]byte("caf\xe9"), 3)
	f.Add([]byte("\xff\xfea\x00\x00\xd8"), 1)
	f.Add([]byte("ñ\xf1\x81"), 2)
	f.Add([]byte("ǁ\xf1\xca"), 1)
	f.Fuzz(func(t *testing.T, content []byte, cut int) {
		as, err := writingOf(bytes.NewReader(content))
		if err != nil {
			return
		}
		var whole, parts scan
		whole.count(content, true)
		cut = min(max(cut, 0), len(content))
		done := parts.count(content[:cut], false)
		parts.count(content[done:], true)
		if whole != parts {
			t.Errorf("%+v in one, %+v in parts", whole, parts)
		}
		if src, err := open(bytes.NewReader(content), as); err == nil && as.guessed {
			var s scan
			if err := s.read(src.r); err != nil || s.broken > 0 || s.replaced {
				t.Errorf("%q: %+v, %v", content, s, err)
			}
		}
	})
}

// FuzzTidied: a sheet that encoding/csv can read says the same tidied, but for spaces around cells.
func FuzzTidied(f *testing.F) {
	f.Add("a,\"b\"\"c\",d\r\n e , \"f\n g\"  ,h\n")
	f.Fuzz(func(t *testing.T, content string) {
		c := newCSV(strings.NewReader(content), layout{separator: ','})
		for n := 0; ; n++ {
			cells, err := c.Read()
			if len(cells) > len(content)+1 || n > len(content)+1 {
				t.Fatalf("%q: %q, %v", content, cells, err)
			}
			if err != nil && cells == nil {
				return
			}
		}
	})
}
