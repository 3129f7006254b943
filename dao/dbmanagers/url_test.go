package dbmanagers

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pulperia/dao"
)

func TestIsURL(t *testing.T) {
	for name, want := range map[string]bool{
		"mongodb://h": true, "mongodb+srv://h": true, "MongoDB://h": true, " mongodb://h\n": true, "mongodb://": true,
		"data": false, "": false, "mongodb": false, "mongodb:/h": false, "postgres://h": false, "http://mongodb://": false, "./mongodb+srv": false,
	} {
		if IsURL(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

// What is shown of a URL is all that helps, and nothing that may be a secret.
func TestRedact(t *testing.T) {
	for url, want := range map[string]string{
		"data":                                "data",
		"/srv/a@b:c":                          "/srv/a@b:c",
		"mongodb://h":                         "mongodb://h",
		"mongodb://h:27017,[::1]:27018/shop":  "mongodb://h:27017,[::1]:27018/shop",
		"mongodb://ana:s@h/shop?w=1&tls=true": "mongodb://ana:***@h/shop?w=1&tls=true",
		"mongodb://ana@h/":                    "mongodb://ana@h/",
		"mongodb://ana:@h/":                   "mongodb://ana:***@h/",
		"mongodb://:s@h/":                     "mongodb://:***@h/",
		"mongodb+srv://ana:<password>@h/?appName=Tienda":   "mongodb+srv://ana:<password>@h/?appName=Tienda",
		"mongodb+srv://ana:<db_password>@h/":               "mongodb+srv://ana:<db_password>@h/",
		"mongodb+srv://ana:<s>@h/":                         "mongodb+srv://ana:***@h/",
		"MONGODB://ana:s@H/":                               "MONGODB://ana:***@H/",
		"mongodb://ana:s@t@h/":                             "mongodb://ana:***@h/",
		"mongodb://ana:s:t@h/":                             "mongodb://ana:***@h/",
		"mongodb://ana:s/t@h/":                             "mongodb://ana:***",
		"mongodb://ana:s?t@h/":                             "mongodb://ana:***",
		"mongodb://ana:12/s@h/":                            "mongodb://ana:***",
		"mongodb://ana/s@h/":                               "mongodb://ana:***",
		"mongodb://ana:50%s@h/":                            "mongodb://ana:***@h/",
		"mongodb://ana:s":                                  "mongodb://***",
		"mongodb://ana:s/t":                                "mongodb://***",
		"mongodb://ana;s:t@h/":                             "mongodb://***:***@h/",
		"mongodb:/ana://s@h/":                              "mongodb:***",
		"ana:s://h/":                                       "***://h/",
		"mongodb:/ana:s@h/":                                "mongodb:***",
		"postgres://ana:s@h/db":                            "postgres://ana:***@h/db",
		"mongodb://h/?tlsCertificateKeyFilePassword=s&w=1": "mongodb://h/?***",
		"mongodb://h/?tls=true&authMechanismProperties=AWS_SESSION_TOKEN:s":      "mongodb://h/?tls=true&***",
		"mongodb://h/?tls=true;proxyPassword=s":                                  "mongodb://h/?tls=true&***",
		"mongodb://h/?tls=true&%70roxyPassword=s":                                "mongodb://h/?tls=true&***",
		"mongodb://h/?PROXYPASSWORD=s@t":                                         "mongodb://h:***",
		"mongodb://h/?retryWrites=true&w=majority&readPreferenceTags=dc:ny,r:1&": "mongodb://h/?retryWrites=true&w=majority&readPreferenceTags=dc:ny,r:1&",
	} {
		if got := Redact(url); got != want {
			t.Errorf("%s is shown as %s, not %s", url, got, want)
		}
	}
}

// A URL that leads nowhere is refused with what to do; what is wrong is named, and no secret is.
func TestBadURLs(t *testing.T) {
	for _, test := range []struct{ url, password, want string }{
		{"data", "", "must begin with mongodb://"},
		{"mongodb://", "", "there is no host"},
		{"mongodb:///shop", "", "there is no host"},
		{"mongodb://ana:secreto", "", "write <password> in its place"},
		{"mongodb://h:27017:1/", "", "there is no host"},
		{"mongodb://ana:sec@reto@h/", "", "write <password> in its place, and put it into PULPERIA_STORE_PASSWORD"},
		{"mongodb://ana:sec/reto@h/", "", "--store-password-file"},
		{"mongodb://ana:sec:reto@h/", "", "@ or : that is not escaped"},
		{"mongodb://ana:sec?reto@h/", "", "not escaped"},
		{"mongodb://ana:sec%reto@h/", "", "% that begins no escape"},
		{"mongodb://an%a:secreto@h/", "", "write %25"},
		{"mongodb+srv://ana:<password>@h/", "", "set PULPERIA_STORE_PASSWORD or --store-password-file"},
		{"mongodb+srv://ana:<db_password>@h/", "", "set PULPERIA_STORE_PASSWORD or --store-password-file"},
		{"mongodb+srv://ana:%3cpassword%3e@h/", "", "placeholder"},
		{"mongodb+srv://ana@h/", "", "names a user and no password"},
		{"mongodb+srv://<db_username>:<db_password>@h/", "secreto", "name of the database user"},
		{"mongodb+srv://ana:otro@h/", "secreto", "take one of them away"},
		{"mongodb+srv://h/", "secreto", "names no user for it"},
		{"mongodb+srv://ana:secreto@a,b/", "", "one host"},
		{"mongodb+srv://ana:secreto@a:27017/", "", "without a port"},
		{"mongodb://h/a b", "", "must have at most 63 bytes"},
		{"mongodb://h/a.b", "", "database a.b"},
		{"mongodb://h/a/b", "", "database a/b"},
		{"mongodb://h/a%24b", "", "database a%24b"},
		{"mongodb://h/" + strings.Repeat("a", 64), "", "at most 63 bytes"},
		{"mongodb://h/a%b", "", "name of the database"},
		{"mongodb://h/admin", "", "/ecommerce?authSource=admin"},
		{"mongodb://h/?tls", "", "option 1"},
		{"mongodb://h/?tls=true&proxyPassword=sec%reto", "", "option 2"},
	} {
		_, err := parseURL(test.url, test.password)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "open store "+Redact(test.url)+": ") {
			t.Errorf("%s: %v; does not say %q", test.url, err, test.want)
		} else if strings.Contains(err.Error(), "reto") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: says too much: %v", test.url, err)
		}
		if errors.Is(err, dao.ErrUnavailable) {
			t.Errorf("%s: waiting will not help, and it says it may", test.url)
		}
	}
}

// The database is the one of the path, and ecommerce without one; the user is looked up where the
// URL says.
func TestDatabase(t *testing.T) {
	for name, want := range map[string]string{
		"mongodb://h": "ecommerce", "mongodb://h/": "ecommerce", "mongodb://h?tls=true": "ecommerce", "mongodb://h/?tls=true": "ecommerce",
		"mongodb://h/shop": "shop", "mongodb://h/shop?authSource=admin": "shop", "mongodb://h/tienda%2Dñ": "tienda-ñ", "mongodb+srv://h/Shop_1": "Shop_1",
	} {
		if target, err := parseURL(name, ""); err != nil || target.database != want {
			t.Errorf("%s: database %q, %v", name, target.database, err)
		}
	}
	for name, want := range map[string]string{
		"mongodb://ana:s@h": "admin", "mongodb://ana:s@h/?tls=true": "admin", "mongodb://ana:s@h/shop": "shop", "mongodb://ana:s@h/shop?authSource=admin": "admin",
	} {
		target, err := parseURL(name, "")
		if err != nil {
			t.Fatal(err)
		}
		if s := target.settings(Options{}, &watcher{})(); s.Validate() != nil || s.Auth.AuthSource != want {
			t.Errorf("%s: looks up the user in %q", name, s.Auth.AuthSource)
		}
	}
}

// Whatever the password is, it reaches the driver as it is: from the URL, or from beside it.
func TestPassword(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		password := rapid.OneOf(rapid.StringN(1, 40, -1), rapid.StringMatching(`[-a-z@:/?#%+&;= <>\[\]]{1,20}`)).Draw(t, "password")
		for name, given := range map[string]string{
			"mongodb://ana:<password>@h/shop":              password,
			"MongoDB://ana:<db_password>@h/?tls=true":      password,
			"mongodb://ana:%3Cdb_password%3E@h1,h2:27018/": password,
			"mongodb://ana@h":                              password,
			"mongodb://ana:@h/":                            password,
			"mongodb://ana:" + escape(password) + "@h/":    "",
		} {
			target, err := parseURL(name, given)
			if err != nil {
				t.Fatal(err)
			}
			s := target.settings(Options{}, &watcher{})()
			if err := s.Validate(); err != nil || s.Auth.Username != "ana" || s.Auth.Password != password {
				t.Fatalf("%s: %q, %v", name, s.Auth.Password, err)
			}
		}
	})
}

