package shop

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"
)

// maxKeys bounds the memory of one limiter: about 10 MiB.
const maxKeys = 1 << 16

// Limiter keeps a token bucket for each sender. One that is full again is the same as none, so it
// is dropped.
type Limiter[K comparable] struct {
	every   rate.Limit // tokens a second; 0 allows everything
	burst   int
	refused prometheus.Counter

	mu      sync.Mutex
	buckets map[K]*rate.Limiter
	swept   time.Time
}

// NewLimiter returns a limiter of so many a minute for each sender, a third of them at once; 0 for
// any number. It has its figures in metrics under a name; without metrics nobody sees them.
func NewLimiter[K comparable](
	name string, perMinute int, metrics prometheus.Registerer,
) *Limiter[K] {
	is := prometheus.Labels{"limit": name}
	l := &Limiter[K]{
		every:   rate.Limit(perMinute) / 60,
		burst:   max(1, perMinute/3),
		buckets: map[K]*rate.Limiter{},
		refused: prometheus.NewCounter(limitedOpts(name)),
	}
	most := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "pulperia_limit_per_minute", ConstLabels: is,
		Help: "How many requests of one address, and messages of one sender, a minute may have. " +
			"0 means any number.",
	})
	most.Set(float64(perMinute))
	if metrics != nil {
		metrics.MustRegister(l.refused, most)
	}
	return l
}

// limitedOpts are those of the figure of what a limit has refused.
func limitedOpts(limit string) prometheus.CounterOpts {
	return prometheus.CounterOpts{
		Name: "pulperia_limited_total", ConstLabels: prometheus.Labels{"limit": limit},
		Help: "Requests and messages refused because their sender sent too many.",
	}
}

// Allow says whether a sender may send once more now, and otherwise after which time.
func (l *Limiter[K]) Allow(key K) (retryAfter time.Duration, ok bool) {
	if l.every <= 0 {
		return 0, true
	}
	now := time.Now()
	reservation := l.bucket(key, now).ReserveN(now, 1)
	if retryAfter = reservation.DelayFrom(now); retryAfter > 0 {
		reservation.CancelAt(now)
		l.refused.Inc()
	}
	return retryAfter, retryAfter == 0
}

func (l *Limiter[K]) bucket(key K, now time.Time) *rate.Limiter {
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
// when there are too many: a flood from countless senders then has fresh buckets, but not all the
// memory.
func (l *Limiter[K]) makeRoom(now time.Time) {
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
