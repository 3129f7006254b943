package document

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// docsView is the OpenAPI document in the order in which a person reads it.
type docsView struct {
	Info    *huma.Info
	Groups  []docsGroup
	Schemas []docsSchema
}

type docsGroup struct {
	*huma.Tag
	Operations []docsOperation
}

type docsOperation struct {
	*huma.Operation
	Right   any
	Body    docsType
	Answers []docsAnswer
}

type docsAnswer struct {
	Status, Description string
	Body                docsType
}

type docsSchema struct {
	Name, Description string
	Fields            []docsField
}

type docsField struct {
	Name, Description string
	Required          bool
	Type              docsType
}

// docsType is a type in words, with the name of the schema that it leads to, if any.
type docsType struct {
	Words, Name, Example string
}

func newDocsView(document *huma.OpenAPI) docsView {
	view := docsView{Info: document.Info}
	for _, tag := range document.Tags {
		group := docsGroup{Tag: tag}
		for _, path := range slices.Sorted(maps.Keys(document.Paths)) {
			item := document.Paths[path]
			for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
				if op != nil && op.Tags[0] == tag.Name {
					group.Operations = append(group.Operations, docsOperationOf(document, op))
				}
			}
		}
		view.Groups = append(view.Groups, group)
	}
	schemas := document.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		view.Schemas = append(view.Schemas, docsSchemaOf(name, schemas[name]))
	}
	return view
}

func docsOperationOf(document *huma.OpenAPI, op *huma.Operation) docsOperation {
	view := docsOperation{Operation: op, Right: op.Extensions[rightExtension]}
	if op.RequestBody != nil {
		view.Body = docsTypeOf(op.RequestBody.Content[JSONType].Schema)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		response := op.Responses[status]
		if response.Ref != "" {
			response = document.Components.Responses[refName(response.Ref)]
		}
		answer := docsAnswer{Status: status, Description: response.Description}
		for _, content := range response.Content {
			answer.Body = docsTypeOf(content.Schema)
		}
		view.Answers = append(view.Answers, answer)
	}
	return view
}

func docsSchemaOf(name string, schema *huma.Schema) docsSchema {
	view := docsSchema{Name: name, Description: schema.Description}
	for _, field := range slices.Sorted(maps.Keys(schema.Properties)) {
		property := schema.Properties[field]
		view.Fields = append(view.Fields, docsField{
			field, property.Description, slices.Contains(schema.Required, field), docsTypeOf(property),
		})
	}
	return view
}

func refName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// docsTypeOf says in words what a schema allows.
func docsTypeOf(s *huma.Schema) docsType {
	if s.Ref != "" {
		return docsType{Name: refName(s.Ref)}
	}
	t := docsType{Words: cmp.Or(s.Format, s.Type)}
	switch {
	case s.Items != nil:
		items := docsTypeOf(s.Items)
		t.Name, t.Words = items.Name, strings.TrimSpace("list of "+items.Words)
	case len(s.OneOf) > 0:
		var choices []string
		for _, choice := range s.OneOf {
			one := docsTypeOf(choice)
			t.Name = cmp.Or(t.Name, one.Name)
			choices = append(choices, cmp.Or(one.Words, one.Name))
		}
		t.Words = strings.Join(choices, " or ")
	}
	if s.Nullable {
		t.Words += " or null"
	}
	t.Words += docsLimits(s)
	if len(s.Examples) > 0 {
		t.Example = fmt.Sprint(s.Examples[0])
	}
	return t
}

func docsLimits(s *huma.Schema) (words string) {
	note := func(form string, value any) { words += fmt.Sprintf(", "+form, value) }
	if len(s.Enum) > 0 {
		note("one of %v", strings.Trim(fmt.Sprint(s.Enum), "[]"))
	}
	if s.Minimum != nil {
		note("from %.0f", *s.Minimum)
	}
	if s.Maximum != nil {
		note("to %.0f", *s.Maximum)
	}
	if s.MinLength != nil {
		note("from %d characters", *s.MinLength)
	}
	if s.MaxLength != nil {
		note("to %d characters", *s.MaxLength)
	}
	if s.MaxItems != nil {
		note("at most %d entries", *s.MaxItems)
	}
	if s.Default != nil {
		note("%v when absent", s.Default)
	}
	return words
}

// statusWords is what a status is called.
func statusWords(status string) string {
	var code int
	fmt.Sscan(status, &code)
	return http.StatusText(code)
}

// docsText is a piece of prose; code stands between backticks in the document.
type docsText struct {
	Text string
	Code bool
}

func prose(text string) (parts []docsText) {
	for i, part := range strings.Split(text, "`") {
		parts = append(parts, docsText{part, i%2 == 1})
	}
	return parts
}
