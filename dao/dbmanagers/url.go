package dbmanagers

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// defaultDatabase is the one that a URL without a path means.
const defaultDatabase = "ecommerce"

// IsURL says whether a store's name is the URL of a MongoDB database: mongodb:// or mongodb+srv://,
// in any case.
func IsURL(name string) bool {
	p, isURL := split(name)
	return isURL && (strings.EqualFold(p.scheme, "mongodb") || strings.EqualFold(p.scheme, "mongodb+srv"))
}

// parts are the places of a URL, each as it stands there. In a torn one there is an @ behind a / or
// ?, so that nobody can tell where its password ends.
type parts struct {
	scheme, user, password, hosts, path, query    string
	hasUser, hasPassword, hasPath, hasQuery, torn bool
}

// split takes a URL apart. What may be a piece of a password is taken for one.
func split(name string) (p parts, isURL bool) {
	scheme, rest, isURL := strings.Cut(strings.TrimSpace(name), "://")
	if !isURL {
		return parts{}, false
	}
	p.scheme = scheme
	at, end := strings.LastIndex(rest, "@"), strings.IndexAny(rest, "/?")
	if p.torn = end >= 0 && end < at; p.torn {
		user := strings.IndexAny(rest, ":/?@")
		p.user, p.password = rest[:user], rest[user+1:]
		p.hasUser, p.hasPassword = true, true
		return p, true
	}
	if p.hasUser = at >= 0; p.hasUser {
		p.user, p.password, p.hasPassword = strings.Cut(rest[:at], ":")
		rest = rest[at+1:]
	}
	rest, p.query, p.hasQuery = strings.Cut(rest, "?")
	p.hosts, p.path, p.hasPath = strings.Cut(rest, "/")
	return p, true
}

// target is where a URL leads.
type target struct {
	uri      string // for the driver, with the password: never to be shown
	shown    string // for people
	user     string
	host     string // the first of them
	srv      bool   // it is the name of a cluster, whose hosts DNS knows
	database string
	secrets  []string // what no text may hold
	parts    parts
}

// parseURL reads a URL, with the password that was given beside it in its place. An error is one
// line with the remedy; it holds nothing of the URL but what Redact shows.
func parseURL(name, password string) (target, error) {
	t, err := readURL(name, password)
	if err != nil {
		return target{}, fmt.Errorf("open store %s: %w", Redact(name), err)
	}
	return t, nil
}

func readURL(name, password string) (t target, err error) {
	if !IsURL(name) {
		return t, errors.New("must begin with mongodb:// or mongodb+srv://")
	}
	p, _ := split(name)
	t = target{shown: Redact(name), srv: strings.EqualFold(p.scheme, "mongodb+srv"), parts: p}
	secret, err := p.secret(password)
	if err != nil {
		return t, err
	}
	if t.user, err = url.PathUnescape(p.user); err != nil {
		return t, errors.New("the user's name holds a % that begins no escape: write %25 for it")
	}
	if t.host, err = p.host(); err != nil {
		return t, err
	}
	if t.database, err = p.database(); err != nil {
		return t, err
	}
	if err := p.checkOptions(); err != nil {
		return t, err
	}
	t.uri = p.compose(secret)
	t.secrets = append(p.secretOptions(), t.uri, secret, escape(secret), p.password)
	return t, nil
}

// compose returns the URL as the driver wants it.
func (p parts) compose(password string) string {
	uri := strings.ToLower(p.scheme) + "://"
	if p.hasUser {
		uri += p.user
		if password != "" {
			uri += ":" + escape(password)
		}
		uri += "@"
	}
	uri += p.hosts + "/" + p.path
	if p.hasQuery {
		uri += "?" + p.query
	}
	return uri
}

// host returns the first one, without its port.
func (p parts) host() (string, error) {
	if !hostList.MatchString(p.hosts) {
		return "", errors.New("there is no host like db.example:27017, or several with commas between them: " +
			"if it is a password that stands there, " + howToGive)
	}
	if strings.EqualFold(p.scheme, "mongodb+srv") && strings.ContainsAny(p.hosts, ",:") {
		return "", errors.New("mongodb+srv:// takes one host without a port: take the rest away, or write mongodb://")
	}
	first, _, _ := strings.Cut(p.hosts, ",")
	if i := strings.LastIndex(first, ":"); i > strings.LastIndex(first, "]") {
		first = first[:i]
	}
	return first, nil
}

// database returns the one that the path names. The limits are MongoDB's, of all systems that it
// runs on: https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions
func (p parts) database() (string, error) {
	if p.path == "" {
		return defaultDatabase, nil
	}
	name, err := url.QueryUnescape(p.path)
	switch {
	case err != nil:
		return "", errors.New("the name of the database holds a % that begins no escape: name it in letters and digits")
	case len(name) > 63 || strings.ContainsAny(name, "/\\. \"$*<>:|?\x00"):
		return "", fmt.Errorf("database %s: must have at most 63 bytes and none of / \\ . \" $ * < > : | ? and the space; "+
			"its name is what stands between the hosts and the ?", plain(p.path))
	case slices.Contains([]string{"admin", "local", "config"}, strings.ToLower(name)):
		return "", fmt.Errorf("database %s belongs to the server: name another; if it is where users are looked up, write /%s?authSource=%[1]s",
			name, defaultDatabase)
	}
	return name, nil
}

// options calls visit with the names and values of the query, as they stand there.
func (p parts) options(visit func(name, value string, isPair bool)) {
	for _, pair := range strings.FieldsFunc(p.query, func(r rune) bool { return r == '&' || r == ';' }) {
		name, value, isPair := strings.Cut(pair, "=")
		visit(name, value, isPair)
	}
}

// option returns the value of an option, whose name may be in any case.
func (p parts) option(wanted string) (value string, there bool) {
	p.options(func(name, text string, _ bool) {
		if strings.EqualFold(name, wanted) {
			value, there = text, true
		}
	})
	return value, there
}

// checkOptions refuses what the driver would refuse with a text that shows it.
func (p parts) checkOptions() (err error) {
	number := 0
	p.options(func(name, value string, isPair bool) {
		number++
		_, badName := url.QueryUnescape(name)
		_, badValue := url.QueryUnescape(value)
		if err == nil && (!isPair || badName != nil || badValue != nil) {
			err = fmt.Errorf("option %d behind the ? is not written name=value, with %%25 for %%: correct it, "+
				"and escape & and ; in values as %%26 and %%3B", number)
		}
	})
	return err
}

// secretOptions returns the values that must not be shown, as they stand there and as they are
// meant.
func (p parts) secretOptions() (secrets []string) {
	p.options(func(name, value string, _ bool) {
		if !harmless[strings.ToLower(name)] {
			meant, _ := url.QueryUnescape(value)
			secrets = append(secrets, value, meant)
		}
	})
	return secrets
}
