package app

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pulperia/dao/models"
)

// Of a thousand buyers of the last piece one has it, and of two hundred of the last fifty fifty, with
// one process and with three on one database; all others are told that there is none left.
func TestLastPiece(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ processes, buyers, pieces int }{{1, 1000, 1}, {3, 1000, 1}, {3, 200, 50}} {
		t.Run(fmt.Sprintf("%d of %d buyers, processes %d", tt.pieces, tt.buyers, tt.processes), func(t *testing.T) {
			shops := openBeside(t, tt.processes, "--requests-per-minute", "0", "--orders-per-hour", "0")
			product := models.NewID(time.Now()).String()
			shops[0].must(t, "POST", "/api/products", fmt.Sprintf(
				`{"_id":%q,"title":"Yerba","description":"d","code":"Y","price":1,"stock":%d,"category":"c"}`, product, tt.pieces))
			carts := make([]string, tt.buyers)
			inParallel(tt.buyers, 32, func(i int) {
				carts[i] = models.NewID(time.Now()).String()
				shops[i%tt.processes].must(t, "POST", "/api/carts", fmt.Sprintf(`{"_id":%q}`, carts[i]))
				shops[i%tt.processes].must(t, "POST", "/api/carts/"+carts[i]+"/products/"+product, "")
			})
			var sold, short atomic.Int64
			inParallel(tt.buyers, 64, func(i int) {
				if shops[i%tt.processes].buys(t, carts[i]) {
					sold.Add(1)
				} else {
					short.Add(1)
				}
			})
			t.Attr("buyers", fmt.Sprint(tt.buyers))
			t.Attr("sold", fmt.Sprint(sold.Load()))
			if sold.Load() != int64(tt.pieces) || short.Load() != int64(tt.buyers-tt.pieces) {
				t.Errorf("%d have one, and %d are told that there is none", sold.Load(), short.Load())
			}
		})
	}
}

// buys orders a cart, and says whether that was done: else nothing is left.
func (s *shop) buys(t *testing.T, cart string) bool {
	body := fmt.Sprintf(`{"_id":%q,"cart":%q,"buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"cash"}}`,
		models.NewID(time.Now()), cart)
	for { // whom the store has no time for asks again
		status, text, err := s.do(http.DefaultClient, "POST", "/api/orders", body)
		switch {
		case err == nil && status == http.StatusServiceUnavailable:
			continue
		case err == nil && (status == http.StatusCreated || status == http.StatusOK):
			return true
		case err != nil || status != http.StatusConflict || !strings.Contains(text, `"short"`):
			t.Errorf("%d %s, %v", status, text, err)
		}
		return false
	}
}
