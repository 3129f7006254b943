package app

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"pulperia/dao/models"
	"pulperia/faults/harness"
)

// crowd is people who write all the time, to any of the shops, as behind a balancer. What was not
// acknowledged they send again, under the same id, to the next shop.
type crowd struct {
	mu      sync.Mutex
	stored  []string
	ended   chan struct{}
	writers sync.WaitGroup
}

func startCrowd(shops ...string) *crowd {
	c := &crowd{ended: make(chan struct{})}
	for writer := range 4 {
		c.writers.Go(func() {
			for n, turn := 0, writer; ; n++ {
				text := fmt.Sprintf("de %d: %d", writer, n)
				body := fmt.Sprintf(`{"_id":%q,"user":"beto@example.com","message":%q}`, models.NewID(time.Now()), text)
				for turn++; !accepted(shops[turn%len(shops)], body); turn++ {
					time.Sleep(20 * time.Millisecond)
				}
				c.mu.Lock()
				c.stored = append(c.stored, text)
				c.mu.Unlock()
				select {
				case <-c.ended:
					return
				case <-time.After(10 * time.Millisecond): // they read, too
				}
			}
		})
	}
	return c
}

func accepted(shop, message string) bool {
	answer, err := harness.Send(visitor(), "POST", shop+"/api/messages", message)
	return err == nil && answer.StatusCode < 300
}

// visitor is somebody without cookies who goes nowhere by himself.
func visitor() *http.Client {
	return &http.Client{
		Timeout:       patience, // the shop's own deadlines are shorter
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// untilStored waits until so many messages are acknowledged.
func (c *crowd) untilStored(t *testing.T, n int) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		c.mu.Lock()
		enough := len(c.stored) >= n
		c.mu.Unlock()
		if enough {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the shop takes no messages")
		}
	}
}

// stop lets everybody finish what they are at, and returns what was acknowledged.
func (c *crowd) stop() []string {
	close(c.ended)
	c.writers.Wait()
	return c.stored
}
