package pages

import (
	"bytes"
	"html"
	"slices"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	markdown "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"pulperia/views"
)

// descriptions renders Markdown for pages: HTML in it is text like any other, lines break where they
// were broken, and whoever follows a link says nothing of it for the shop.
var descriptions = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.Strikethrough),
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(without(parser.DefaultBlockParsers(), parser.NewHTMLBlockParser())...),
		parser.WithInlineParsers(without(parser.DefaultInlineParsers(), parser.NewRawHTMLParser())...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		parser.WithASTTransformers(util.Prioritized(inPage{}, 100)),
	)),
	goldmark.WithRendererOptions(markdown.WithHardWraps()),
)

// without takes a parser out.
func without(all []util.PrioritizedValue, one any) []util.PrioritizedValue {
	return slices.DeleteFunc(all, func(v util.PrioritizedValue) bool { return v.Value == one })
}

// rendered returns the HTML of a description.
func rendered(source string) views.HTML {
	var b bytes.Buffer
	if err := descriptions.Convert([]byte(source), &b); err != nil { // into memory, and from memory: it cannot be
		return views.HTML(html.EscapeString(source))
	}
	return views.HTML(b.String())
}

// inPage fits a description into the page around it.
type inPage struct{}

// Transform sets headings below that of the section, and marks links.
func (inPage) Transform(document *ast.Document, _ text.Reader, _ parser.Context) {
	const below = 2 // the page's own heading and that of the section
	ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Heading:
			if entering {
				n.Level = min(n.Level+below, 6)
			}
		case *ast.Link, *ast.AutoLink:
			n.SetAttributeString("rel", []byte("nofollow noopener"))
		}
		return ast.WalkContinue, nil
	})
}
