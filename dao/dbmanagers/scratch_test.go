package dbmanagers

import (
	"regexp"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A scratch is another database of the same server, for the same user, who logs in where he did
// before.
func TestScratchURL(t *testing.T) {
	for url, want := range map[string]string{
		"mongodb://db.example":                                 `^mongodb://db\.example/NAME$`,
		"mongodb://ana:s%40@db.example:1/shop":                 `^mongodb://ana:s%40@db\.example:1/NAME\?authSource=shop$`,
		"mongodb://ana:<password>@db.example/shop?w=1":         `^mongodb://ana:<password>@db\.example/NAME\?w=1&authSource=shop$`,
		"mongodb://ana:s@db.example/shop?AuthSource=admin":     `^mongodb://ana:s@db\.example/NAME\?AuthSource=admin$`,
		"mongodb+srv://ana:s@db.example/shop?appName=pulperia": `^mongodb\+srv://ana:s@db\.example/NAME\?appName=pulperia$`,
	} {
		o := Options{}
		if strings.Contains(url, "<password>") {
			o.Password = "x"
		}
		got, err := ScratchURL(url, o)
		if want := regexp.MustCompile(regexp.MustCompile("NAME").ReplaceAllString(want, "pulperia_selftest_[a-z0-9]{10}")); err != nil || !want.MatchString(got) {
			t.Errorf("%s: %s (%v), want %s", url, got, err, want)
		}
	}
	if got, err := ScratchURL("mongodb://ana:p@ss/word@db.example/shop", Options{}); err == nil {
		t.Errorf("a URL that cannot be read gives %s", got)
	}
}

// Only a scratch is dropped.
func TestDropScratchRefuses(t *testing.T) {
	p := newPlace(t)
	p.ok("close", p.open(Options{}).Close())
	if err := DropScratch(p.ctx, p.url, Options{}); err == nil || p.howMany("meta", bson.M{}) == 0 {
		t.Errorf("a database that is no scratch was dropped (%v)", err)
	}
}
