package dbmanagers

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/auth"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/description"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"pulperia/dao"
)

// minWireVersion is that of MongoDB 4.4, the oldest server that the driver speaks with:
// https://github.com/mongodb/specifications/blob/master/source/wireversion-featurelist/wireversion-featurelist.md
const minWireVersion = 9

// Codes of servers: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const (
	codeUnauthorized         = 13
	codeAuthenticationFailed = 18
	codeOutOfDiskSpace       = 14031
	codeAtlas                = 8000 // Atlas' own, for a refused login, a missing right, a full cluster and whatever else its proxy refuses
)

// What Atlas says with its one code. Nothing else tells these apart; words that are not known are
// shown as they are.
const (
	atlasDenies = "is not allowed to do action" // user is not allowed to do action [insert] on [shop.products]
	atlasIsFull = "over your space quota"       // you are over your space quota, using 513 MB of 512 MB. Writes are blocked on your cluster
)

// onlyReads are the kinds of servers that take no writes.
var onlyReads = map[string]bool{
	description.ServerKindRSSecondary.String(): true,
	description.ServerKindRSArbiter.String():   true,
	description.ServerKindRSGhost.String():     true,
	description.ServerKindRSMember.String():    true,
}

// errNotPrimary is that the URL insists on a server that takes no writes.
var errNotPrimary = errors.New("not the primary")

// refusal is dao.ErrUnavailable in the words for whoever starts the shop.
type refusal struct{ text string }

func (r refusal) Error() string { return r.text }
func (refusal) Unwrap() error   { return dao.ErrUnavailable }

// explain says in one line what is wrong with what a URL leads to, and what helps.
func (t target) explain(err error, seen *watcher) error {
	what, remedy := t.cause(err, seen)
	return refusal{fmt.Sprintf("open store %s: %s: %s", t.shown, t.clean(what), remedy)}
}

// explainLater is explain for what fails when the store is connected and not yet open: a user who
// may only read, a full cluster.
func explainLater(url string, o Options, err error) error {
	if t, wrong := readURL(url, o.Password); wrong == nil && (unauthorized(err) || full(err) || code(err) == codeAtlas) {
		return t.explain(err, &watcher{})
	}
	return fmt.Errorf("open store %s: %w", Redact(url), err)
}

// clean takes line breaks out of a text that is not ours, and secrets, should any stand there after
// all.
func (t target) clean(text string) string {
	slices.SortFunc(t.secrets, func(a, b string) int { return len(b) - len(a) }) // one may be part of another
	var pairs []string
	for _, secret := range t.secrets {
		if len(secret) > 2 { // shorter ones stand in any text
			pairs = append(pairs, secret, hidden)
		}
	}
	return strings.Join(strings.Fields(strings.NewReplacer(pairs...).Replace(text)), " ")
}

// code returns the code of the error that a server answered, and 0 for any other.
func code(err error) int {
	if answer, ok := errors.AsType[mongo.ServerError](err); ok {
		for _, code := range answer.ErrorCodes() {
			return code
		}
	}
	return 0
}

func unauthorized(err error) bool {
	return code(err) == codeUnauthorized || code(err) == codeAuthenticationFailed || atlasSays(err, atlasDenies)
}

// full says whether a server refuses to write because there is no room.
func full(err error) bool { return code(err) == codeOutOfDiskSpace || atlasSays(err, atlasIsFull) }

func atlasSays(err error, words string) bool {
	return code(err) == codeAtlas && strings.Contains(strings.ToLower(said(err)), words)
}

// said returns what a server answered, without what we put around it.
func said(err error) string {
	if answer, ok := errors.AsType[mongo.ServerError](err); ok {
		return answer.Error()
	}
	return err.Error()
}

