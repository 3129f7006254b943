package catalogue

import (
	"html"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
)

// toMarkdown keeps links and emphasis, and drops scripts, styles and comments.
var toMarkdown = sync.OnceValue(func() *converter.Converter {
	return converter.NewConverter(converter.WithPlugins(base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(), table.NewTablePlugin()))
})

var hasTag = regexp.MustCompile(`<[A-Za-z/!]`)

// markdown turns a description in HTML into Markdown. One without any tag stays as it is, with its
// line breaks; of what cannot be converted the text is kept.
func markdown(source string) string {
	source = strings.ReplaceAll(source, "\r\n", "\n")
	if !hasTag.MatchString(source) {
		return withoutControls(html.UnescapeString(source))
	}
	text, err := toMarkdown().ConvertString(source)
	if err != nil {
		text = source
	}
	return withoutControls(text)
}

// withoutControls leaves out what no description may have.
func withoutControls(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}
