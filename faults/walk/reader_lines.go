package walk

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/coder/websocket"
)

// byWebSocket is one line of a reader that has WebSocket.
func byWebSocket(ctx context.Context, at, since string, topics []string, hear func([]byte) error) error {
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(at, "http")+"/ws", nil)
	if err != nil {
		return err
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 20)
	hello := map[string]any{"type": "hello", "user": readerUser, "since": since, "topics": topics}
	if err := conn.Write(ctx, websocket.MessageText, []byte(text(hello))); err != nil {
		return err
	}
	for {
		_, said, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		if err := hear(said); err != nil {
			return err
		}
	}
}

// byEvents is one line of a reader that a proxy keeps from WebSocket.
func byEvents(ctx context.Context, at, since string, topics []string, hear func([]byte) error) error {
	query := url.Values{"user": {readerUser}, "since": {since}, "topics": {strings.Join(topics, ",")}}
	request, err := http.NewRequestWithContext(ctx, "GET", at+"/events?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for lines.Buffer(nil, 1<<20); lines.Scan(); {
		data, isData := strings.CutPrefix(lines.Text(), "data:")
		if !isData {
			continue
		}
		if err := hear([]byte(data)); err != nil {
			return err
		}
	}
	return lines.Err()
}
