package app

import (
	"fmt"
	"net/http"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// openBeside starts several programs over one database, at the same moment.
func openBeside(t *testing.T, n int, flags ...string) (shops []*shop) {
	t.Helper()
	store := database(t)
	for range n {
		shops = append(shops, startShop(t, store, append([]string{"--messages-per-minute", "0"}, flags...)...))
	}
	for _, s := range shops {
		s.untilOpen(t)
	}
	return shops
}

// Several programs on one database are one shop: whoever writes to one is heard on all, in one
// order; a listener who goes from one to the other by position misses nothing and hears nothing
// twice, and the death of one loses nothing.
func TestSeveralPrograms(t *testing.T) {
	t.Parallel()
	shops := openBeside(t, 3)
	urls := []string{shops[0].URL, shops[1].URL, shops[2].URL}
	since := shops[0].position(t)
	steady := []*listener{dialSocket(t, urls[0], "ana@example.com", since, "messages"), dialEvents(t, urls[1], "ana@example.com", since, "messages")}
	people := startCrowd(urls...)
	var wandering []frame
	at := since
	for turn := range 12 {
		if turn == 6 {
			shops[2].stop(t, syscall.SIGKILL)
			urls = urls[:2]
		}
		dial := []door{dialSocket, dialEvents}[turn/2%2]
		wanderer := dial(t, urls[turn%len(urls)], "carla@example.com", at, "messages")
		if !wanderer.welcomed().Recovered {
			t.Fatalf("turn %d: %s is not recovered on another process", turn, at)
		}
		for range 10 {
			wandering = append(wandering, wanderer.until("change", isMessage)...)
			at = wandering[len(wandering)-1].Position
		}
		wanderer.hangUp()
	}
	want := append(people.stop(), "el último")
	if !accepted(urls[1], `{"user":"beto@example.com","message":"el último"}`) {
		t.Fatal("the last message is refused")
	}
	isLast := func(f frame) bool { return isMessage(f) && f.what() == "el último" }
	end := dialSocket(t, urls[0], "carla@example.com", at, "messages")
	wandering = append(wandering, end.until("the last message", isLast)...)
	heard := [][]frame{steady[0].until("the last message", isLast), steady[1].until("the last message", isLast), wandering}
	for i, frames := range heard {
		frames = slices.DeleteFunc(frames, func(f frame) bool { return !isMessage(f) })
		wantOnce(t, fmt.Sprint("listener ", i), frames, want)
		if diff := cmp.Diff(heard[0][:min(len(heard[0]), len(frames))], frames); diff != "" {
			t.Errorf("listener %d heard something else than the first:\n%s", i, diff)
		}
		heard[i] = frames
	}
	t.Logf("%d messages", len(want))
}

func isMessage(f frame) bool { return f.Type == "change" && f.Kind == "message" }

// position is where the feed stands, as the program knows it.
func (s *shop) position(t *testing.T) string {
	t.Helper()
	answer, err := http.Get(s.URL + "/api/messages?limit=1")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.Header.Get("X-Position")
}

// Who is here is the same on every program, and whoever goes from one to the other has neither left
// nor come.
func TestPresenceAcrossPrograms(t *testing.T) {
	t.Parallel()
	shops := openBeside(t, 2)
	ana := dialSocket(t, shops[0].URL, "ana@example.com", "", "messages")
	ana.welcomed()
	beto := dialSocket(t, shops[1].URL, "beto@example.com", "", "messages")
	isNews := func(user string) func(frame) bool {
		return func(f frame) bool { return slices.Contains(f.Joined, user) }
	}
	ana.until("beto's coming", isNews("beto@example.com"))
	again := dialSocket(t, shops[0].URL, "beto@example.com", beto.welcomed().Position, "messages")
	if hi := again.welcomed(); !slices.Equal(hi.People, []string{"ana@example.com", "beto@example.com"}) {
		t.Errorf("on the other program: %v", hi.People)
	}
	beto.hangUp()
	dialSocket(t, shops[1].URL, "carla@example.com", "", "messages") // who learns of her knows that beto's first line is gone
	for _, f := range ana.until("carla's coming", isNews("carla@example.com")) {
		if len(f.Left) > 0 || slices.Contains(f.Joined, "beto@example.com") {
			t.Errorf("beto only moved: %+v", f)
		}
	}
	again.hangUp()
	ana.until("beto's leaving", func(f frame) bool { return slices.Equal(f.Left, []string{"beto@example.com"}) })
	shops[1].stop(t, syscall.SIGTERM)
	ana.until("carla's leaving", func(f frame) bool { return slices.Equal(f.Left, []string{"carla@example.com"}) })
}

// Programs that start at the same moment on an empty database fill it once.
func TestDemoAtOnce(t *testing.T) {
	t.Parallel()
	shops := openBeside(t, 3, "--demo")
	for i, s := range shops {
		var products []struct{ Code string }
		s.get(t, "/api/products?limit=1000", &products)
		codes := map[string]bool{}
		for _, p := range products {
			codes[p.Code] = true
		}
		if len(products) < 24 || len(codes) != len(products) {
			t.Errorf("shop %d has %d products with %d codes", i, len(products), len(codes))
		}
	}
}