// No part of a secret is ever shown, in whatever place and form it was pasted: nothing of the
// alphabet that secrets are made of here stands in what is shown, in an error of ours, or in one
// that is about the driver's.
func TestSecretsStaySecret(t *testing.T) {
	const alphabet = "QXZJ"
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[QXZJ@:/?#%+&;=,. <>\[\]]{0,20}[QXZJ]{3}[QXZJ@:/?#%+&;=,. <>\[\]]{0,20}`).Draw(t, "secret")
		if rapid.Bool().Draw(t, "escaped") {
			secret = url.QueryEscape(secret)
		}
		before := rapid.SampledFrom([]string{"mongodb://ana:", "mongodb+srv://ana:", "MongoDB://:", "mongodb:/ana:", "mongodb+srv:ana:", "postgres://ana:",
			"mongodb://ana:<password>@h/shop?tls=true&tlsCertificateKeyFilePassword=", "mongodb://h/?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:",
			"mongodb://h/?proxyPassword=", "mongodb://h/shop?w=1;sslClientCertificateKeyPassword="}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"@h/", "@h:27017,i/shop?w=1", "@h.mongodb.net/?retryWrites=true&w=majority"}).Draw(t, "after")
		if strings.Contains(before, "?") {
			after = "&retryWrites=true"
		}
		name := before + secret + after
		wantNone := func(what, text string) {
			if strings.ContainsAny(text, alphabet) {
				t.Fatalf("%s of %s: %s", what, name, text)
			}
		}
		wantNone("what is shown", Redact(name))
		for _, given := range []string{"", secret} {
			target, err := parseURL(name, given)
			if err != nil {
				wantNone("the error", err.Error())
				continue
			}
			if !target.srv { // which would ask DNS
				if err := target.settings(Options{}, &watcher{})().Validate(); err != nil {
					wantNone("the driver's error", target.explain(err, &watcher{}).Error())
				}
			}
			wantNone("an error that holds it all", target.explain(errors.New("cannot read "+target.uri), &watcher{}).Error())
		}
	})
}
