package pages

import (
	"net/http"
	"net/url"
	"strings"

	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/views"
)

// field is one field of a form as a page shows it: what was typed, and what is wrong with it.
type field struct{ Value, Problem string }

// readForm returns what a form posted. A body that cannot be read as a form is an error of the
// visitor.
func readForm(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		if frame.ProblemOf(err).Status == http.StatusRequestEntityTooLarge {
			return nil, err
		}
		return nil, frame.Problem{Status: http.StatusBadRequest, Code: "invalid", Message: "This form cannot be read."}
	}
	return r.PostForm, nil
}

// typed returns a field of a form so that it can be shown again: bytes that are no text cannot.
func typed(form url.Values, name string) string { return strings.ToValidUTF8(form.Get(name), "\uFFFD") }

// sayProblem tells the first problem of a field and of what is inside it, or "".
func sayProblem(voice *views.Voice, v models.Invalid, name string) string {
	for _, p := range v {
		if p.Field == name || strings.HasPrefix(p.Field, name+"[") {
			return voice.Problem(p)
		}
	}
	return ""
}
