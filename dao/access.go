package dao

import (
	"fmt"
	"strconv"
	"strings"

	"pulperia/dao/models"
)

// The kinds of who may do what. None is shared with other programs.
const (
	KindPerson   Kind = "person"
	KindSession  Kind = "session"
	KindLink     Kind = "link"
	KindKey      Kind = "key"
	KindSettings Kind = "setting"
	KindSecrets  Kind = "secret"
)

// Person describes the staff.
var Person = Describe[models.Person](Schema{
	Kind: KindPerson, Plural: "people", Guarded: true,
	Unique: []Unique{UniqueBy("email", func(p *models.Person) string { return p.Email })},
	Sorts:  []Sort{SortBy("email", func(p *models.Person) models.SortKey { return models.SortKey{Text: p.Email} })},
	Example: ExampleBy(func(n int) models.Person {
		number := strconv.Itoa(n)
		return models.Person{Email: "p" + number + "@example.com", Name: "Ana " + number, Role: models.RoleHelper, PasswordHash: examplePassword(n)}
	}),
})

// Session describes sessions.
var Session = Describe[models.Session](Schema{
	Kind: KindSession, Plural: "sessions", Guarded: true, Stays: true,
	Example: ExampleBy(func(n int) models.Session {
		return models.Session{TokenHash: exampleHash(n), Person: models.ID{11: 1}, Seen: 1000, Browser: "Firefox " + strconv.Itoa(n)}
	}),
})

// Link describes one-time links.
var Link = Describe[models.Link](Schema{
	Kind: KindLink, Plural: "links", Guarded: true, Stays: true,
	Example: ExampleBy(func(n int) models.Link {
		return models.Link{Tokens: []models.OneTime{{TokenHash: exampleHash(n), Expires: 1000}}}
	}),
})

// Key describes keys.
var Key = Describe[models.Key](Schema{
	Kind: KindKey, Plural: "keys", Guarded: true,
	Example: ExampleBy(func(n int) models.Key {
		return models.Key{Name: "till " + strconv.Itoa(n), Role: models.RoleManager, SecretHash: exampleHash(n)}
	}),
})

// Settings describes what a merchant says of his shop, which everybody may read.
var Settings = Describe[models.Settings](Schema{
	Kind: KindSettings, Plural: "settings",
	Example: ExampleBy(func(n int) models.Settings {
		s := models.Settings{
			Name:       "Lo de Ana " + strconv.Itoa(n),
			Payments:   []models.Payment{{Way: models.PayTransfer, Accounts: []models.Account{{Name: "Alias", Text: "lo.de.ana"}}}},
			Deliveries: []models.Delivery{{Kind: models.DeliverZone, Name: "Moto", Price: 1500_500, Countries: []string{"AR"}}},
			Taxes:      []models.Tax{{Name: "IVA", Points: 2100, Default: true}},
		}
		s.Normalize()
		return s
	}),
})

// Secrets describes what only the shop knows.
var Secrets = Describe[models.Secrets](Schema{
	Kind: KindSecrets, Plural: "secrets", Guarded: true,
	Example: ExampleBy(func(n int) models.Secrets { return models.Secrets{ShopKey: exampleHash(n), Passes: 2} }),
})

func examplePassword(n int) string {
	return fmt.Sprintf("$argon2id$v=19$m=19456,t=2,p=1$%022d$%043d", n, n)
}

func exampleHash(n int) string { return strings.Repeat(fmt.Sprintf("%016x", n), 4) }
