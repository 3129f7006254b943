package api

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pulperia/shop"
)

// storeMetrics are the figures about the store, asked for when they are collected.
type storeMetrics struct {
	shop   *shop.Shop
	offset *prometheus.Desc
}

var _ prometheus.Collector = storeMetrics{}

func newStoreMetrics(of *shop.Shop) storeMetrics {
	return storeMetrics{of, prometheus.NewDesc("pulperia_feed_offset", "Offset of the last change in the feed.", nil, nil)}
}

// Describe names nothing: an engine may have other figures tomorrow.
func (storeMetrics) Describe(chan<- *prometheus.Desc) {}

// Collect asks the feed and the engine. A store that does not answer within a second has no offset
// to show.
func (s storeMetrics) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if head, err := s.shop.Feed.Head(ctx); err == nil {
		out <- prometheus.MustNewConstMetric(s.offset, prometheus.GaugeValue, float64(head.Offset))
	}
	for _, stat := range s.shop.Stats() {
		kind := prometheus.GaugeValue
		if stat.Counter {
			kind = prometheus.CounterValue
		}
		desc := prometheus.NewDesc("pulperia_store_"+stat.Name, stat.Help, nil, nil)
		metric, err := prometheus.NewConstMetric(desc, kind, stat.Value)
		if err != nil {
			metric = prometheus.NewInvalidMetric(desc, err)
		}
		out <- metric
	}
}
