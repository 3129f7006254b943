package document_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// schemaText is as much of JSON Schema as the document uses.
type schemaText struct {
	Ref                  string `json:"$ref"`
	Type                 typeNames
	Properties           map[string]schemaText
	Required             []string
	AdditionalProperties *bool
	Items                *schemaText
	Enum                 []any
	OneOf                []schemaText
	Pattern              string
	Minimum, Maximum     *float64
	MinLength, MaxLength *int
	MaxItems             *int
}

// typeNames is one name or a list of them.
type typeNames []string

func (n *typeNames) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*n = typeNames{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(n))
}

// problems lists where a value is not what a schema says.
func (d *document) problems(s schemaText, value any, at string) (list []string) {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		known, ok := d.Components.Schemas[name]
		if !ok {
			return []string{at + ": there is no schema " + name}
		}
		return d.problems(known, value, at)
	}
	note := func(format string, args ...any) { list = append(list, at+" "+fmt.Sprintf(format, args...)) }
	if len(s.OneOf) > 0 {
		fits := 0
		for _, one := range s.OneOf {
			if len(d.problems(one, value, at)) == 0 {
				fits++
			}
		}
		if fits != 1 {
			note("fits %d of %d choices", fits, len(s.OneOf))
		}
		return list
	}
	if len(s.Type) > 0 && !slices.ContainsFunc(s.Type, func(name string) bool { return isType(name, value) }) {
		note("is %T, not %v", value, s.Type)
		return list
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, value) {
		note("is %v, none of %v", value, s.Enum)
	}
	switch value := value.(type) {
	case string:
		n := utf8.RuneCountInString(value)
		if s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(value) || s.MinLength != nil && n < *s.MinLength || s.MaxLength != nil && n > *s.MaxLength {
			note("is %q", value)
		}
	case float64:
		if s.Minimum != nil && value < *s.Minimum || s.Maximum != nil && value > *s.Maximum {
			note("is %v", value)
		}
	case []any:
		for i, entry := range value {
			list = append(list, d.problems(*s.Items, entry, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case map[string]any:
		list = append(list, d.objectProblems(s, value, at)...)
	}
	return list
}

func (d *document) objectProblems(s schemaText, value map[string]any, at string) (list []string) {
	for _, name := range s.Required {
		if _, ok := value[name]; !ok {
			list = append(list, at+" has no "+name)
		}
	}
	for name, entry := range value {
		property, known := s.Properties[name]
		if !known && s.AdditionalProperties != nil && !*s.AdditionalProperties {
			list = append(list, at+" has "+name+" beyond what is described")
		}
		if known {
			list = append(list, d.problems(property, entry, at+"."+name)...)
		}
	}
	return list
}

func isType(name string, value any) bool {
	switch value := value.(type) {
	case nil:
		return name == "null"
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case float64:
		return name == "number" || name == "integer" && value == float64(int64(value))
	case []any:
		return name == "array"
	default:
		return name == "object"
	}
}
