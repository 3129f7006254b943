package models

import (
	"net/mail"
	"strings"
)

// The limits of a message, in code points.
const (
	MaxUser    = 254 // the longest e-mail address: RFC 5321, section 4.5.3.1.3 (erratum 1690)
	MaxMessage = 2_000
)

// Message is one line of the chat. It never changes once it is stored.
type Message struct {
	ID        ID     `json:"_id"`
	User      string `json:"user"` // a bare e-mail address
	Message   string `json:"message"`
	CreatedAt Time   `json:"createdAt"`
}

// Same says whether both say the same: all but the time.
func (m Message) Same(o Message) bool {
	return m.ID == o.ID && m.User == o.User && m.Message == o.Message
}

// Name returns what is shown of the sender: what stands before the last @.
func (m Message) Name() string { return NameOf(m.User) }

// NameOf returns what is shown of an e-mail address: what stands before the last @.
func NameOf(user string) string {
	if at := strings.LastIndexByte(user, '@'); at > 0 {
		return user[:at]
	}
	return user
}

// Normalize makes both texts normal ones. Engines call it as they call [Product.Normalize].
func (m *Message) Normalize() {
	m.User, m.Message = NormalText(m.User), NormalText(m.Message)
}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (m Message) Check() error {
	var v Invalid
	v.checkUser(m.User)
	v.checkText("message", m.Message, MaxMessage, true)
	return v.Err()
}

// CheckUser returns [Invalid] when user is no bare e-mail address, or nil.
func CheckUser(user string) error {
	var v Invalid
	v.checkUser(user)
	return v.Err()
}

func (v *Invalid) checkUser(user string) {
	before := len(*v)
	v.checkText("user", user, MaxUser, false)
	if len(*v) > before {
		return
	}
	if isPlainAddress(user) {
		return
	}
	if strings.ContainsFunc(user, func(r rune) bool { return r != ' ' && !isSeen(r) }) { // one person would show as another
		v.Add("user", Hidden, nil, quoteHidden(user))
		return
	}
	address, err := mail.ParseAddress(user)
	if err != nil || address.Address != user || strings.ContainsAny(user, `"<> `) {
		v.Add("user", NotEmail, nil, quote(user))
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
