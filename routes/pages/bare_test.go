package pages

import (
	"log/slog"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"pulperia/dao/filemanagers"
	"pulperia/public"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// barePages are the pages alone, over an empty store of their own.
func barePages(t testing.TB) *Pages {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	store, err := filemanagers.Open(t.Context(), t.TempDir(), filemanagers.Options{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	trade := shop.New(store, shop.Options{Metrics: prometheus.NewRegistry()})
	p, err := New(Options{
		Shop: trade, Log: log, Session: frame.SessionCookies{Shop: trade}, Public: public.Files(), Currency: "$", Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
