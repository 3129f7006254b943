package socket

import (
	"testing"
	"time"
)

// The hub gives its readers a breath when the queues of most are half full and move. Those that are
// stuck do not count: neither do they hold the others up, nor do they hide that the others
// struggle.
func TestStruggling(t *testing.T) {
	now := time.Now()
	reader := func(size int, still time.Duration) *conn {
		return &conn{queue: queue{size: size}, moved: now.Add(-still)}
	}
	full, light, stuck := reader(maxQueue, 0), reader(maxQueue/4, 0), reader(maxQueue, time.Second)
	for _, tt := range []struct {
		total   int
		stalled []*conn
		want    bool
	}{
		{3, nil, false},
		{3, []*conn{full}, false},
		{3, []*conn{full, full}, true},
		{3, []*conn{light, light, light}, false},
		{3, []*conn{stuck, stuck, stuck}, false},
		{2, []*conn{full}, false},
		{2, []*conn{full, stuck}, true},
		{1000, []*conn{stuck, full}, false},
	} {
		w := newWriters()
		w.stalled = tt.stalled
		if got := w.areStruggling(tt.total, now); got != tt.want {
			t.Errorf("%d of %d are stalled: %v", len(tt.stalled), tt.total, got)
		}
	}
}
