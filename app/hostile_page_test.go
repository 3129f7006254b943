package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// pageForm is what a page is made of, without its texts.
type pageForm struct {
	elements []string // with the names of their attributes, in the page's order
	root     *html.Node
}

func parsePage(t *testing.T, text string) *pageForm {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	p := &pageForm{root: root}
	p.take(root, false)
	return p
}

// ofMarkdown are the elements that a description may be made of, without any attribute.
var ofMarkdown = strings.Fields("p br em strong del code pre ul ol li blockquote hr h3 h4 h5 h6 table thead tbody tr th td")

// take notes what lies in a node. In a description only what Markdown does not make is noted.
func (p *pageForm) take(parent *html.Node, described bool) {
	for n := range parent.ChildNodes() {
		switch n.Type {
		case html.ElementNode:
			if !described || len(n.Attr) > 0 || !slices.Contains(ofMarkdown, n.Data) {
				p.elements = append(p.elements, formOf(n))
			}
		case html.CommentNode:
			p.elements = append(p.elements, "<!--"+n.Data)
		}
		p.take(n, described || hasAttribute(n, "data-show", "description"))
	}
}

// formOf is an element with the names of its attributes, and with what it leads to or runs.
func formOf(n *html.Node) string {
	form := n.Data
	for _, a := range n.Attr {
		form += " " + a.Key
		if a.Key == "href" || a.Key == "src" || a.Key == "action" {
			scheme, _, _ := strings.Cut(a.Val, ":")
			form += "=" + map[bool]string{true: "inside", false: scheme}[strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, "#")]
		}
	}
	isData := hasAttribute(n, "type", "application/ld+json") && json.Valid([]byte(textOf(n)))
	if (n.Data == "script" || n.Data == "style") && !isData {
		form += " " + textOf(n)
	}
	return form
}

func hasAttribute(n *html.Node, name, value string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name && a.Val == value })
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for inner := range n.Descendants() {
		if inner.Type == html.TextNode {
			b.WriteString(inner.Data)
		}
	}
	return b.String()
}

// texts returns the texts of the elements with an attribute, such as class, that has a value.
func (p *pageForm) texts(attribute, value string) (list []string) {
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && hasAttribute(n, attribute, value) {
			list = append(list, textOf(n))
		}
	}
	return list
}

// source is the text that the description was made of.
func (p *pageForm) source() string {
	for n := range p.root.Descendants() {
		about := slices.Contains(n.Attr, html.Attribute{Key: "data-show", Val: "description"})
		if i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "data-source" }); about && i >= 0 {
			return n.Attr[i].Val
		}
	}
	return ""
}

// beyond returns the elements that the page has and another, which shows nothing hostile, has not.
func (p *pageForm) beyond(plain *pageForm) (list []string) {
	for _, element := range p.elements {
		if !slices.Contains(plain.elements, element) && !slices.Contains(list, element) {
			list = append(list, element)
		}
	}
	return list
}

// same fails unless a page is made of just what a plain one is made of.
func (p *pageForm) same(plain *pageForm) error {
	if slices.Equal(p.elements, plain.elements) {
		return nil
	}
	return fmt.Errorf("the page has %d elements, not %d; beyond those of a plain one %q", len(p.elements), len(plain.elements), p.beyond(plain))
}

// shownText is a text as a page's parser reads it: HTML has one kind of line break.
func shownText(text string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}
