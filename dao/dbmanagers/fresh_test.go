package dbmanagers

import (
	"sync"
	"testing"
	"time"
)

// Who asks for what is fresh learns what another process did half a second ago, though nobody was
// connected for long and nobody has looked; all who ask at once share one look, and who asks soon
// after it needs none.
func TestFresh(t *testing.T) {
	far(t, 2, func(t *testing.T, engines []*engine) {
		writer, reader := engines[0], engines[1]
		asked := func() int {
			reader.client().mu.Lock()
			defer reader.client().mu.Unlock()
			return reader.client().asked
		}
		for round := range 20 {
			time.Sleep(time.Minute + time.Duration(round)*700*time.Millisecond) // whatever is looked at now and then
			_, receipt, err := writer.store().Products.Create(t.Context(), aProduct(time.Duration(round).String()))
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(fresh + time.Millisecond)
			was := asked()
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					at, err := reader.feed.Fresh(t.Context())
					if err != nil || at != receipt.Position {
						t.Errorf("it is at %v, %v, and not at %v", at, err, receipt.Position)
					}
				})
			}
			all.Wait()
			if n := asked() - was; n > 10 {
				t.Errorf("a hundred who asked at once have made %d commands", n)
			}
			was = asked()
			if _, err := reader.feed.Fresh(t.Context()); err != nil || asked() != was {
				t.Errorf("who asked after that has made %d commands: %v", asked()-was, err)
			}
		}
	})
}
