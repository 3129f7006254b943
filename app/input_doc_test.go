package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// openAPI is the document that a shop serves of itself, as a stranger's tool reads it.
type openAPI struct {
	t          *testing.T
	operations []openAPIOperation
	components map[string]any
	compiler   *jsonschema.Compiler
}

// openAPIOperation is one of its operations. Its schemas are what encoding/json makes of them.
type openAPIOperation struct {
	method, path, at string // at is where it stands in the document
	parameters       []map[string]any
	body             map[string]any // its schema; nil where none is taken
	bodyAt           string
	responses        map[string]any
}

const documentURL = "http://shop/openapi.json"

func readOpenAPI(t *testing.T, s *inside) *openAPI {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(s.must(t, "GET", "/openapi.json", "")))
	if err != nil {
		t.Fatal(err)
	}
	d := &openAPI{t: t, compiler: jsonschema.NewCompiler()}
	d.compiler.DefaultDraft(jsonschema.Draft2020) // as OpenAPI 3.1 says
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource(documentURL, document); err != nil {
		t.Fatal(err)
	}
	whole := document.(map[string]any)
	d.components = whole["components"].(map[string]any)
	for path, methods := range whole["paths"].(map[string]any) {
		for method, text := range methods.(map[string]any) {
			if takesFiles(text.(map[string]any)) { // files are made up elsewhere: images_test.go
				continue
			}
			d.operations = append(d.operations, d.operation(method, path, text.(map[string]any)))
		}
	}
	slices.SortFunc(d.operations, func(a, b openAPIOperation) int { return strings.Compare(a.at, b.at) })
	return d
}

// takesFiles says whether an operation takes no JSON.
func takesFiles(operation map[string]any) bool {
	body, takes := operation["requestBody"].(map[string]any)
	return takes && body["content"].(map[string]any)["application/json"] == nil
}

func (d *openAPI) operation(method, path string, text map[string]any) openAPIOperation {
	escaped := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path)
	o := openAPIOperation{method: strings.ToUpper(method), path: path, at: documentURL + "#/paths/" + escaped + "/" + method}
	o.responses = text["responses"].(map[string]any)
	parameters, _ := text["parameters"].([]any)
	for _, p := range parameters {
		o.parameters = append(o.parameters, p.(map[string]any))
	}
	if body, ok := text["requestBody"].(map[string]any); ok {
		o.body = body["content"].(map[string]any)["application/json"].(map[string]any)["schema"].(map[string]any)
		o.bodyAt = o.at + "/requestBody/content/application~1json/schema"
	}
	return o
}

// resolve follows a reference to a part of the components.
func (d *openAPI) resolve(schema map[string]any) map[string]any {
	reference, ok := schema["$ref"].(string)
	if !ok {
		return schema
	}
	parts := strings.Split(strings.TrimPrefix(reference, "#/components/"), "/")
	return d.resolve(d.components[parts[0]].(map[string]any)[parts[1]].(map[string]any))
}

// fits says whether a JSON text is what the schema at a place of the document asks for.
func (d *openAPI) fits(at string, text []byte) error {
	schema, err := d.compiler.Compile(at)
	if err != nil {
		d.t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// problem says in what an answer is none that the document declares for the operation.
func (d *openAPI) problem(o openAPIOperation, answer *http.Response, text string) error {
	status := strconv.Itoa(answer.StatusCode)
	declared, ok := o.responses[status].(map[string]any)
	if !ok {
		return fmt.Errorf("the document does not know status %s", status)
	}
	at := o.at + "/responses/" + status
	if reference, ok := declared["$ref"].(string); ok {
		at = documentURL + reference
	}
	declared = d.resolve(declared)
	headers, _ := declared["headers"].(map[string]any)
	for name := range headers {
		if answer.Header.Get(name) == "" {
			return fmt.Errorf("there is no header %s", name)
		}
	}
	contents, _ := declared["content"].(map[string]any)
	kind, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
	if len(contents) == 0 && text == "" {
		return nil
	}
	if _, ok := contents[kind]; !ok {
		return fmt.Errorf("the document does not know the content type %q", kind)
	}
	if kind != "application/json" {
		return nil
	}
	if !json.Valid([]byte(text)) {
		return fmt.Errorf("this is no JSON")
	}
	return d.fits(at+"/content/application~1json/schema", []byte(text))
}
