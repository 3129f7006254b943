package pages

import (
	"net/url"
	"strings"
)

// textPart is a piece of a message: plain text, or an address to follow.
type textPart struct {
	Text string
	Link bool
}

// splitLinks finds the http(s) addresses in a text. Its parts, one after the other, are the text.
func splitLinks(text string) (parts []textPart) {
	plain := func(s string) {
		if n := len(parts); n > 0 && !parts[n-1].Link {
			parts[n-1].Text += s
		} else if s != "" {
			parts = append(parts, textPart{Text: s})
		}
	}
	for text != "" {
		start := nextScheme(text)
		if start < 0 {
			plain(text)
			return parts
		}
		plain(text[:start])
		text = text[start:]
		link := addressIn(text)
		if link == "" {
			plain(text[:len("http")])
			text = text[len("http"):]
			continue
		}
		parts = append(parts, textPart{link, true})
		text = text[len(link):]
	}
	return parts
}

func nextScheme(text string) int {
	plain, secure := strings.Index(text, "http://"), strings.Index(text, "https://")
	if plain < 0 || secure >= 0 && secure < plain {
		return secure
	}
	return plain
}

// addressIn returns the address that a text begins with, without what belongs to the sentence
// around it, or "".
func addressIn(text string) string {
	if end := strings.IndexAny(text, " \t\r\n\"<>`\u00a0\u200b\u2028\u2029"); end >= 0 {
		text = text[:end]
	}
	text = strings.TrimRight(text, ".,;:!?'*_~»”’…]}")
	if !strings.Contains(text, "(") {
		text = strings.TrimRight(text, ").,;:!?")
	}
	if u, err := url.Parse(text); err != nil || u.Hostname() == "" {
		return ""
	}
	return text
}
