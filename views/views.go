// Package views turns pages into HTML: Handlebars templates and the shop's texts in each language.
//
// A page is a template in this folder, and partials and the layout are shared by all of them.
// Everything is parsed once and bound by [New] to the helpers of each language; after that nothing
// changes, so that any number of pages may be rendered at once. Whatever a page holds is text: a
// helper's result is escaped like a value's, and the templates quote every attribute.
package views

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/mailgun/raymond/v2"

	"pulperia/dao/models"
)

//go:embed *.handlebars layouts/*.handlebars partials/*.handlebars texts/*.json
var files embed.FS

// Files returns the templates and the texts, so that whoever keeps rendered pages can tell one
// build from another.
func Files() fs.FS { return files }

// Settings are what all pages share.
type Settings struct {
	Currency string                   // the sign that stands with an amount
	Code     string                   // of the currency (ISO 4217); "" where none is named
	NoCode   string                   // the sign of amounts in a currency that nobody has named
	Unit     models.Money             // the smallest of the currency; 0 for a hundredth
	Name     string                   // of the shop; "" for the one that it has from the start
	Logo     string                   // the text beside the drawing; "" for the name
	About    string                   // the shop in a sentence; "" for ours
	Zone     *time.Location           // in which times are shown
	Asset    func(path string) string // the URL of a file of package public, such as "css/base.css"
}

// Views holds the parsed templates. Its methods may be called from many goroutines at once.
type Views struct {
	voices map[Language]*Voice
	layout map[Language]*raymond.Template
	pages  map[Language]map[string]*raymond.Template
}

// New binds all templates to texts and settings. An error names the file.
func New(s Settings) (*Views, error) {
	v := &Views{
		voices: map[Language]*Voice{},
		layout: map[Language]*raymond.Template{},
		pages:  map[Language]map[string]*raymond.Template{},
	}
	of, err := parsed()
	if err != nil {
		return nil, err
	}
	for _, language := range Languages() {
		voice, err := newVoice(language, s)
		if err != nil {
			return nil, err
		}
		helpers := voice.helpers(s.Asset)
		v.voices[language] = voice
		v.layout[language] = bind(of.layouts["main"], helpers, of.partials)
		v.pages[language] = make(map[string]*raymond.Template, len(of.pages))
		for name, page := range of.pages {
			v.pages[language][name] = bind(page, helpers, of.partials)
		}
	}
	return v, nil
}

// Voice returns how the shop speaks a language.
func (v *Views) Voice(language Language) *Voice { return v.voices[language] }

// Render returns the named page inside the layout. Both see page, which embeds [Page].
func (v *Views) Render(language Language, name string, page any) (html []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil { // raymond panics on what it did not foresee
			err = fmt.Errorf("render %s: %v", name, cause)
		}
	}()
	template := v.pages[language][name]
	if template == nil {
		return nil, fmt.Errorf("render %s: there is no such page in %q", name, language)
	}
	body, err := template.Exec(page)
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	data := raymond.NewDataFrame()
	data.Set("body", raymond.SafeString(body))
	whole, err := v.layout[language].ExecWith(page, data)
	if err != nil {
		return nil, fmt.Errorf("render the layout of %s: %w", name, err)
	}
	return []byte(whole), nil
}

// templates are the templates of each folder, by name.
type templates struct {
	partials, layouts, pages map[string]*raymond.Template
}

// parsed parses all templates, once: they are compiled in, and what is bound is a clone.
var parsed = sync.OnceValues(func() (t templates, err error) {
	for folder, into := range map[string]*map[string]*raymond.Template{"partials": &t.partials, "layouts": &t.layouts, ".": &t.pages} {
		if *into, err = parseFolder(folder); err != nil {
			return t, err
		}
	}
	return t, nil
})

// parseFolder parses every template of a folder, by its name without the ending.
func parseFolder(folder string) (map[string]*raymond.Template, error) {
	names, err := fs.Glob(files, path.Join(folder, "*.handlebars"))
	if err != nil {
		return nil, err
	}
	templates := make(map[string]*raymond.Template, len(names))
	for _, name := range names {
		source, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		template, err := raymond.Parse(string(source))
		if err != nil {
			return nil, fmt.Errorf("parse views/%s: %w", name, err)
		}
		templates[strings.TrimSuffix(path.Base(name), ".handlebars")] = template
	}
	return templates, nil
}

// bind returns a template that speaks one language. It is given its partials in parsed form:
// raymond would parse them at their first use, which races.
func bind(template *raymond.Template, helpers map[string]any, partials map[string]*raymond.Template) *raymond.Template {
	bound := template.Clone()
	bound.RegisterHelpers(helpers)
	for name, partial := range partials {
		bound.RegisterPartialTemplate(name, partial)
	}
	return bound
}
