package models

import (
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
)

// Who may do what is kept in kinds of their own, so that signing in rewrites nobody. A secret
// stands only in a field whose name ends in Hash or Key; no form of the API has one.

// Role names what a person or a key may do. What that is stands in one table of the shop.
type Role string

// The roles, from the one that may do everything.
const (
	RoleOwner   Role = "owner"
	RoleManager Role = "manager"
	RoleHelper  Role = "helper"
)

// Roles are all that can be given.
func Roles() []Role { return []Role{RoleOwner, RoleManager, RoleHelper} }

// The limits of what is kept about who comes in.
const (
	MaxName    = 60 // of a person or a key
	MaxBrowser = 120
	MaxPasses  = 100 // of argon2id over a password
	maxHash    = 200
	MaxLinks   = 16 // one-time tokens that are good at once
)

// Person is one of the staff. Nobody else needs an account.
type Person struct {
	Head
	Email        string `json:"email"` // unique, in lower case
	Name         string `json:"name"`
	Role         Role   `json:"role"`
	PasswordHash string `json:"passwordHash"` // empty for who was invited and has not come yet
	SignIns      int64  `json:"signIns"`      // sessions of another number have ended
}

// Joined says whether a person can sign in.
func (p Person) Joined() bool { return p.PasswordHash != "" }

// Clone returns a copy.
func (p Person) Clone() Person { return p }

// Same says whether both hold the same content.
func (p Person) Same(o Person) bool {
	p.Head, o.Head = Head{ID: p.ID}, Head{ID: o.ID}
	return p == o
}

// NormalEmail is an e-mail address as it is kept of people and compared: whoever signs in need not
// know which letters were large.
func NormalEmail(text string) string { return strings.ToLower(NormalText(text)) }

// Normalize makes the texts normal ones.
func (p *Person) Normalize() {
	p.Email, p.Name = NormalEmail(p.Email), NormalName(p.Name)
}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (p Person) Check() error {
	var v Invalid
	v.checkAddress("email", p.Email)
	v.checkPersonName("name", p.Name)
	v.checkRole(p.Role)
	v.checkSecret("passwordHash", p.PasswordHash, false)
	if !v.Has("passwordHash") && p.PasswordHash != "" && !passwordForm.MatchString(p.PasswordHash) {
		v.Add("passwordHash", NotPassword, nil, "") // nobody could sign in by it, nor be told why
	}
	checkRange(&v, "signIns", p.SignIns, 0, 1<<53)
	return v.Err()
}

// PasswordMemory is what argon2id takes for the hash of a password, in KiB.
const PasswordMemory = 19 << 10

// passwordForm is the PHC form of such a hash, in which nothing but passes, salt and hash are its own.
var passwordForm = regexp.MustCompile(
	`^\$argon2id\$v=19\$m=` + strconv.Itoa(PasswordMemory) + `,t=([1-9][0-9]?|100),p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`)

// Session is one browser in which somebody has signed in. Its id is made of its token's hash.
type Session struct {
	Head
	TokenHash string `json:"tokenHash"`
	Person    ID     `json:"person"`
	SignIns   int64  `json:"signIns"` // the person's, when it began
	Seen      Time   `json:"seen"`    // the day of its last use
	Browser   string `json:"browser"` // how its browser names itself, for its owner to know it again
}

// Clone returns a copy.
func (s Session) Clone() Session { return s }

// Same says whether both hold the same content.
func (s Session) Same(o Session) bool {
	s.Head, o.Head = Head{ID: s.ID}, Head{ID: o.ID}
	return s == o
}