// cause tells failures apart, by types and codes: texts differ between servers.
func (t target) cause(err error, seen *watcher) (what, remedy string) {
	for _, server := range seen.servers() {
		if server.MaxWireVersion > 0 && server.MaxWireVersion < minWireVersion {
			return fmt.Sprintf("the server at %s is too old (its wire version is %d)", server.Addr, server.MaxWireVersion),
				"MongoDB 4.4 or newer is needed"
		}
	}
	if selection, ok := errors.AsType[topology.ServerSelectionError](err); ok {
		return t.unreachable(selection.Desc, seen)
	}
	step, login := loginStep(err)
	switch {
	case errors.Is(err, errNotPrimary):
		return "the server is a secondary and takes no writes", "take directConnection=true out of the URL, or name the primary"
	case code(err) == codeAuthenticationFailed || login && code(err) != 0:
		return fmt.Sprintf("the server does not let user %s in with this password (error %d)", plain(t.parts.user), code(err)), t.loginRemedy()
	case unauthorized(err):
		return t.notAllowed(code(err))
	case full(err):
		return fmt.Sprintf("the database is full (error %d: %s)", code(err), said(err)), t.fullRemedy()
	case code(err) == codeAtlas:
		return fmt.Sprintf("Atlas refuses what the shop needs (error %d: %s)", code(err), said(err)), "mend in Atlas what it says there"
	case code(err) != 0:
		return fmt.Sprintf("the server refuses to answer (error %d: %v)", code(err), err), "its log says more"
	case login && !mongo.IsNetworkError(err) && !mongo.IsTimeout(err):
		return fmt.Sprintf("the login failed on this side (%s)", step), "correct authMechanism=…, or a password with characters that it does not allow"
	}
	return t.broken("", err)
}

// loginStep returns in which step a login failed. Only its name: texts further in may speak of the
// password.
func loginStep(err error) (step string, login bool) {
	for {
		part, found := errors.AsType[*auth.Error](err)
		if !found {
			return step, login
		}
		step, login, err = part.Message(), true, part.Unwrap()
	}
}

func (t target) loginRemedy() string {
	_, source := t.parts.option("authSource")
	switch {
	case t.atlas():
		return "compare both with Database Access in Atlas (they are not those of your Atlas account)"
	case !source && !t.srv && t.parts.path != "":
		return fmt.Sprintf("correct one of them, or add ?authSource=admin: without it the user is looked up in database %s", t.database)
	}
	return "correct one of them, or say by ?authSource=… in which database the user was made"
}

func (t target) notAllowed(code int) (what, remedy string) {
	if !t.parts.hasUser {
		return fmt.Sprintf("the server wants to know who asks (error %d)", code), "write user:<password>@ before the host, and " + howToSet
	}
	what = fmt.Sprintf("user %s may not use database %s as the shop must (error %d)", plain(t.parts.user), t.database, code)
	if t.atlas() {
		return what, "give it the role readWrite there, under Database Access in Atlas"
	}
	return what, fmt.Sprintf("give it the role readWrite there: db.grantRolesToUser(…, [{role: \"readWrite\", db: %q}])", t.database)
}

func (t target) fullRemedy() string {
	if t.atlas() {
		return "delete in Atlas what is not needed (other databases of the cluster count, too), or choose a larger cluster"
	}
	return "make room on the server's disk"
}

// unreachable explains why no primary was found, by the state of the servers.
func (t target) unreachable(now description.Topology, seen *watcher) (what, remedy string) {
	if len(now.Servers) == 0 {
		set, _ := t.parts.option("replicaSet")
		return fmt.Sprintf("none of the hosts belongs to replica set %s", plain(set)), "correct replicaSet=… in the URL, or take it out"
	}
	for _, server := range now.Servers {
		if at := server.Addr.String(); server.LastError != nil {
			return t.broken(at, seen.why(at, server.LastError))
		}
	}
	for _, server := range now.Servers {
		if server.Kind != description.Unknown {
			return "the replica set has no primary", "wait for its election; rs.status() says why there is none"
		}
	}
	return t.silent(now.Servers[0].Addr.String())
}

// silent explains that no answer came in time.
func (t target) silent(at string) (what, remedy string) {
	if t.atlas() {
		return "no answer from " + at, t.accessList()
	}
	return "no answer from " + at, "is it the right host and port, is the server up, does a firewall stand between?"
}

// accessList is what most often keeps one out of Atlas.
func (target) accessList() string {
	return "add the address of this machine to Network Access in Atlas, and see there that the cluster is not paused"
}
