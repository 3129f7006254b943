package app

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// addresses puts a text into every part of an address.
func (h *hostileShop) addresses(text string) {
	h.t.Helper()
	value, part := url.QueryEscape(text), url.PathEscape(text)
	pages := map[string]string{"/products?q=" + value: "search", "/products/" + part: "none"}
	if _, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err != nil { // a figure finds something
		pages["/products?minPrice="+value+"&maxPrice="+value] = "price"
	}
	for path, plain := range pages {
		answer, body := h.send(h.t, visitor(), "GET", path, "")
		page := parsePage(h.t, body)
		beyond := slices.DeleteFunc(page.beyond(h.plain[plain]), func(e string) bool {
			return slices.Contains(h.plain["nothing"].elements, e) || slices.Contains(h.plain["category"].elements, e) || slices.Contains(h.plain["search"].elements, e)
		})
		if answer.StatusCode >= 500 || slices.ContainsFunc(beyond, isDangerous) {
			h.t.Errorf("%s: %s; beyond a plain page %q", path, answer.Status, beyond)
		}
	}
	for _, path := range []string{
		"/api/products?category=" + value + "&q=" + value, "/api/products?query=" + value, "/api/products?limit=" + value + "&page=" + value + "&sort=" + value,
		"/api/products?minPrice=" + value + "&status=" + value, "/api/messages?before=" + value, "/api/carts/" + part, "/api/carts/" + part + "/products/" + part, "/events?topics=" + value + "&since=" + value,
	} {
		answer, body := h.send(h.t, visitor(), "GET", path, "")
		if answer.StatusCode >= 500 || strings.HasPrefix(path, "/api/") && !strings.Contains(text, "..") && !json.Valid([]byte(body)) || answer.Header.Get("X-Request-Id") == "" {
			h.t.Errorf("%s: %s %s", path, answer.Status, body)
		}
	}
}

// visitor sends a text in cookies and headers: none of them counts, and none comes back in a
// header.
func (h *hostileShop) visitor(text string) {
	h.t.Helper()
	value := url.QueryEscape(text)
	headers := []string{"Cookie", "user=" + value + "; cart=" + value + "; lang=" + value}
	if line, ok := lineOf(text, 8_000); ok { // net/http sends no other
		headers = append(headers, "Accept-Language", line, "Referer", line, "User-Agent", line, "If-None-Match", line)
	}
	for _, path := range []string{"/chat", "/cart"} {
		answer, body := h.send(h.t, visitor(), "GET", path, "", headers...)
		page := parsePage(h.t, body)
		if answer.StatusCode != 200 || slices.ContainsFunc(page.beyond(h.plain[strings.Trim(path, "/")]), isDangerous) || answer.Header.Get("A") != "" {
			h.t.Errorf("%s with %q: %s %v", path, headers, answer.Status, answer.Header)
		}
	}
	answer, _ := h.send(h.t, visitor(), "POST", "/language", url.Values{"lang": {text}, "back": {text}, "to": {text}, "here": {text}}.Encode(), "Referer", "http://x/")
	if to := answer.Header.Get("Location"); answer.StatusCode >= 500 || to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n")) {
		h.t.Errorf("%q: %s to %q", text, answer.Status, to)
	}
}
