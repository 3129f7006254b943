package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/routes/routestest"
)

// ill is an engine that cannot write.
type ill struct{ dao.Engine }

func (ill) Ready(context.Context) error { return fmt.Errorf("disk full: %w", dao.ErrUnavailable) }

// /healthz is about the process alone, /readyz about the store.
func TestHealth(t *testing.T) {
	shop := routestest.Open(t)
	for _, path := range []string{"/healthz", "/health", "/healthcheck", "/readyz"} {
		if got := shop.Do("GET", path, ""); got.Code != 200 || !strings.HasPrefix(got.Body.String(), `{"status":"success"`) {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
	shop = routestest.Open(t, func(o *routestest.Setup) { o.Store.Engine = ill{o.Store.Engine} })
	if got := shop.Do("GET", "/healthz", ""); got.Code != 200 {
		t.Errorf("/healthz: %d", got.Code)
	}
	if got := shop.Do("GET", "/readyz", ""); got.Code != 503 || got.Failure().Error != "unavailable" || got.Header().Get("Retry-After") == "" {
		t.Errorf("/readyz: %d %s", got.Code, got.Body)
	}
}

// The figures name routes, never paths, and tell of the store.
func TestMetrics(t *testing.T) {
	shop := routestest.Open(t)
	p := shop.Product("A")
	shop.Do("GET", "/api/products/"+p.ID.String(), "")
	shop.Do("GET", "/api/products/"+routestest.UnknownID, "")
	shop.Do("GET", "/some/where", "")
	text := shop.Do("GET", "/metrics", "").Body.String()
	for _, want := range []string{
		`pulperia_http_requests_total{route="GET /api/products/{pid}",status="200"} 1`,
		`pulperia_http_requests_total{route="GET /api/products/{pid}",status="404"} 1`,
		`pulperia_http_requests_total{route="POST /api/products",status="201"} 1`,
		`pulperia_http_requests_total{route="/",status="404"} 1`,
		`pulperia_http_request_duration_seconds_count{route="GET /api/products/{pid}"} 2`,
		"pulperia_http_requests_in_flight 1",
		"pulperia_feed_offset 1",
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("no %s", want)
		}
	}
	for _, stat := range shop.Store.Stats() {
		if !strings.Contains(text, "\npulperia_store_"+stat.Name+" ") {
			t.Errorf("no %s of the engine", stat.Name)
		}
	}
	if strings.Contains(text, routestest.UnknownID) || strings.Contains(text, "/some/where") {
		t.Error("a path became a label")
	}
}
