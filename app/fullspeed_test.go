package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pulperia/dao/dbmanagers"
	"pulperia/dose"
)

const manyProducts = 5_000

// Who reads everything, at the pace of a common line, is never closed as slow, however much comes
// at once: an import of thousands of products beside the open shop, or as many requests as it
// takes. Each change comes once over the one line, which is live after; the end of a step carries the
// position of all that came.
func TestWhoReadsEverythingIsNeverSlow(t *testing.T) {
	dose.SkipSmall(t, "it brings in thousands of products")
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		s := openShop(t, store, noLimits...)
		viewers := make([]chan string, 2)
		for i := range viewers {
			viewers[i] = s.unhurriedViewer(t)
		}
		s.fill(t, store)
		for _, viewer := range viewers {
			if why := <-viewer; why != "" {
				t.Error(why)
			}
		}
		if closed := s.metrics(t)[`pulperia_socket_closed_total{reason="slow"}`]; closed != 0 {
			t.Errorf("%v were closed as slow", closed)
		}
		if err := s.stop(t, os.Interrupt); err != nil {
			t.Error(err)
		}
	})
}

// fill brings many products into an open shop, as fast as it takes them.
func (s *shop) fill(t *testing.T, store string) {
	t.Helper()
	list := make([]json.RawMessage, manyProducts)
	for i := range list {
		list[i] = fmt.Appendf(nil, `{"title":"Yerba %d","description":%q,"code":"C-%d","price":1,"stock":1,"category":"c"}`, i, strings.Repeat("Muy rica. ", 100), i)
	}
	if dbmanagers.IsURL(store) {
		text, err := json.Marshal(list)
		file := filepath.Join(t.TempDir(), "products.json")
		if err == nil {
			err = os.WriteFile(file, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if out, code := execute(t, "import", file, "--store", store); code != 0 {
			t.Fatal(out)
		}
		return
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	inParallel(len(list), 16, func(i int) {
		if status, _, err := s.do(client, "POST", "/api/products", string(list[i])); err != nil || status != http.StatusCreated {
			t.Error(status, err)
		}
	})
}

// unhurriedViewer reads the catalogue's changes, some megabytes a second, until it has all of the
// many products, and says what was wrong.
func (s *shop) unhurriedViewer(t *testing.T) (ended chan string) {
	t.Helper()
	narrow := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(64 << 10) // or the system would take all of it for who reads
		}
		return conn, err
	}}
	answer, err := (&http.Client{Transport: narrow}).Get(s.URL + "/events?topics=products")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	lines := bufio.NewReaderSize(answer.Body, 4<<10)
	ended = make(chan string, 1)
	go func() {
		came := map[string]bool{}
		for last := int64(0); last < manyProducts; {
			line, err := lines.ReadBytes('\n')
			if err != nil || bytes.Contains(line, []byte(`"type":"bye"`)) {
				ended <- fmt.Sprintf("the line ended after change %d of %d: %s %v", last, manyProducts, line, err)
				return
			}
			data, is := bytes.CutPrefix(line, []byte("data: "))
			var f frame
			if !is || json.Unmarshal(data, &f) != nil || f.Type != "change" {
				continue
			}
			last++
			if came[f.ID] {
				ended <- fmt.Sprintf("change %d came before: %s", last, line)
				return
			}
			came[f.ID] = true
			_, offset, ends := strings.Cut(f.Position, ".")
			if ends && offset != fmt.Sprint(last) {
				ended <- fmt.Sprintf("change %d carries %s", last, f.Position)
				return
			}
			time.Sleep(time.Millisecond)
		}
		ended <- ""
	}()
	return ended
}
