package pages

import (
	"net/url"
	"strings"
	"testing"
)

// The way back after a choice of language never leads to another site.
func TestLocalPath(t *testing.T) {
	for to, want := range map[string]string{
		"/":                      "/",
		"/products?q=a%2Fb&x=1":  "/products?q=a%2Fb&x=1",
		"/chat#m-1":              "/chat#m-1",
		"":                       "/",
		"products":               "/",
		"//evil.example":         "/",
		"/\\evil.example":        "/",
		"\\\\evil.example":       "/",
		"https://evil.example/":  "/",
		"javascript:alert(1)":    "/",
		"/\t/evil.example":       "/",
		"///evil.example":        "/",
		"/%zz":                   "/",
		"/a\r\nSet-Cookie: x=1":  "/",
		"http:/evil.example":     "/",
		"//user@evil.example/":   "/",
		" //evil.example":        "/",
		"/products//evil?q=//ok": "/products//evil?q=//ok",
	} {
		if got := localPath(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
}

// Wherever a form asks to lead after a choice of language, it leads to a page of this server.
func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/cart?x=1#y", "//evil.example", `/\evil.example`, "http:/x", "/\t/evil.example", "/%5cevil", "", "/..//evil.example", "/\u2028/x"} {
		f.Add(seed)
	}
	here, _ := url.Parse("http://shop.example/products")
	f.Fuzz(func(t *testing.T, to string) {
		path := localPath(to)
		got, err := here.Parse(path)
		if err != nil || got.Host != here.Host || got.Scheme != "http" || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t\x00") {
			t.Errorf("%q leads to %q", to, path)
		}
	})
}
