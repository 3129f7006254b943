package app

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// browser is somebody who looks at pages again and again, and asks each time whether they have
// changed.
type browser struct {
	t    *testing.T
	kept map[string][2]string // tag and text of each page, by its address
}

func newBrowser(t *testing.T) *browser { return &browser{t, map[string][2]string{}} }

// look returns what a page shows now.
func (b *browser) look(s *shop, path string, headers ...string) (status int, text string) {
	b.t.Helper()
	address := s.URL + path
	answer, text := send(b.t, visitor(), "GET", address, "", append(headers, "Accept-Language", "es", "If-None-Match", b.kept[address][0])...)
	if answer.StatusCode == http.StatusNotModified {
		return http.StatusOK, b.kept[address][1]
	}
	b.kept[address] = [2]string{answer.Header.Get("ETag"), text}
	return answer.StatusCode, text
}

// wants fails unless a page shows some words, and does not show others.
func (b *browser) wants(s *shop, path string, there, gone []string, headers ...string) {
	b.t.Helper()
	_, text := b.look(s, path, headers...)
	for _, word := range there {
		if !strings.Contains(text, word) {
			b.t.Errorf("%s does not show %q", path, word)
		}
	}
	for _, word := range gone {
		if strings.Contains(text, word) {
			b.t.Errorf("%s shows %q, which is no more", path, word)
		}
	}
}

// hears reads a line to a change of a product, and fails when the line ends or loads afresh before
// that.
func (l *listener) hears(op, id string) frame {
	l.t.Helper()
	heard := l.until(op+" of "+id, func(f frame) bool { return f.Type == "change" && f.Op == op && f.ID == id })
	for _, f := range heard {
		if f.Type == "bye" || f.Type == "welcome" && !f.Recovered {
			l.t.Errorf("the line says %+v before it tells of %s", f, id)
		}
	}
	return heard[len(heard)-1]
}

// stocked gives a shop three products and a cart that names the first, through the API.
func (s *shop) stocked(t *testing.T) {
	t.Helper()
	for i, one := range [][2]string{{yerba, "Yerba"}, {mate, "Mate"}, {termo, "Termo"}} {
		body := fmt.Sprintf(`{"_id":%q,"title":%q,"description":"d","code":"C%d","price":%d,"stock":5,"category":"almacén"}`, one[0], one[1], i, i+1)
		if status, _, err := s.do(http.DefaultClient, "POST", "/api/products", body); err != nil || status != http.StatusCreated {
			t.Fatal(status, err)
		}
	}
	body := fmt.Sprintf(`{"_id":%q,"products":[{"product":%q,"quantity":2},{"product":%q,"quantity":1}]}`, cartID, yerba, mate)
	if status, _, err := s.do(http.DefaultClient, "POST", "/api/carts", body); err != nil || status != http.StatusCreated {
		t.Fatal(status, err)
	}
}

func idOf(t *testing.T, hex string) bson.M {
	t.Helper()
	id, err := bson.ObjectIDFromHex(hex)
	if err != nil {
		t.Fatal(err)
	}
	return bson.M{"_id": id}
}

func (s *shop) ends(t *testing.T) {
	t.Helper()
	if err := s.stop(t, syscall.SIGTERM); err != nil {
		t.Errorf("%v\n%s", err, &s.Log)
	}
}

// wantGone fails unless nothing shows a product any more: the API, its totals, pages that were seen
// before, the cart that names it.
func (b *browser) wantGone(s *shop, id, title string, left int) {
	b.t.Helper()
	if status, _, err := s.do(http.DefaultClient, "GET", "/api/products/"+id, ""); err != nil || status != http.StatusNotFound {
		b.t.Errorf("the API gives the deleted product: %d, %v", status, err)
	}
	if status, _ := b.look(s, "/products/"+id); status != http.StatusNotFound {
		b.t.Errorf("the page of the deleted product: %d", status)
	}
	var page []struct{}
	if s.get(b.t, "/api/products", &page); len(page) != left {
		b.t.Errorf("%d products are listed, want %d", len(page), left)
	}
	for _, path := range []string{"/", "/products?category=almac%C3%A9n", "/realtimeproducts", "/carts/" + cartID} {
		b.wants(s, path, nil, []string{">" + title + "<"})
	}
	b.wants(s, "/cart", nil, []string{">" + title + "<"}, "Cookie", "cart="+cartID)
}
