package app

import (
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"pulperia/dao/models"
)

// hostileClasses are kinds of texts that do harm where they are taken for anything but text. The
// texts are made from them by rule, see hostileText.
var hostileClasses = [][]string{
	{"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</textarea></title></style><svg/onload=alert(1)>", "<!--", "]]>", "<a href=javascript:alert(1)>", "<base href=//x>", "<meta http-equiv=refresh content=0>", "<template>", "<math><mi xlink:href=x>"},
	{`"><b a="`, `' onfocus=alert(1) x='`, "` onload=`", `" autofocus=" `, `x=y z=w`, `\" \' \\`, `&quot;&#34;&lt;b&gt;&amp;amp;`, "&#x3c;i>", "&notit;", "&#0;"},
	{"';alert(1);//", "</script><script>", "${alert(1)}", `\u003cscript\u003e`, "`${7*7}`", "javascript:alert(1)", "data:text/html,x", "vbscript:x", "__proto__", "constructor.prototype"},
	{"{{7*7}}", "{{{title}}}", "{{#each this}}", "{{> layout}}", "{{! x }}", "{{/if}}", "<%= 7*7 %>", "#{7*7}", "[[x]]", "{{constructor.constructor('x')()}}"},
	{"' OR '1'='1", "'; DROP TABLE products;--", "1; SELECT 1", `" OR ""="`, "admin'--", "UNION SELECT NULL", "%27", "0x27", "/**/", "1e0"},
	{"$where", `{"$gt":""}`, `{"$ne":null}`, "$set.price", "a.b.c", "pulperia.feed", "$$ROOT", "[$regex]=.*", "this.a==1", "$"},
	{"\u202egnp.exe", "\u2066x\u2069", "\u200f\u200e", "\u061c", "\u202a\u202c", "\u2067\u2067\u2067"},
	{"a\u200bb", "\u200d", "\ufeff", "\u2060", "\u00ad", "\u180e", "\ufe0f", "\u3164"},
	{"Z\u0351\u0343\u0322", strings.Repeat("\u0301", 40), "e\u0301", "\u1100\u1161", "ﷺ", "ﬃ", "İ", "ß", "ŉ", "\u0344"},
	{"🧉", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "𝒳", "\U0010FFFD", "\U000E0041", "𠜎", "\uFFFD", "\uFFFF", "\uFDD0"},
	{"\x00", "\x01", "\x1b[31m", "\x7f", "\u0085", "\u009f", "\b", "\v"},
	{"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80", "\xc3", "\xe2\x82", "\xf4\x90\x80\x80"},
	{"../../../etc/passwd", `..\..\windows`, "%2e%2e%2f", "/etc/passwd", "file:///x", "C:\\", "~root", "|ls", "$(id)", "`id`"},
	{"x\r\nSet-Cookie: a=b", "\r\n\r\n<html>", "\n", "\r", "\u2028", "\u2029", "\t", "x\ndata: y\n\n", "\nid: 1", "%0d%0a"},
	{"=1+1", "+1", "-1", "@SUM(1)", "=HYPERLINK(\"x\")", "\t=1", ",,,", "\"\"\"", ";", "'"},
	{"%s%s%n", "%d", "%x%x", "%!s(MISSING)", "{0}", "${jndi:ldap://x}", "%00", "NaN", "null", "undefined", "true", "1e999", "-0", "[object Object]"},
	{strings.Repeat("x", 199), strings.Repeat("ñ", 200), strings.Repeat("🧉", 100), strings.Repeat("<", 198), strings.Repeat("&", 150), strings.Repeat("a ", 99) + "a"},
	{strings.Repeat("x", 201), strings.Repeat("ñ", 2001), strings.Repeat("🧉", 5001), strings.Repeat("\u0301", 300)},
}

// hostileText makes a text: one of a class, as it is, within others, beside one of another class,
// or with space around.
func hostileText(r *rand.Rand) string {
	pick := func() string {
		class := hostileClasses[r.IntN(len(hostileClasses))]
		return class[r.IntN(len(class))]
	}
	text := pick()
	switch r.IntN(6) {
	case 0:
		return text
	case 1:
		return "ñandú " + text + " fin"
	case 2:
		return text + pick()
	case 3:
		return " \u00a0\t" + text + "\n\u2003"
	case 4:
		return "x" + text
	}
	return text + text
}

// hostileTexts makes n of them, none twice and none but space.
func hostileTexts(n int, seed uint64) []string {
	r, seen := rand.New(rand.NewPCG(seed, 0)), map[string]bool{"": true}
	list := make([]string, 0, n)
	for len(list) < n {
		text := hostileText(r)
		if trimmed := strings.TrimSpace(text); !seen[trimmed] {
			seen[trimmed] = true
			list = append(list, text)
		}
	}
	return list
}

// lineOf returns what is kept of a text of one line, and whether it may be kept: the contract's
// rule, in the simplest words.
func lineOf(text string, most int) (kept string, ok bool) {
	kept = strings.TrimSpace(norm.NFC.String(text))
	control := strings.ContainsFunc(kept, func(r rune) bool { return r < ' ' || 0x7f <= r && r <= 0x9f })
	shows := strings.ContainsFunc(kept, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) && r != '\ufe0f' && r != '\u3164'
	})
	return kept, utf8.ValidString(kept) && shows && utf8.RuneCountInString(kept) <= most && !control
}

// nameOf is lineOf for what is compared as a whole.
func nameOf(text string) (kept string, ok bool) {
	kept, ok = lineOf(text, models.MaxLine)
	return models.NormalName(kept), ok && models.Product{Title: "t", Description: "d", Code: models.NormalName(kept), Category: "c"}.Check() == nil
}

// linesOf is lineOf for a text in which lines may break.
func linesOf(text string, most int) (kept string, ok bool) {
	_, ok = lineOf(strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(strings.TrimSpace(text)), most)
	return strings.TrimSpace(norm.NFC.String(text)), ok
}

func (m *maker) nasty() string { return hostileText(m.Rand) }
