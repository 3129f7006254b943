package routes

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"
)

// maxKeys bounds the memory of one limiter: about 10 MiB.
const maxKeys = 1 << 16

// limits are the limits of the shop, shared by the API and the pages.
type limits struct {
	requests *limiter[netip.Prefix]
	messages *limiter[string]
	refused  *prometheus.CounterVec
}

func newLimits(o Limits, metrics *prometheus.Registry) *limits {
	l := &limits{
		requests: newLimiter[netip.Prefix](o.RequestsPerMinute),
		messages: newLimiter[string](o.MessagesPerMinute),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pulperia_limited_total",
			Help: "Requests and messages refused because their sender sent too many.",
		}, []string{"limit"}),
	}
	perMinute := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "pulperia_limit_per_minute",
		Help: "How many requests of one address, and messages of one user, a minute may have. 0 means any number.",
	}, []string{"limit"})
	perMinute.WithLabelValues("requests").Set(float64(o.RequestsPerMinute))
	perMinute.WithLabelValues("messages").Set(float64(o.MessagesPerMinute))
	for _, limit := range []string{"requests", "messages"} {
		l.refused.WithLabelValues(limit)
	}
	metrics.MustRegister(l.refused, perMinute)
	return l
}

// allowRequest says whether an address may ask once more now, and otherwise after which time.
func (l *limits) allowRequest(client netip.Addr) (retryAfter time.Duration, ok bool) {
	retryAfter, ok = l.requests.allow(network(client), time.Now())
	if !ok {
		l.refused.WithLabelValues("requests").Inc()
	}
	return retryAfter, ok
}

// allowMessage says whether a user may send a message now, and otherwise after which time. The API
// and the pages ask the same limiter.
func (l *limits) allowMessage(user string) (retryAfter time.Duration, ok bool) {
	retryAfter, ok = l.messages.allow(strings.ToLower(strings.TrimSpace(user)), time.Now())
	if !ok {
		l.refused.WithLabelValues("messages").Inc()
	}
	return retryAfter, ok
}

// network is what counts as one address: an IPv6 provider gives a household a /64 at least, so one
// visitor has all of it.
func network(client netip.Addr) netip.Prefix {
	bits := 32
	if client.Is6() {
		bits = 64
	}
	prefix, _ := client.Prefix(bits) // of no address: the zero prefix, one more sender
	return prefix
}

// limiter keeps a token bucket for each sender. One that is full again is the same as none, so it
// is dropped.
type limiter[K comparable] struct {
	every rate.Limit // tokens a second; 0 allows everything
	burst int

	mu      sync.Mutex
	buckets map[K]*rate.Limiter
	swept   time.Time
}

func newLimiter[K comparable](perMinute int) *limiter[K] {
	return &limiter[K]{
		every:   rate.Limit(perMinute) / 60,
		burst:   max(1, perMinute/3),
		buckets: map[K]*rate.Limiter{},
	}
}

func (l *limiter[K]) allow(key K, now time.Time) (retryAfter time.Duration, ok bool) {
	if l.every <= 0 {
		return 0, true
	}
	reservation := l.bucket(key, now).ReserveN(now, 1)
	if retryAfter = reservation.DelayFrom(now); retryAfter > 0 {
		reservation.CancelAt(now)
	}
	return retryAfter, retryAfter == 0
}

func (l *limiter[K]) bucket(key K, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket, known := l.buckets[key]
	if !known {
		l.makeRoom(now)
		bucket = rate.NewLimiter(l.every, l.burst)
		l.buckets[key] = bucket
	}
	return bucket
}

// makeRoom drops the full buckets once in the time that an empty one takes to fill, and any other
// when there are too many: a flood from countless addresses then has fresh buckets, but not all the
// memory.
func (l *limiter[K]) makeRoom(now time.Time) {
	fill := time.Duration(float64(l.burst) / float64(l.every) * float64(time.Second))
	if now.Sub(l.swept) >= fill {
		l.swept = now
		for key, bucket := range l.buckets {
			if bucket.TokensAt(now) >= float64(l.burst) {
				delete(l.buckets, key)
			}
		}
	}
	for key := range l.buckets {
		if len(l.buckets) < maxKeys {
			return
		}
		delete(l.buckets, key)
	}
}
