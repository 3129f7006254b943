package frame

import (
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// httpMetrics are the figures about requests.
type httpMetrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	inFlight prometheus.Gauge
	found    *sync.Map // the figures of an outcome, by what it is
}

// outcome is what requests are counted by, and figures are those of one.
type (
	outcome struct {
		route  string
		status int
	}
	figures struct {
		requests prometheus.Counter
		duration prometheus.Observer
	}
)

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
		found: new(sync.Map),
	}
	registry.MustRegister(m.requests, m.duration, m.inFlight)
	return m
}

// done counts a request. The route is a pattern, never a path: there are few of them whatever
// clients ask for.
func (m httpMetrics) done(route string, status int, duration time.Duration) {
	of, known := m.found.Load(outcome{route, status})
	if !known {
		of, _ = m.found.LoadOrStore(outcome{route, status}, figures{
			m.requests.WithLabelValues(route, strconv.Itoa(status)), m.duration.WithLabelValues(route),
		})
	}
	of.(figures).requests.Inc()
	of.(figures).duration.Observe(duration.Seconds())
}
