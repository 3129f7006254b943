package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"pulperia/dao/models"
	"pulperia/routes/frame"
)

// readForm returns the fields of a body that a form has sent as those of an object: all of them are
// texts, and those that there are several of are lists. It is not ok where the body is no form.
func readForm(header http.Header, body []byte, wrong *models.Invalid) (fields map[string]json.RawMessage, ok bool, err error) {
	mediaType, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || !isPlain(header, parameters) {
		return nil, false, nil
	}
	switch mediaType {
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, true, frame.Problem{Status: 400, Code: "invalid", Message: "The body is not what a form sends."}
		}
		return fieldsOf(values, wrong), true, nil
	case "multipart/form-data":
		// The reader of multipart bodies takes some of what is cut off.
		if end := "--" + parameters["boundary"] + "--"; !bytes.Contains(body, []byte(end)) {
			return nil, true, frame.Problem{Status: 400, Code: "invalid", Message: "The body was cut off: " + end + " is missing at its end."}
		}
		form, err := multipart.NewReader(bytes.NewReader(body), parameters["boundary"]).ReadForm(int64(len(body)))
		if err != nil {
			return nil, true, frame.Problem{Status: 400, Code: "invalid", Message: "The body is not what a form sends."}
		}
		for name, files := range form.File {
			for _, file := range files {
				if file.Size > 0 || file.Filename != "" { // a form sends those that nobody has chosen, too
					wrong.Add(name, models.NotText, nil, shown([]byte(file.Filename)))
					break
				}
			}
		}
		return fieldsOf(form.Value, wrong), true, errors.Join(nil, form.RemoveAll())
	}
	return nil, false, nil
}

// fieldsOf makes fields of the values of a form. Pictures may be several; of all else nobody could
// say which one counts.
func fieldsOf(values url.Values, wrong *models.Invalid) map[string]json.RawMessage {
	fields := make(map[string]json.RawMessage, len(values))
	for name, list := range values {
		name, isList := strings.CutSuffix(name, "[]")
		for _, text := range list {
			if !utf8.ValidString(text) { // as JSON it would become a text that is valid, and another one
				wrong.Add(shown([]byte(name)), models.NotUTF8, nil, shown(models.JSON(text)))
			}
		}
		if fields[name] != nil { // "x" and "x[]"
			wrong.Add(shown([]byte(name)), models.Twice, nil, "")
		}
		switch {
		case isList, len(list) > 1 && (name == "thumbnails" || name == "thumbnail"):
			fields[name] = models.JSON(list)
		case len(list) > 1:
			wrong.Add(shown([]byte(name)), models.Twice, nil, "")
			fallthrough // it is not missing, too
		default:
			fields[name] = models.JSON(list[0])
		}
	}
	return nest(fields, wrong)
}

// isPlain says whether a body is in UTF-8 and not compressed, as far as its sender says.
func isPlain(header http.Header, parameters map[string]string) bool {
	charset, encoding := parameters["charset"], header.Get("Content-Encoding")
	return (charset == "" || strings.EqualFold(charset, "utf-8")) && (encoding == "" || encoding == "identity")
}
