package socket

import (
	"bufio"
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// listen follows the chat by Server-Sent Events until everything has been heard, and comes back as
// browsers do: with the last position.
func (p *talker) listen(ctx context.Context, shop string, until time.Time) {
	for ctx.Err() == nil {
		p.follow(ctx, shop, until)
		if p.isDone(until) {
			return
		}
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
	}
	p.t.Errorf("%s has not come to an end, at %s", p.user, p.since)
}

// follow uses one connection until it breaks, everything is done, or it is time for another one: a
// line may be half-open.
func (p *talker) follow(ctx context.Context, shop string, until time.Time) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	query := url.Values{"topics": {"messages"}, "user": {p.user}, "since": {"00000000.1"}} // the header wins over it
	request, err := http.NewRequestWithContext(ctx, "GET", shop+"/events?"+query.Encode(), nil)
	if err != nil {
		p.t.Error(err)
		return
	}
	request.Header.Set("Last-Event-ID", p.since)
	line := &http.Transport{DisableKeepAlives: true}
	answer, err := line.RoundTrip(request)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	for in := bufio.NewReader(answer.Body); !p.isDone(until); {
		text, err := in.ReadString('\n')
		if err != nil {
			return // with half a line, perhaps
		}
		if data, ok := strings.CutPrefix(text, "data: "); ok {
			p.hear([]byte(data))
		}
	}
}
