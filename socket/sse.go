package socket

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"pulperia/dao/models"
)

// Events is the handler of GET /events?since=…&topics=…&user=…: what WebSocket would tell, as
// Server-Sent Events, for whom a proxy keeps from WebSocket. Last-Event-ID, which browsers send
// when they come back, wins over since.
//
// The line is taken over from the HTTP server, as that of a WebSocket is: so it costs no more,
// waits for nobody, and the server's time-outs for answers do not concern it.
func (h *Hub) Events(w http.ResponseWriter, r *http.Request) {
	v, ok := h.visit(w, r, doorEvents)
	if !ok {
		return
	}
	said, refused := decodeQuery(r)
	if refused != nil {
		v.refuse(refusedHandshake, http.StatusBadRequest, refused.Message, 0)
		return
	}
	p, ok := v.admit()
	if !ok {
		return
	}
	if refused, status := h.mayFollow(r.Context(), p.who, said.Topics); refused != nil {
		h.leave(p)
		v.refuse(refusedRight, status, refused.Message, 0)
		return
	}
	handle, err := h.present(r.Context(), p, said)
	if invalid, is := errors.AsType[models.Invalid](err); is {
		h.leave(p)
		v.refuse(refusedHandshake, http.StatusBadRequest, refuse("", invalid.Error()).Message, 0)
		return
	}
	how := recoveryNone
	if err == nil {
		how, err = h.plan(r.Context(), said.Since)
	}
	if err != nil {
		h.leave(p)
		v.away()
		return
	}
	line, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		h.leave(p)
		v.refuse(refusedHandshake, http.StatusBadRequest, "Events need HTTP/1.1.", 0)
		return
	}
	line.SetDeadline(time.Time{}) // the server had set some
	c := h.open(view{door: doorEvents}, line, p)
	c.reply(v.head())
	c.greeted = true
	h.join(c, said, handle, how)
	go c.readEvents(line, early(rw.Reader))
}

// decodeQuery reads the hello that stands in the query.
func decodeQuery(r *http.Request) (hello, *refusal) {
	query := r.URL.Query()
	var since *string
	for _, text := range []string{r.Header.Get("Last-Event-ID"), query.Get("since")} {
		if text != "" {
			since = &text
			break
		}
	}
	var topics []string
	for _, list := range query["topics"] {
		for topic := range strings.SplitSeq(list, ",") {
			if topic != "" {
				topics = append(topics, topic)
			}
		}
	}
	return decodeHello(query.Get("user"), since, topics)
}

// head is the beginning of the answer, and for how long browsers shall wait before they come back.
func (v *visit) head() []byte {
	header := v.w.Header().Clone()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Connection", "close")
	header.Set("X-Accel-Buffering", "no") // nginx would keep events until it has enough of them
	if v.hub.origins.isForeign(v.r) {
		header.Set("Access-Control-Allow-Origin", v.r.Header.Get("Origin"))
		header.Set("Vary", "Origin")
	}
	var b strings.Builder
	b.WriteString("HTTP/1.1 200 OK\r\n")
	header.Write(&b)
	b.WriteString("\r\nretry: 2000\n\n")
	return []byte(b.String())
}

// readEvents is the reader of a connection that only listens: it waits for the end.
func (c *conn) readEvents(line net.Conn, early []byte) {
	defer c.hub.gone(c)
	buffer := make([]byte, 1)
	if _, err := io.ReadFull(lineReader(line, early), buffer); err == nil {
		c.end(reasonPolicy) // another request: the answer to this one never ends
		io.Copy(io.Discard, line)
	}
}
