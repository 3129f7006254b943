package dbmanagers

import (
	"strings"
	"testing"
)

// Whatever a URL looks like, reading it ends with a target or with one line; neither shows the
// password that was given for it.
func FuzzURL(f *testing.F) {
	for _, seed := range []string{
		"mongodb://h", "mongodb+srv://ana:<password>@cluster0.example.net/shop?retryWrites=true&w=majority", "mongodb://ana:s%65creto@h:27017,i/?tls=true",
		"mongodb://a:b@c@d/e?f", "mongodb://h/?authSource=%zz;x=1", "MONGODB://:@/", "mongodb://[::1]:0/\x00", "postgres://ana:x@h", "mongodb://%2Ftmp%2Fm.sock",
	} {
		f.Add(seed)
	}
	const password = "gehe!m ñ:@/%"
	f.Fuzz(func(t *testing.T, name string) {
		target, err := parseURL(name, password)
		shown := Redact(name)
		texts := []string{shown, target.shown}
		if err != nil {
			texts = append(texts, err.Error())
			if strings.Contains(err.Error(), "\n") && !strings.Contains(name, "\n") {
				t.Errorf("%q is no line", err)
			}
		}
		for _, text := range texts {
			if strings.Contains(text, password) && !strings.Contains(name, password) {
				t.Errorf("%q shows the password: %q", name, text)
			}
		}
	})
}
