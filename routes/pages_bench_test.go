package routes

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkHome compares the shop's front with 24 products with a bare handler that writes the same
// bytes. The promise is that it reaches 30 % of the bare handler's requests a second.
func BenchmarkHome(b *testing.B) {
	shop := openAPIShop(b, func(o *setup) {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
		o.RequestsPerMinute = 0
	})
	for i := range 24 {
		shop.product(fmt.Sprint("YM-", i), fmt.Sprintf(`"description":%q`, strings.Repeat("Molienda gruesa. ", 20)))
	}
	body := shop.do("GET", "/", "").Body.Bytes()
	b.Run("bare", func(b *testing.B) {
		get(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write(body)
		}), "/")
	})
	b.Run("shop", func(b *testing.B) { get(b, shop.handler, "/") })
	b.Run("shop-100-writes", func(b *testing.B) {
		ctx, stop := context.WithCancel(b.Context())
		var writer sync.WaitGroup
		writer.Go(func() {
			ticker := time.NewTicker(10 * time.Millisecond)
			for ctx.Err() == nil {
				<-ticker.C
				shop.must("POST", "/api/messages", `{"user":"ana@example.com","message":"hola"}`)
			}
		})
		get(b, shop.handler, "/")
		stop()
		writer.Wait()
	})
}

// BenchmarkRender makes the front anew each time, as after a change.
func BenchmarkRender(b *testing.B) {
	p, shop := barePages(b)
	for i := range 24 {
		shop.product(fmt.Sprint("YM-", i))
	}
	v := p.stranger(request(b, "GET", "/"))
	f := readFilter(nil)
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
