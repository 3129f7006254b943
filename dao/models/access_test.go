package models

import (
	"strings"
	"testing"
)

// What is kept about who comes in is normal, bounded and shown by no error.
func TestAccessRules(t *testing.T) {
	hash := strings.Repeat("0f", 32)
	password := "$argon2id$v=19$m=19456,t=2,p=1$" + strings.Repeat("aB", 11) + "$" + strings.Repeat("x", 43)
	long := strings.Repeat("s3cret", 100)
	for _, one := range []struct {
		value Value
		want  string // what breaks rules
	}{
		{&Person{Email: " Ana@Example.COM", Name: " Ana\u00a0G ", Role: RoleOwner}, ""},
		{&Person{}, "email required, name required, role required"},
		{&Person{Email: "Ana <ana@example.com>", Name: "A\u200bna", Role: "course", PasswordHash: long, SignIns: -1}, "email not_email, name hidden, role not_one_of, passwordHash too_long, signIns too_small"},
		{&Person{Email: "ana@example.com", Name: strings.Repeat("ñ", MaxName+1), Role: RoleHelper}, "name too_long"},
		{&Person{Email: "ana@example.com", Name: "Ana", Role: RoleOwner, PasswordHash: password}, ""},
		{&Person{Email: "ana@example.com", Name: "Ana", Role: RoleOwner, PasswordHash: "s3cret"}, "passwordHash not_password"},
		{&Person{Email: "ana@example.com", Name: "Ana", Role: RoleOwner, PasswordHash: strings.Replace(password, "t=2", "t=101", 1)}, "passwordHash not_password"},
		{&Person{Email: "ana@example.com", Name: "Ana", Role: RoleOwner, PasswordHash: password + "A"}, "passwordHash not_password"},
		{&Session{TokenHash: hash, Person: ID{1}}, ""},
		{&Session{TokenHash: long}, "tokenHash too_long, person required"},
		{&Session{Person: ID{1}}, "tokenHash required"},
		{&Link{Tokens: []OneTime{{TokenHash: hash}}}, ""},
		{&Link{Tokens: make([]OneTime, MaxLinks+1)}, "tokens too_many"},
		{&Link{Tokens: []OneTime{{TokenHash: hash}, {}}}, "tokens[1].tokenHash required"},
		{&Key{Name: "till", Role: RoleManager, SecretHash: hash}, ""},
		{&Key{}, "name required, role required, secretHash required"},
		{&Secrets{ShopKey: hash, Passes: 2}, ""},
		{&Secrets{ShopKey: long, Passes: MaxPasses + 1}, "shopKey not_one_of, passes too_large"},
		{&Settings{}, ""},
		{&Settings{Name: "Lo de Ana", Language: "es", Currency: "ars", TimeZone: "America/Argentina/Buenos_Aires", WhatsApp: "(+54 9 11) 2233-4455", Hours: "lunes\na viernes"}, ""},
		{&Settings{Name: "\u200b", Logo: strings.Repeat("x", MaxLogo+1), Language: "fr", Currency: "$", TimeZone: "Local", About: "a\x00b", WhatsApp: "0800 1234 567"},
			"name unseen, logo too_long, language not_one_of, currency not_currency, timeZone not_zone, about control, whatsapp not_phone"},
		{&Settings{WhatsApp: "wa.me/5491122334455"}, "whatsapp not_phone"},
		{&Settings{WhatsApp: "+-()"}, ""},
	} {
		one.value.Normalize()
		err := one.value.Check()
		var got []string
		if problems, is := err.(Invalid); is {
			for _, p := range problems {
				got = append(got, p.Field+" "+string(p.Rule))
			}
		}
		if text := strings.Join(got, ", "); text != one.want && !(len(got) > MaxLinks && strings.HasPrefix(text, one.want)) {
			t.Errorf("%s breaks %q, want %q", JSON(one.value), text, one.want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
	ana := Person{Email: " Ana@Example.COM", Name: " Ana\u00a0G "}
	if ana.Normalize(); ana.Email != "ana@example.com" || ana.Name != "Ana G" {
		t.Errorf("she is %+v", ana)
	}
	shop := Settings{Currency: "ars", WhatsApp: "(+54 9 11) 2233-4455"}
	if shop.Normalize(); shop.Currency != "ARS" || shop.WhatsApp != "5491122334455" {
		t.Errorf("it is %+v", shop)
	}
	session := Session{Browser: "Fire\x00fox\u202e \xff" + strings.Repeat("ñ", 500)}
	if session.Normalize(); !Shows(session.Browser) || len([]rune(session.Browser)) > MaxBrowser {
		t.Errorf("the label is %q", session.Browser)
	}
}
