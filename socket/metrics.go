package socket

import (
	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the figures about the sockets.
type metrics struct {
	connections [doors]prometheus.Gauge
	deliveries  [doors]prometheus.Counter
	bytes       [doors]prometheus.Counter
	dropped     prometheus.Counter
	recoveries  map[recovery]prometheus.Counter
	closed      map[reason]prometheus.Counter
	refused     map[refused]prometheus.Counter
	lag         prometheus.Histogram
}

func newMetrics(o Options, h *Hub) metrics {
	registry := o.Metrics
	m := metrics{recoveries: map[recovery]prometheus.Counter{}, closed: map[reason]prometheus.Counter{}, refused: map[refused]prometheus.Counter{}}
	connections := gauges(registry, "pulperia_socket_connections", "Open connections, by door.", "door")
	deliveries := counters(registry, "pulperia_socket_deliveries_total", "Events that were written to a connection, by door.", "door")
	bytes := counters(registry, "pulperia_socket_bytes_total", "Bytes that were written to connections, by door.", "door")
	for d := range door(doors) {
		m.connections[d] = connections.WithLabelValues(d.String())
		m.deliveries[d] = deliveries.WithLabelValues(d.String())
		m.bytes[d] = bytes.WithLabelValues(d.String())
	}
	byKind := counters(registry, "pulperia_socket_recoveries_total", "Clients that came, by where they got from what they had missed.", "kind")
	for _, kind := range recoveries() {
		m.recoveries[kind] = byKind.WithLabelValues(string(kind))
	}
	byReason := counters(registry, "pulperia_socket_closed_total", "Connections that ended, by reason.", "reason")
	for _, why := range reasons() {
		m.closed[why] = byReason.WithLabelValues(string(why))
	}
	byCause := counters(registry, "pulperia_socket_refused_total", "Connections that were not made, by reason.", "reason")
	for _, why := range refusals() {
		m.refused[why] = byCause.WithLabelValues(string(why))
	}
	m.dropped = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "pulperia_socket_dropped_total", Help: "Events that were thrown away because a connection did not take them.",
	})
	m.lag = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "pulperia_socket_feed_lag_seconds",
		Help:    "Time from a change to when the hub handed it to the connections.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	})
	registry.MustRegister(m.dropped, m.lag)
	registerSettings(registry, o, h)
	return m
}

// registerSettings shows the limits beside what they limit, and how many people are here.
func registerSettings(registry *prometheus.Registry, o Options, h *Hub) {
	limits := gauges(registry, "pulperia_socket_limit", "What one client may have of connections, and one connection of frames a minute. 0 means any number.", "limit")
	limits.WithLabelValues("connections").Set(float64(o.MaxConnections))
	limits.WithLabelValues("frames_per_minute").Set(float64(o.FramesPerMinute))
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "pulperia_socket_people", Help: "People who are here, over all their connections, on this process and on all others over its store.",
	}, func() float64 {
		h.mu.Lock()
		defer h.mu.Unlock()
		return float64(h.people.count())
	}))
}

func gauges(registry *prometheus.Registry, name, help, label string) *prometheus.GaugeVec {
	vec := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{label})
	registry.MustRegister(vec)
	return vec
}

func counters(registry *prometheus.Registry, name, help, label string) *prometheus.CounterVec {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	registry.MustRegister(vec)
	return vec
}

// delivered counts what one write has brought to a connection.
func (m *metrics) delivered(d door, events, bytes int) {
	m.deliveries[d].Add(float64(events))
	m.bytes[d].Add(float64(bytes))
}
