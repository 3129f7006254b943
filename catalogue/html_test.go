package catalogue

import "testing"

// A description in HTML keeps what it says, with its links, as Markdown; a plain one stays as it is,
// and nothing of a program is shown.
func TestMarkdown(t *testing.T) {
	tests := []struct{ name, html, want string }{
		{"empty", "", ""},
		{"plain", "Yerba mate", "Yerba mate"},
		{"plain keeps its lines", "one\r\ntwo\n\nthree", "one\ntwo\n\nthree"},
		{"plain with entities", "caf&eacute; &lt;b&gt;", "café <b>"},
		{"no tag", "5 < 6 and 7 > 3", "5 < 6 and 7 > 3"},
		{"paragraphs", "<p>one</p><p>two</p>", "one\n\ntwo"},
		{"emphasis", "<b>one</b> <i>two</i>", "**one** *two*"},
		{"link", `see <a href="https://example.com/a">this</a>`, "see [this](https://example.com/a)"},
		{"list", "Has:<ul><li>one</li><li>two</li></ul>", "Has:\n\n- one\n- two"},
		{"heading", "<h2>Title</h2>text", "## Title\n\ntext"},
		{"script and style", "a<script>alert('<p>')</script>b<style>p{}</style>", "ab"},
		{"comment", "<p>a<!-- <b> -->b</p>", "ab"},
		{"markup as text", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := markdown(test.html); got != test.want {
				t.Errorf("markdown(%q)\n got %q\nwant %q", test.html, got, test.want)
			}
		})
	}
}
