package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// Whatever a visitor's browser sends of cookies and languages, the pages are there, and give back
// no header that was sent: of cookies, only a name that one may have in the chat.
func FuzzVisitor(f *testing.F) {
	f.Add("user=ana%40example.com; cart=665f1c2ab0e84d3f9a7c1e52; lang=en", "es-AR,es;q=0.9,en;q=0.8")
	f.Add("user=%zz; cart=; lang", "*;q=0, ,;q=x")
	f.Add("user=\"a\r\nX: y\"; user=b; cart=\xff", "\xff-\x00"+strings.Repeat("a-", 50))
	shop := routestest.Open(f)
	f.Fuzz(func(t *testing.T, cookies, languages string) {
		for _, path := range []string{"/cart", "/chat"} {
			got := shop.In(t).Do("GET", path, "", "Cookie", cookies, "Accept-Language", languages)
			if got.Code != http.StatusOK {
				t.Errorf("%s: %d %v", path, got.Code, got.Header())
			}
			for _, c := range got.Result().Cookies() {
				user, err := url.QueryUnescape(c.Value)
				given := strings.HasPrefix(c.Name, "user-") && err == nil && models.CheckUser(user) == nil
				taken := (c.Name == "user" || strings.Contains(cookies, c.Name)) && c.Value == "" && c.MaxAge < 0
				if !given && !taken {
					t.Errorf("%s sets %v", path, c)
				}
			}
		}
	})
}
