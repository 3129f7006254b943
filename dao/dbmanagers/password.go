package dbmanagers

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// placeholders are what Atlas writes for the password into the URLs that it shows; elsewhere they
// come escaped.
var placeholders = []string{"<password>", "<db_password>", "%3Cpassword%3E", "%3Cdb_password%3E"}

const (
	// howToSet is the remedy for a password that is not there.
	howToSet = "set PULPERIA_STORE_PASSWORD or --store-password-file"

	// howToGive is the remedy for one that cannot be read.
	howToGive = "write <password> in its place, and put it into PULPERIA_STORE_PASSWORD or a file for --store-password-file"
)

func (p parts) placeholder() bool {
	return slices.ContainsFunc(placeholders, func(placeholder string) bool { return strings.EqualFold(p.password, placeholder) })
}

// secret returns the password that counts: the one in the URL, or the one that was given beside it.
func (p parts) secret(given string) (string, error) {
	own := p.hasPassword && p.password != "" && !p.placeholder()
	switch {
	case p.torn:
		return "", errors.New("the password or an option holds an @, / or ? that is not escaped: " + howToGive)
	case own && strings.ContainsAny(p.password, "@:"):
		return "", errors.New("the password holds an @ or : that is not escaped: " + howToGive)
	case strings.HasPrefix(p.user, "<") || strings.HasPrefix(strings.ToUpper(p.user), "%3C"):
		return "", errors.New("a placeholder stands in the user's place: write the name of the database user there")
	case own && given != "":
		return "", errors.New("there is a password in the URL and another beside it: take one of them away " +
			"(the other comes from PULPERIA_STORE_PASSWORD or --store-password-file)")
	case given != "" && !p.hasUser:
		return "", errors.New("there is a password, and the URL names no user for it: write user:<password>@ before the host, " +
			"or take away PULPERIA_STORE_PASSWORD and --store-password-file")
	case own:
		password, err := url.PathUnescape(p.password)
		if err != nil {
			return "", errors.New("the password holds a % that begins no escape: " + howToGive)
		}
		return password, nil
	case given == "" && p.placeholder():
		return "", errors.New("a placeholder stands in the password's place, and no password is given: " + howToSet)
	case given == "" && p.hasUser && p.wantsPassword():
		return "", errors.New("the URL names a user and no password: " + howToSet)
	}
	return given, nil
}

// wantsPassword says whether users log in with a password. Certificates and clouds have other
// mechanisms.
func (p parts) wantsPassword() bool {
	value, _ := p.option("authMechanism")
	mechanism := strings.ToUpper(value)
	return mechanism == "" || mechanism == "PLAIN" || strings.HasPrefix(mechanism, "SCRAM-")
}

// escape writes a password as a URL holds it: url.PathEscape would leave @ and : as they are, and a
// + must not mean a space.
func escape(password string) string {
	return strings.ReplaceAll(url.QueryEscape(password), "+", "%20")
}
