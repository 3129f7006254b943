package catalogue

import "testing"

// A description reads as in a browser: its line breaks stay, its markup goes, and nothing of a
// program is shown.
func TestPlainText(t *testing.T) {
	tests := []struct{ name, html, want string }{
		{"empty", "", ""},
		{"only markup", "<p><br></p>", ""},
		{"plain", "Yerba mate", "Yerba mate"},
		{"plain keeps its lines", "one\r\ntwo\n\n\n\nthree", "one\ntwo\n\nthree"},
		{"plain with entities", "caf&eacute; &lt;b&gt; &amp;amp;", "café <b> &amp;"},
		{"paragraphs", "<p>one</p><p>two</p>", "one\n\ntwo"},
		{"break", "one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"},
		{"two breaks", "one<br><br>two<br><br><br>three", "one\n\ntwo\n\nthree"},
		{"white space collapses", "<b>one</b>\n\t two&nbsp;&nbsp;three", "one two three"},
		{"inline markup breaks no word", "<b>Ye</b>rba <i>mate</i>", "Yerba mate"},
		{"divs", "<div>one<div>two</div></div>three", "one\ntwo\nthree"},
		{"list", "Has:<ul><li>one</li>\n<li>two <b>and</b> a half</li></ul>done", "Has:\n\n• one\n• two and a half\n\ndone"},
		{"numbered list", "<ol><li>one<li>two</ol>", "1. one\n2. two"},
		{"list in a list", "<ol><li>one<ul><li>a</li></ul></li><li>two</li></ol>", "1. one\n• a\n2. two"},
		{"table", "<table><tr><td>size</td><td>1 kg</td></tr><tr><td>from</td><td>here</td></tr></table>", "size 1 kg\nfrom here"},
		{"heading", "<h2>Title</h2>text", "Title\n\ntext"},
		{"pre", "<pre>one\n  two</pre>three", "one\ntwo\n\nthree"},
		{"script and style", "a<script>alert('<p>')</script>b<style>p{}</style>c<script/>d</script>e", "abce"},
		{"script never closed", "a<script>alert(1)", "a"},
		{"comment", "a<!-- <b> -->b", "ab"},
		{"entities are text", "&lt;script&gt;alert(1)&lt;/script&gt;<br>", "<script>alert(1)</script>"},
		{"control characters", "<p>a\x00b\u0085\u0007c</p>", "ab c"},
		{"not closed", "<p>a <b>b", "a b"},
		{"no tag", "5 < 6 and 7 > 3", "5 < 6 and 7 > 3"},
		{"ends without starts", "</ul></ol></li>a</p>", "a"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := plainText(test.html); got != test.want {
				t.Errorf("plainText(%q)\n got %q\nwant %q", test.html, got, test.want)
			}
		})
	}
}
