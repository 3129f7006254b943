package models_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

// An address stands for a person in the chat, so it is a bare one: what a mail program may add,
// such as a name or a comment, would let one person show as another.
func TestCheckUser(t *testing.T) {
	long := strings.Repeat("a", 64) + "@" + strings.Repeat("b", 185) + ".com"
	for _, user := range []string{
		"ana@example.com", "a@b", "ana+mate@example.com", "ANA@EXAMPLE.COM", "o'higgins@example.com", "ñandú@pampa.example", "ana.b-c_d@sub.example.com",
		"日本@example.jp", long,
	} {
		wants(t, user, models.CheckUser(user))
	}
	for _, user := range []string{
		"ana", "@", "@example.com", "ana@", "ana@@example.com", "ana@example@com", "ana.@example.com", ".ana@example.com", "a..b@example.com",
		"Ana <ana@example.com>", "<ana@example.com>", `"Ana" <ana@example.com>`, `"ana"@example.com`, `"a b"@example.com`, "ana@example.com (Ana)",
		"ana(Ana)@example.com", "ana@example.com(Ana)", "ana @example.com", "ana@ example.com", "ana@exa mple.com", "ana@example.com, bea@example.com", "ana@example.com;",
		"grupo: ana@example.com;", "mailto:ana@example.com",
	} {
		wants(t, user, models.CheckUser(user), "user not_email")
	}
	for _, user := range []string{
		"ana\u200b@example.com", "ana@exam\u00adple.com", "\u202eana@example.com", "ana\u2066@example.com", "ana\u200d@example.com", "ana\ufe0f@example.com",
		"ana\u00a0@example.com", "ana\u3164@example.com", "\ufeffana@example.com", "ana@example.com\u202e>", "a\u061cna@example.com", "\u2800@example.com",
	} {
		wants(t, user, models.CheckUser(user), "user hidden")
	}
	wants(t, "nothing", models.CheckUser(""), "user required")
	wants(t, "white space", models.CheckUser(" \n"), "user required")
	wants(t, "255 characters", models.CheckUser("a"+long), "user too_long 254")
	wants(t, "a line break", models.CheckUser("ana@example.com\nBcc: bea@example.com"), "user control")
	wants(t, "no text", models.CheckUser("ana\xff@example.com"), "user not_utf8")
}

func TestMessageCheck(t *testing.T) {
	for text, want := range map[string][]string{
		"x": nil, "dos\nlíneas\tcon tab\r\n": nil, "<b>{{x}}</b>": nil, "🧉": nil, "❤️ 👩‍👧 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🇦🇷 1️⃣": nil, "a\u200bb \u202ec": nil, "\u0301": nil,
		"\u202e": {"message unseen"}, "\u200b\u200d \u2060": {"message unseen"}, "\u3164": {"message unseen"}, "\u2800\n\u2800": {"message unseen"},
		"\ufe0f": {"message unseen"}, "\U000e0020": {"message unseen"}, "\u00ad": {"message unseen"},
		eñes(models.MaxMessage): nil,
		"":                      {"message required"}, " \n\t\u00a0": {"message required"}, eñes(models.MaxMessage + 1): {"message too_long 2000"},
		"a\x00": {"message control"}, "a\x1b[1m": {"message control"}, "a\xff": {"message not_utf8"},
	} {
		wants(t, text, models.Message{User: "ana@example.com", Message: text}.Check(), want...)
	}
	wants(t, "both wrong", models.Message{User: "ana"}.Check(), "user not_email", "message required")
}

func TestMessageNormalize(t *testing.T) {
	m := models.Message{User: "\u00a0ana@example.com\n", Message: " hola \n\n che \t"}
	m.Normalize()
	if diff := cmp.Diff(models.Message{User: "ana@example.com", Message: "hola \n\n che"}, m); diff != "" {
		t.Errorf("normalized (-want +got):\n%s", diff)
	}
}

func TestMessageName(t *testing.T) {
	for user, want := range map[string]string{"ana@example.com": "ana", "a@b@c": "a@b", "ana": "ana", "@x": "@x", "": ""} {
		if got := (models.Message{User: user}).Name(); got != want {
			t.Errorf("%q shows as %q, want %q", user, got, want)
		}
	}
}

func TestMessageSame(t *testing.T) {
	m := models.Message{ID: models.ID{1}, User: "ana@example.com", Message: "hola", CreatedAt: 1}
	for what, other := range map[string]models.Message{
		"id": {ID: models.ID{2}, User: m.User, Message: m.Message}, "user": {ID: m.ID, User: "b@c", Message: m.Message}, "message": {ID: m.ID, User: m.User},
	} {
		if m.Same(other) {
			t.Errorf("another %s counts as the same content", what)
		}
	}
	if !m.Same(models.Message{ID: m.ID, User: m.User, Message: m.Message, CreatedAt: 2}) {
		t.Error("another time counts as other content")
	}
}

// Whatever passes the rules is trimmed and read back from its JSON form as it was; the address has
// one @ at least and no room for a second meaning.
func FuzzMessage(f *testing.F) {
	f.Add("ana@example.com", "¿Tienen yerba? <b>\u2028")
	f.Add("Ana <ana@example.com>", "\xff")
	f.Add("ana(x)@[127.0.0.1]", "\u0085")
	f.Fuzz(func(t *testing.T, user, text string) {
		m := models.Message{User: user, Message: text}
		m.Normalize()
		if m.Check() != nil {
			return
		}
		var got models.Message
		if err := json.Unmarshal(models.JSON(m), &got); err != nil || got != m {
			t.Fatalf("%+v is read back as %+v, %v", m, got, err)
		}
		if strings.ContainsAny(m.User, " <>\"\n") || !strings.Contains(m.User, "@") || m.Name() == "" {
			t.Fatalf("%q passes as an address", m.User)
		}
	})
}
