package catalogue

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainText turns a description in HTML into the text that a person would read, with its line
// breaks: a paragraph is followed by an empty line, an entry of a list begins with a bullet or its
// number. Markup is dropped, never interpreted. A description without any tag keeps the line breaks
// that it has.
func plainText(source string) string {
	t := text{asWritten: !strings.Contains(source, "<")}
	tokens := html.NewTokenizer(strings.NewReader(source))
	hidden := false // whether the next text is a program or a style
	for {
		switch tokens.Next() {
		case html.ErrorToken: // the end: a string cannot fail
			return t.String()
		case html.TextToken:
			if !hidden {
				t.write(string(tokens.Text()))
			}
			hidden = false
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := tokens.TagName()
			hidden = t.start(atom.Lookup(name))
		case html.EndTagToken:
			name, _ := tokens.TagName()
			t.end(atom.Lookup(name))
			hidden = false
		}
	}
}

// text collects words and the breaks between them.
type text struct {
	strings.Builder
	asWritten bool  // line breaks count: outside of HTML and inside <pre>
	space     bool  // a space is due before the next word
	breaks    int   // so many line breaks are due before the next word
	numbers   []int // of the last entry of each list around; -1 where they have none
}

// start returns whether the text that follows directly is not for people.
func (t *text) start(tag atom.Atom) (hidden bool) {
	switch tag {
	case atom.Script, atom.Style, atom.Title, atom.Iframe, atom.Noscript, atom.Noembed, atom.Noframes:
		return true
	case atom.Br:
		t.breaks++
	case atom.Ul:
		t.list(-1)
	case atom.Ol:
		t.list(0)
	case atom.Li:
		t.entry()
	case atom.Pre:
		t.paragraph()
		t.asWritten = true
	default:
		t.end(tag)
	}
	return false
}

// end breaks the line where a browser does; a start tag of the same elements does too.
func (t *text) end(tag atom.Atom) {
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Table, atom.Hr, atom.Dl:
		t.paragraph()
	case atom.Ul, atom.Ol:
		t.numbers = t.numbers[:max(0, len(t.numbers)-1)]
		if len(t.numbers) == 0 {
			t.paragraph()
		}
	case atom.Pre:
		t.asWritten = false
		t.paragraph()
	case atom.Div, atom.Li, atom.Tr, atom.Dt, atom.Dd, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Address,
		atom.Figure, atom.Figcaption, atom.Caption:
		t.breaks = max(t.breaks, 1)
	case atom.Td, atom.Th:
		t.space = true
	}
}

func (t *text) paragraph() { t.breaks = max(t.breaks, 2) }

func (t *text) list(last int) {
	if len(t.numbers) == 0 {
		t.paragraph()
	}
	t.numbers = append(t.numbers, last)
}

func (t *text) entry() {
	t.breaks = max(t.breaks, 1)
	bullet := "•"
	if i := len(t.numbers) - 1; i >= 0 && t.numbers[i] >= 0 {
		t.numbers[i]++
		bullet = strconv.Itoa(t.numbers[i]) + "."
	}
	t.word(bullet)
	t.space = true
}

// write adds a text whose entities are already characters.
func (t *text) write(run string) {
	for line := range strings.Lines(run) {
		words := strings.FieldsFunc(line, unicode.IsSpace)
		t.space = t.space || startsWithSpace(line)
		for i, word := range words {
			t.space = t.space || i > 0
			t.word(word)
		}
		if strings.HasSuffix(line, "\n") && t.asWritten {
			t.breaks++
		} else {
			t.space = t.space || endsWithSpace(line)
		}
	}
}

// word writes what is due and then a word without its control characters.
func (t *text) word(word string) {
	word = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, word)
	if word == "" {
		return
	}
	switch {
	case t.Len() == 0:
	case t.breaks > 0:
		t.WriteString(strings.Repeat("\n", min(t.breaks, 2)))
	case t.space:
		t.WriteByte(' ')
	}
	t.breaks, t.space = 0, false
	t.WriteString(word)
}

func startsWithSpace(text string) bool {
	return strings.TrimLeftFunc(text, unicode.IsSpace) != text
}

func endsWithSpace(text string) bool {
	return strings.TrimRightFunc(text, unicode.IsSpace) != text
}
