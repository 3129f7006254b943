package routes

import (
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pulperia/shop"
)

// httpMetrics are the figures about requests.
type httpMetrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

func newHTTPMetrics(registry *prometheus.Registry) httpMetrics {
	m := httpMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pulperia_http_requests_total",
			Help: "Requests answered, by route and status.",
		}, []string{"route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "pulperia_http_request_duration_seconds",
			Help:    "Time from a request's header to the end of its answer, by route.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "pulperia_http_requests_in_flight",
			Help: "Requests being answered now.",
		}),
	}
	registry.MustRegister(m.requests, m.duration, m.inFlight)
	return m
}

// done counts a request. The route is a pattern, never a path: there are few of them whatever
// clients ask for.
func (m httpMetrics) done(route string, status int, duration time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(route).Observe(duration.Seconds())
}

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
