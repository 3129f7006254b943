package frame_test

import (
	"fmt"
	"strings"
	"testing"

	"pulperia/routes/routestest"
)

// The log has a line for each request, with all that whoever runs the shop looks for.
func TestRequestLog(t *testing.T) {
	shop := routestest.Open(t)
	got := shop.Do("GET", "/api/products/"+routestest.UnknownID, "")
	for _, want := range []string{
		"msg=request", "request=" + got.Header().Get("X-Request-Id"), "method=GET", "path=/api/products/" + routestest.UnknownID,
		`route="GET /api/products/{pid}"`, "status=404", fmt.Sprint("bytes=", got.Body.Len()), "duration=", "remote=127.0.0.1",
	} {
		if !strings.Contains(shop.Log.String(), want) {
			t.Errorf("no %s in %s", want, shop.Log)
		}
	}
}
