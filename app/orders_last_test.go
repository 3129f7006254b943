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

// Of a thousand buyers of the last piece one has it, with one process and with three on one database,
// and all others are told that there is none left.
func TestLastPiece(t *testing.T) {
	t.Parallel()
	for _, processes := range []int{1, 3} {
		t.Run(fmt.Sprint(processes), func(t *testing.T) {
			const buyers = 1000
			shops := openBeside(t, processes, "--requests-per-minute", "0", "--orders-per-hour", "0")
			product := models.NewID(time.Now()).String()
			shops[0].must(t, "POST", "/api/products",
				fmt.Sprintf(`{"_id":%q,"title":"Yerba","description":"d","code":"Y","price":1,"stock":1,"category":"c"}`, product))
			carts := make([]string, buyers)
			inParallel(buyers, 32, func(i int) {
				carts[i] = models.NewID(time.Now()).String()
				shops[i%processes].must(t, "POST", "/api/carts", fmt.Sprintf(`{"_id":%q}`, carts[i]))
				shops[i%processes].must(t, "POST", "/api/carts/"+carts[i]+"/products/"+product, "")
			})
			var sold, short atomic.Int64
			inParallel(buyers, 64, func(i int) {
				id := models.NewID(time.Now()).String()
				body := fmt.Sprintf(`{"_id":%q,"cart":%q,"buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"cash"}}`, id, carts[i])
				for { // whom the store has no time for asks again
					status, text, err := shops[i%processes].do(http.DefaultClient, "POST", "/api/orders", body)
					switch {
					case err != nil:
						t.Error(err)
					case status == http.StatusServiceUnavailable:
						continue
					case status == http.StatusCreated || status == http.StatusOK:
						sold.Add(1)
					case status == http.StatusConflict && strings.Contains(text, `"short"`):
						short.Add(1)
					default:
						t.Errorf("%d %s", status, text)
					}
					return
				}
			})
			if sold.Load() != 1 || short.Load() != buyers-1 {
				t.Errorf("%d have it, and %d are told that there is none", sold.Load(), short.Load())
			}
		})
	}
}
