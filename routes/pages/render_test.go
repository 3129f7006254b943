package pages

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"

	"pulperia/dao/models"
)

// BenchmarkRender makes the front anew each time, as after a change.
func BenchmarkRender(b *testing.B) {
	p := barePages(b)
	for i := range 24 {
		if _, _, err := p.shop.CreateProduct(b.Context(), models.Product{
			Title: "Yerba mate 1 kg", Code: fmt.Sprint("YM-", i), Category: "almacén", Description: "Molienda gruesa", Price: 1234_500, Stock: 7, Status: true,
		}); err != nil {
			b.Fatal(err)
		}
	}
	v := p.stranger(httptest.NewRequestWithContext(b.Context(), "GET", "/", nil))
	f := readFilter(nil, "")
	b.ReportAllocs()
	for b.Loop() {
		page, err := p.productsSheet(context.Background(), v, f)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.looks.last().Render(v.voice.Language, "products", page); err != nil {
			b.Fatal(err)
		}
	}
}