// Normalize makes the label one line of bounded length.
func (s *Session) Normalize() {
	label := strings.Map(func(r rune) rune {
		if isSeen(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s.Browser, ""))
	if runes := []rune(label); len(runes) > MaxBrowser {
		label = string(runes[:MaxBrowser])
	}
	s.Browser = NormalText(label)
}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (s Session) Check() error {
	var v Invalid
	v.checkSecret("tokenHash", s.TokenHash, true)
	if s.Person.IsZero() {
		v.Add("person", Required, nil, "")
	}
	return v.Err()
}

// Link is the one-time links by which one person may set a password, or by which the first owner is
// made. Its id is that of the person, or [OwnerLink].
type Link struct {
	Head
	Tokens []OneTime `json:"tokens"` // any of them, once; never nil once normalized
}

// OneTime is a token that is good once, until a time.
type OneTime struct {
	TokenHash string `json:"tokenHash"`
	Expires   Time   `json:"expires"`
}

// OwnerLink is the id of the first owner's link.
var OwnerLink = ID([]byte("owner's link"))

// Clone returns a copy that shares nothing with l.
func (l Link) Clone() Link { l.Tokens = append([]OneTime{}, l.Tokens...); return l }

// Same says whether both hold the same content.
func (l Link) Same(o Link) bool {
	if l.ID != o.ID || len(l.Tokens) != len(o.Tokens) {
		return false
	}
	for i := range l.Tokens {
		if l.Tokens[i] != o.Tokens[i] {
			return false
		}
	}
	return true
}

// Normalize turns a missing list into an empty one.
func (l *Link) Normalize() {
	if l.Tokens == nil {
		l.Tokens = []OneTime{}
	}
}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (l Link) Check() error {
	var v Invalid
	if n := len(l.Tokens); n > MaxLinks {
		v.Add("tokens", TooMany, MaxLinks, strconv.Itoa(n))
	}
	for i, token := range l.Tokens {
		v.checkSecret("tokens["+strconv.Itoa(i)+"].tokenHash", token.TokenHash, true)
	}
	return v.Err()
}

// Key is what a program comes in with: plp_<id>_<secret>.
type Key struct {
	Head
	Name       string `json:"name"`
	Role       Role   `json:"role"`
	SecretHash string `json:"secretHash"`
	Expires    Time   `json:"expires"` // zero for never
	Seen       Time   `json:"seen"`    // the day of its last use; zero for none
	MadeBy     string `json:"madeBy"`  // as in steps; empty for the machine
}

// Clone returns a copy.
func (k Key) Clone() Key { return k }

// Same says whether both hold the same content.
func (k Key) Same(o Key) bool {
	k.Head, o.Head = Head{ID: k.ID}, Head{ID: o.ID}
	return k == o
}

// Normalize makes the name a normal one.
func (k *Key) Normalize() { k.Name = NormalName(k.Name) }

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (k Key) Check() error {
	var v Invalid
	v.checkShortName("name", k.Name)
	v.checkRole(k.Role)
	v.checkSecret("secretHash", k.SecretHash, true)
	return v.Err()
}

// Secrets are what only the shop itself knows: one value, with the id [TheOne].
type Secrets struct {
	Head
	ShopKey string `json:"shopKey"` // 64 hex digits: signs visits, salts networks
	Passes  int64  `json:"passes"`  // of argon2id over a password, so that all cost the same
}

// TheOne is the id of what there is one of: the settings, the secrets.
var TheOne = ID{11: 1}

// Clone returns a copy.
func (s Secrets) Clone() Secrets { return s }

// Same says whether both hold the same content.
func (s Secrets) Same(o Secrets) bool {
	s.Head, o.Head = Head{ID: s.ID}, Head{ID: o.ID}
	return s == o
}

// Normalize does nothing: a key is what it is.
func (s *Secrets) Normalize() {}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (s Secrets) Check() error {
	var v Invalid
	if raw, err := hex.DecodeString(s.ShopKey); err != nil || len(raw) != 32 {
		v.Add("shopKey", NotOneOf, "64 hex digits", "")
	}
	checkRange(&v, "passes", s.Passes, 1, MaxPasses)
	return v.Err()
}

func (v *Invalid) checkShortName(field, text string) {
	from := len(*v)
	if v.checkText(field, text, MaxName, false); len(*v) == from && hasHidden(text) {
		v.Add(field, Hidden, nil, quoteHidden(text))
	}
}

func (v *Invalid) checkRole(role Role) {
	var names []string
	for _, one := range Roles() {
		if one == role {
			return
		}
		names = append(names, string(one))
	}
	if role == "" {
		v.Add("role", Required, nil, "")
		return
	}
	v.Add("role", NotOneOf, strings.Join(names, ", "), quote(string(role)))
}

// checkSecret never shows what it refuses.
func (v *Invalid) checkSecret(field, text string, must bool) {
	switch {
	case text == "" && must:
		v.Add(field, Required, nil, "")
	case len(text) > maxHash:
		v.Add(field, TooLong, maxHash, "")
	}
}
