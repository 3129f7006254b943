package models_test

import (
	"strings"
	"testing"

	"pulperia/dao/models"
)

// A person reads field, value and remedy.
func TestInvalidError(t *testing.T) {
	p := models.Product{Title: "x", Description: "x", Code: "x", Category: "x", Stock: -3, Price: models.MaxPrice + 1, Thumbnails: []string{"javascript:x"}}
	const want = `price must be at most 10000000000; got 10000000000.001; stock must be at least 0; got -3; ` +
		`thumbnails[0] must be an absolute path or an http(s) URL of at most 2000 characters; got "javascript:x"`
	if got := p.Check().Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Every rule has its sentence, complete with limit, detail and what was given.
func TestReasons(t *testing.T) {
	for _, rule := range []models.Rule{
		models.Required, models.NotJSON, models.NotObject, models.NotText, models.NotNumber, models.NotWhole, models.NotBool, models.NotList,
		models.NotID, models.NotUTF8, models.NotEmail, models.NotPicture, models.NotOneOf, models.Control, models.Decimals,
		models.TooLong, models.TooMany, models.TooSmall, models.TooLarge, models.Scarce, models.OffSale,
	} {
		got := models.Problem{Field: "f", Rule: rule, Limit: "7", Got: "8", Detail: "why"}.Reason()
		if got == "" || strings.Contains(got, "%") || !strings.HasSuffix(got, " (why); got 8") || strings.HasPrefix(got, " ") {
			t.Errorf("rule %s says %q", rule, got)
		}
	}
}

// What was given is shown, but neither all of it nor as it is: it may be huge, and a log is a
// terminal.
func TestInvalidShowsLittle(t *testing.T) {
	err := models.CheckUser("\u202e\u200b" + strings.Repeat("x", 200))
	if got := err.Error(); len(got) > 200 || strings.ContainsAny(got, "\u202e\u200b\x1b") {
		t.Errorf("the error says %q", got)
	}
}

// Problems of entries stand in the order of the entries, those of one entry as they were noted.
func TestSortEntries(t *testing.T) {
	var v models.Invalid
	for _, field := range []string{"a[10].y", "a[2].y", "title", "a[10].x", "a[2].x", "a"} {
		v.Add(field, models.Required, nil, "")
	}
	v.SortEntries()
	var got []string
	for _, p := range v {
		got = append(got, p.Field)
	}
	if text := strings.Join(got, " "); text != "title a a[2].y a[2].x a[10].y a[10].x" {
		t.Error(text)
	}
}

func TestInvalidErr(t *testing.T) {
	var v models.Invalid
	if err := v.Err(); err != nil {
		t.Errorf("nothing wrong is the error %v", err)
	}
	v.Add("price", models.TooLarge, 5, "6")
	if err := v.Err(); err == nil || !v.Has("price") || v.Has("stock") {
		t.Errorf("listed %+v", v)
	}
}
