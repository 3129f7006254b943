package dbmanagers

import (
	"regexp"
	"strings"
)

// hidden stands where something is not shown.
const hidden = "***"

// Redact returns the URL of a database as it may be shown: *** stands for the password, for options
// that hold secrets, and for all that may be a piece of one because it was pasted without escaping.
// A name that is no URL is returned as it is.
func Redact(url string) string {
	if scheme := misspelt.FindString(url); scheme != "" && !strings.HasPrefix(url[len(scheme):], "//") {
		return scheme + hidden
	}
	p, isURL := split(url)
	if !isURL {
		return url
	}
	shown := hidden + "://"
	if schemeName.MatchString(p.scheme) {
		shown = p.scheme + "://"
	}
	if p.hasUser {
		shown += plain(p.user)
	}
	if p.hasPassword {
		shown += ":" + p.shownPassword()
	}
	if p.torn {
		return shown
	}
	if p.hasUser {
		shown += "@"
	}
	if !hostList.MatchString(p.hosts) {
		return shown + hidden
	}
	shown += p.hosts
	if p.hasPath {
		shown += "/" + plain(p.path)
	}
	if p.hasQuery {
		shown += "?" + shownQuery(p.query)
	}
	return shown
}

// shownPassword leaves a placeholder as it is: it is no secret, and says what is missing.
func (p parts) shownPassword() string {
	if p.placeholder() {
		return p.password
	}
	return hidden
}

// misspelt is the beginning of a URL that lost a slash. It may hold a password all the same.
var misspelt = regexp.MustCompile(`(?i)^\s*mongodb(\+srv)?:`)

var schemeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*$`)

// hostList is one host or several, each with a port or without. What does not look like it may be a
// piece of a password.
var hostList = regexp.MustCompile(`^` + host + `(,` + host + `)*$`)

const host = `(\[[0-9A-Fa-f:.%]+\]|[\pL\pN._%-]+)(:[0-9]{1,5})?`

// plainText is what names and harmless values are made of.
var plainText = regexp.MustCompile(`^[\pL\pN._~%+,:/$-]*$`)

func plain(text string) string {
	if plainText.MatchString(text) {
		return text
	}
	return hidden
}

// harmless are the options, in lower case, whose values may be shown. Any other is hidden, and
// whatever follows it, for that may be a piece of its value: tlsCertificateKeyFilePassword,
// authMechanismProperties (session tokens), proxyPassword.
var harmless = setOf(`appname authmechanism authsource compressors connect connecttimeoutms directconnection
	enableoverloadretargeting heartbeatfrequencyms heartbeatintervalms journal loadbalanced localthresholdms
	maxadaptiveretries maxconnecting maxidletimems maxpoolsize maxstaleness maxstalenessseconds minpoolsize
	readconcernlevel readpreference readpreferencetags replicaset retryreads retrywrites servermonitoringmode
	serverselectiontimeoutms sockettimeoutms srvmaxhosts srvservicename ssl sslcertificateauthorityfile
	sslclientcertificatekeyfile sslinsecure timeoutms tls tlsallowinvalidcertificates tlsallowinvalidhostnames tlscafile
	tlscertificatefile tlscertificatekeyfile tlsdisablecertificaterevocationcheck tlsdisableocspendpointcheck tlsinsecure
	tlsprivatekeyfile uuidrepresentation w waitqueuetimeoutms wtimeoutms zlibcompressionlevel zstdcompressionlevel`)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}

// shownQuery returns the options up to the first that may not be shown.
func shownQuery(query string) string {
	shown := ""
	for pair := range strings.SplitAfterSeq(strings.ReplaceAll(query, ";", "&"), "&") {
		name, value, isPair := strings.Cut(strings.TrimSuffix(pair, "&"), "=")
		if pair != "" && pair != "&" && (!isPair || !harmless[strings.ToLower(name)] || !plainText.MatchString(value)) {
			return shown + hidden
		}
		shown += pair
	}
	return shown
}
