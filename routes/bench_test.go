package routes_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"pulperia/routes/routestest"
)

// BenchmarkAPI compares answers through the whole frame with a bare handler that writes the same
// bytes. The promise is that the shop reaches half of the bare handler's requests a second.
func BenchmarkAPI(b *testing.B) {
	quiet := func(o *routestest.Setup) {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
		o.RequestsPerMinute = 1 << 40
	}
	shop := routestest.Open(b, quiet)
	description := strings.Repeat("Molienda gruesa, estacionada. ", 12)
	for i := range 200 {
		shop.Product(fmt.Sprint("YM-", i), fmt.Sprintf(`"description":%q`, description), fmt.Sprintf(`"price":%d`, i))
	}
	p := shop.Product("YM", fmt.Sprintf(`"description":%q`, description))
	for name, target := range map[string]string{
		"product": "/api/products/" + p.ID.String(),
		"page":    "/api/products?category=almac%C3%A9n&sort=asc&minPrice=50",
	} {
		body := shop.Must("GET", target, "").Body.Bytes()
		b.Run(name+"-bare", func(b *testing.B) {
			get(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Write(body)
			}), target)
		})
		b.Run(name+"-shop", func(b *testing.B) { get(b, shop.Handler, target) })
	}
}

// BenchmarkHome compares the shop's front with 24 products with a bare handler that writes the same
// bytes. The promise is that it reaches 30 % of the bare handler's requests a second.
func BenchmarkHome(b *testing.B) {
	shop := routestest.Open(b, func(o *routestest.Setup) {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
		o.RequestsPerMinute = 0
	})
	for i := range 24 {
		shop.Product(fmt.Sprint("YM-", i), fmt.Sprintf(`"description":%q`, strings.Repeat("Molienda gruesa. ", 20)))
	}
	body := shop.Do("GET", "/", "").Body.Bytes()
	b.Run("bare", func(b *testing.B) {
		get(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write(body)
		}), "/")
	})
	b.Run("shop", func(b *testing.B) { get(b, shop.Handler, "/") })
	b.Run("shop-100-writes", func(b *testing.B) {
		ctx, stop := context.WithCancel(b.Context())
		var writer sync.WaitGroup
		writer.Go(func() {
			ticker := time.NewTicker(10 * time.Millisecond)
			for ctx.Err() == nil {
				<-ticker.C
				shop.Must("POST", "/api/messages", `{"user":"ana@example.com","message":"hola"}`)
			}
		})
		get(b, shop.Handler, "/")
		stop()
		writer.Wait()
	})
}

func get(b *testing.B, handler http.Handler, target string) {
	server := httptest.NewServer(handler)
	defer server.Close()
	b.ReportAllocs()
	b.SetParallelism(8)
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	client := &http.Client{Transport: transport}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			response, err := client.Get(server.URL + target)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				b.Error(response.Status)
			}
		}
	})
}
