package e2e

import (
	"bufio"
	"net"
	"net/http"
	"testing"
	"time"
)

// Who gets no line because a limit refuses it is told so: the shop is there, and the line was not
// lost. With room again the page is live.
func TestRefusedByALimitIsTold(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--max-connections", "1")
	p := shop.visit(t, phone)
	p.enter("ana@example.com")
	p.open("/docs") // which needs no line
	other := shop.takePlace(t)
	p.open("/chat")
	p.soon("sign", `document.querySelector("[data-connection]").className`, "connection connection--limited")
	p.expect("words of the sign", p.text("[data-connection]"), "Demasiadas visitas")
	p.soon("what a screen reader says", `document.querySelector("[data-announce]").textContent.includes("demasiadas visitas")`, true)
	p.write("¿Hay lugar?")
	p.soon("state", unsent, []string{"Hay demasiadas visitas a la vez desde tu conexión: sale cuando haya lugar"})
	p.forgive("429")
	other.Close()
	eval[any](p, `dispatchEvent(new Event("online"))`) // it would come by itself, half a minute later
	p.isLive()
	p.soon("messages", bubbles, []string{"¿Hay lugar?"})
}

// takePlace connects without a browser, as soon as there is room.
func (s *shop) takePlace(t *testing.T) net.Conn {
	t.Helper()
	for {
		if conn := s.tryPlace(t); conn != nil {
			return conn
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *shop) tryPlace(t *testing.T) net.Conn {
	conn, err := net.Dial("tcp", s.url[len("http://"):])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	request, err := http.NewRequest("GET", s.url+"/events?topics=products", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := request.Write(conn); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), request)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode == http.StatusTooManyRequests {
		return nil
	}
	return conn
}
