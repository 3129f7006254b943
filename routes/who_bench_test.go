package routes_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// BenchmarkWho compares what a product costs the handler for nobody, with a session and with a key.
func BenchmarkWho(b *testing.B) {
	shop := routestest.OpenAsOwner(b, func(o *routestest.Setup) {
		o.Log, o.RequestsPerMinute = slog.New(slog.NewTextHandler(io.Discard, nil)), 0
	})
	p := shop.Product("YM")
	_, cookie := shop.Person("ana@example.com", models.RoleManager)
	for name, header := range map[string][]string{"nobody": {"Cookie", "other=value-of-somebody-else-as-long-as-one-of-ours"}, "session": {"Cookie", cookie}, "key": {"Authorization", "Bearer " + shop.KeyOf(models.RoleManager)}} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequest("GET", "/api/products/"+p.ID.String(), nil)
			r.Header.Set(header[0], header[1])
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				if shop.Handler.ServeHTTP(w, r.Clone(r.Context())); w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
