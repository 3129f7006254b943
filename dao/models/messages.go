package models

import (
	"net/mail"
	"strings"
	"unicode"
)

// The limits of a message, in code points.
const (
	MaxUser    = 254 // the longest e-mail address: RFC 5321, section 4.5.3.1.3 (erratum 1690)
	MaxMessage = 2_000
)

// Message is one line of the chat. It never changes once it is stored.
type Message struct {
	ID        ID     `json:"_id"`
	User      string `json:"user"` // a name, or a bare e-mail address, which few may see: see [ShownName]
	Message   string `json:"message"`
	CreatedAt Time   `json:"createdAt"`
	By        string `json:"by,omitempty"` // who wrote it, as in steps; no answer shows it. Empty where nobody knows
}

// Same says whether both say the same: all but the time.
func (m Message) Same(o Message) bool {
	return m.ID == o.ID && m.User == o.User && m.Message == o.Message && m.By == o.By
}

// ShownName returns what anybody may see of who writes: a name as it is, of an address its first
// word of letters. What another program wrote may hold an address in the middle of a text.
func ShownName(user string) string {
	local, _, isAddress := strings.Cut(user, "@")
	if !isAddress {
		return user
	}
	words := strings.FieldsFunc(local, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	if len(words) == 0 {
		return "?"
	}
	return words[0]
}

// IsAddress says whether a user who breaks no rule has given an e-mail address, and not a name.
func IsAddress(user string) bool { return strings.Contains(user, "@") }

// Normalize makes both texts normal ones. Engines call it as they call [Product.Normalize].
func (m *Message) Normalize() {
	m.User, m.Message = NormalName(m.User), NormalText(m.Message)
}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (m Message) Check() error {
	var v Invalid
	v.checkUser(m.User)
	v.checkText("message", m.Message, MaxMessage, true)
	if m.By != "" && !IsBy(m.By) {
		v.Add("by", NotOneOf, "visitor:, network:, person: or key:, and an id", quote(m.By))
	}
	return v.Err()
}

// IsBy says whether a text names who may have written a message.
func IsBy(by string) bool {
	kind, id, _ := strings.Cut(by, ":")
	digits := map[string]int{"visitor": 8, "network": 8, "person": 24, "key": 24}[kind]
	return digits > 0 && len(id) == digits && strings.Trim(id, "0123456789abcdef") == ""
}

// CheckUser returns [Invalid] when user is neither a name nor a bare e-mail address, or nil.
func CheckUser(user string) error {
	var v Invalid
	v.checkUser(user)
	return v.Err()
}

func (v *Invalid) checkUser(user string) {
	if IsAddress(user) {
		v.checkAddress("user", user)
		return
	}
	v.checkPersonName("user", user)
}

// checkPersonName refuses, beside what no name may have, what would make one look like an address.
func (v *Invalid) checkPersonName(field, name string) {
	from := len(*v)
	if v.checkShortName(field, name); len(*v) == from && strings.ContainsAny(name, `<>"@`) {
		v.Add(field, NotName, nil, quote(name))
	}
}

func (v *Invalid) checkAddress(field, address string) {
	before := len(*v)
	v.checkText(field, address, MaxUser, false)
	if len(*v) > before {
		return
	}
	if isPlainAddress(address) {
		return
	}
	if strings.ContainsFunc(address, func(r rune) bool { return r != ' ' && !isSeen(r) }) { // one person would show as another
		v.Add(field, Hidden, nil, quoteHidden(address))
		return
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || strings.ContainsAny(address, `"<> `) {
		v.Add(field, NotEmail, nil, quote(address))
	}
}

// isPlainAddress says whether a text is surely an e-mail address: words of letters, digits, - and _
// between single dots, on both sides of the @. Almost all are, and this takes a tenth of the time
// of parsing them.
func isPlainAddress(user string) bool {
	ats, before := 0, byte('.') // a dot may not follow what begins a side
	for i := range len(user) {
		c := user[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		case c == '@' && before != '.' && ats == 0:
			ats, c = 1, '.'
		case c == '.' && before != '.':
		default:
			return false
		}
		before = c
	}
	return ats == 1 && before != '.'
}
