package fields

import (
	"slices"

	"pulperia/dao/models"
	"pulperia/shop"
)

// Product is a product as whoever keeps the catalogue gives it.
var Product = Kind[models.Product]{
	Name: "Product", Shared: true,
	Fields: []Field[models.Product]{
		{Name: "_id", At: func(p *models.Product) any { return &p.ID }, In: Create | Answer, Hint: "Kept when it is free; made when absent."},
		{Name: "rev", At: func(p *models.Product) any { return &p.Rev }, In: Answer, Least: 1, Doc: "More at every change. 1 when made, unless another value had the id before.", Example: 1},
		{Name: "createdAt", At: func(p *models.Product) any { return &p.CreatedAt }, In: Answer},
		{Name: "updatedAt", At: func(p *models.Product) any { return &p.UpdatedAt }, In: Answer},
		{Name: "title", At: func(p *models.Product) any { return &p.Title }, Required: true, Least: 1, Most: models.MaxLine, Example: "Yerba mate 1 kg"},
		{Name: "description", At: func(p *models.Product) any { return &p.Description }, Required: true, Least: 1, Most: models.MaxDescription,
			Example: "Molienda gruesa, estacionada doce meses."},
		{Name: "code", At: func(p *models.Product) any { return &p.Code }, Required: true, Least: 1, Most: models.MaxLine,
			Doc: "Unique in the shop; exact, case-sensitive.", Example: "YM-1000"},
		{Name: "price", At: func(p *models.Product) any { return &p.Price }, Most: int64(models.MaxPrice),
			Doc: "In the shop's one currency, with no more decimals than that has: ARS two, CLP none, KWD three.", Hint: "Needed of a new one, unless all of its variants have their own: then it is left out, and the lowest of theirs.", Example: 1234.5},
		{Name: "status", At: func(p *models.Product) any { return &p.Status }, Default: true, Doc: "false takes it off sale.", Example: true},
		{Name: "stock", At: func(p *models.Product) any { return &p.Stock }, Most: models.MaxStock,
			Doc: "How many can be bought now.", Hint: "Needed of a new one that is counted and has no variants.", Example: 7},
		{Name: "category", At: func(p *models.Product) any { return &p.Category }, Required: true, Least: 1, Most: models.MaxLine,
			Hint: "One that others have in another case, or with other accents, is written as these write it.", Example: "almacén"},
		{Name: "thumbnails", At: func(p *models.Product) any { return &p.Thumbnails }, Other: "thumbnail", Most: models.MaxThumbnails, Longest: models.MaxThumbnail,
			Doc: "Absolute paths on this server, or http(s) URLs.", Hint: "None when absent.", Example: []string{"/img/yerba.webp"}},
		{Name: "compareAt", At: func(p *models.Product) any { return &p.CompareAt }, Most: int64(models.MaxPrice), Null: true, Absent: true,
			Doc: "The price before, higher than the price.", Example: 1500},
		{Name: "counted", At: func(p *models.Product) any { return &p.Uncounted }, Absent: true,
			Doc: "false: stock is not counted, and it can always be bought; true when absent.", Example: false},
		{Name: "tax", At: func(p *models.Product) any { return &p.Tax }, Most: models.MaxLine, Null: true, Absent: true,
			Doc: "The name of its rate; the default rate when absent, and where the settings have none of the name.", Example: "IVA 10,5"},
		{Name: "held", At: func(p *models.Product) any { return &p.Held }, In: Answer, Absent: true,
			Doc: "Pieces in open orders, which are not in the stock; shown to who may count it.", Example: 2},
		{Name: "tags", At: func(p *models.Product) any { return &p.Tags }, Most: models.MaxTags, Longest: models.MaxLine, Absent: true, Example: []string{"verano"}},
		{Name: "vendor", At: func(p *models.Product) any { return &p.Vendor }, Most: models.MaxLine, Null: true, Absent: true, Example: "Telares del Sur"},
		{Name: "barcode", At: func(p *models.Product) any { return &p.Barcode }, Most: models.MaxLine, Null: true, Absent: true, Example: "7790001000012"},
		{Name: "variants", At: func(p *models.Product) any { return &p.Variants }, Most: models.MaxVariants, Absent: true,
			Doc: "The forms that it is sold in: its price is the lowest of theirs, its stock the sum.", Hint: "All that there are from now on; one keeps its _id by that, or by its code."},
	},
}

// Variant is one of the forms that a product is sold in.
var Variant = Kind[models.Variant]{
	Name: "Variant", Shared: true,
	Fields: []Field[models.Variant]{
		{Name: "_id", At: func(v *models.Variant) any { return &v.ID }, Doc: "Never changes."},
		{Name: "code", At: func(v *models.Variant) any { return &v.Code }, Required: true, Least: 1, Most: models.MaxLine,
			Doc: "Unique over products and variants.", Example: "R-M"},
		{Name: "options", At: func(v *models.Variant) any { return &v.Options }, Required: true, Least: 1, Most: models.MaxOptions,
			Doc: "Texts by the names of the options, which are the same in all variants.", Example: models.Options{{Name: "Talle", Value: "M"}, {Name: "Color", Value: "azul"}}},
		{Name: "price", At: func(v *models.Variant) any { return &v.Price }, Most: int64(models.MaxPrice), Hint: "The product's when absent.", Example: 1234.5},
		{Name: "stock", At: func(v *models.Variant) any { return &v.Stock }, Most: models.MaxStock, Hint: "Needed unless counted is false.", Example: 3},
		{Name: "counted", At: func(v *models.Variant) any { return &v.Uncounted }, Doc: "false: it can always be bought.", Hint: "true when absent.", Example: true},
		{Name: "held", At: func(v *models.Variant) any { return &v.Held }, In: Answer, Absent: true, Doc: "As of a product.", Example: 2},
		{Name: "thumbnail", At: func(v *models.Variant) any { return &v.Thumbnail }, Most: models.MaxThumbnail, Null: true, Absent: true, Example: "/img/m.webp"},
		{Name: "barcode", At: func(v *models.Variant) any { return &v.Barcode }, Most: models.MaxLine, Null: true, Absent: true, Example: "7790001000012"},
	},
}

// ProductForm is what the forms of the counter say of a product in fields of their own: variants stand
// in a grid.
var ProductForm = Product.Without("variants")

// Item is how many of a product are to be in a cart.
var Item = Kind[models.Item]{
	Name: "Item",
	Fields: []Field[models.Item]{
		{Name: "product", At: func(i *models.Item) any { return &i.Product }, Required: true},
		{Name: "variant", At: func(i *models.Item) any { return &i.Variant }, Null: true, Doc: "Of a product with variants: without it 400 lists them."},
		{Name: "quantity", At: func(i *models.Item) any { return &i.Quantity }, Required: true, Least: 1, Most: models.MaxQuantity, Example: 2},
	},
}

// Message is what somebody says.
var Message = Kind[models.Message]{
	Name: "Message", Shared: true,
	Fields: []Field[models.Message]{
		{Name: "_id", At: func(m *models.Message) any { return &m.ID }, In: Create, Hint: "Made by the client, it makes a repetition safe."},
		{Name: "user", At: func(m *models.Message) any { return &m.User }, Required: true, Least: 1, Most: models.MaxUser,
			Hint:    "A name of at most 60 characters without any of < > \" @, or a bare e-mail address. The staff write under their own names, whatever stands here.",
			Example: "ana@example.com"},
		{Name: "message", At: func(m *models.Message) any { return &m.Message }, Required: true, Least: 1, Most: models.MaxMessage, Example: "¿Tienen yerba?"},
	},
}

// Settings is what a merchant says of his shop.
var Settings = Kind[models.Settings]{
	Name: "Settings",
	Fields: []Field[models.Settings]{
		{Name: "_id", At: func(s *models.Settings) any { return &s.ID }, In: Answer},
		{Name: "rev", At: func(s *models.Settings) any { return &s.Rev }, In: Answer, Least: 0, Doc: "0 as long as nobody has said anything.", Example: 1},
		{Name: "createdAt", At: func(s *models.Settings) any { return &s.CreatedAt }, In: Answer},
		{Name: "updatedAt", At: func(s *models.Settings) any { return &s.UpdatedAt }, In: Answer},
		{Name: "name", At: func(s *models.Settings) any { return &s.Name }, Most: models.MaxName, Doc: "Of the shop.", Example: "Lo de Ana"},
		{Name: "logo", At: func(s *models.Settings) any { return &s.Logo }, Most: models.MaxLogo, Doc: "A short text.", Example: "Ana"},
		{Name: "language", At: func(s *models.Settings) any { return &s.Language }, OneOf: slices.Concat(models.Languages, []string{""}),
			Doc: "Of visitors whose browser asks for none that the shop speaks."},
		{Name: "currency", At: func(s *models.Settings) any { return &s.Currency }, Most: 3, Doc: "Its three letters (ISO 4217).", Example: "ARS"},
		{Name: "timeZone", At: func(s *models.Settings) any { return &s.TimeZone }, Doc: "Of the tz database.", Example: "America/Argentina/Buenos_Aires"},
		{Name: "welcome", At: func(s *models.Settings) any { return &s.Welcome }, Most: models.MaxNotice},
		{Name: "about", At: func(s *models.Settings) any { return &s.About }, Most: models.MaxNotice},
		{Name: "place", At: func(s *models.Settings) any { return &s.Place }, Most: models.MaxNotice},
		{Name: "hours", At: func(s *models.Settings) any { return &s.Hours }, Most: models.MaxNotice, Example: "Lunes a sábado de 9 a 20"},
		{Name: "whatsapp", At: func(s *models.Settings) any { return &s.WhatsApp }, Doc: "Digits with the country's code.", Example: "5491122334455"},
		{Name: "roomClosed", At: func(s *models.Settings) any { return &s.RoomClosed }, Doc: "The chat is closed: nobody reads it or writes in it."},
		{Name: "payments", At: func(s *models.Settings) any { return &s.Payments }, Most: int64(len(models.PaymentWays)),
			Doc: "The ways of paying; without any, cash."},
		{Name: "deliveries", At: func(s *models.Settings) any { return &s.Deliveries }, Most: models.MaxDeliveries,
			Doc: "How goods reach their buyer; without any, they are fetched at the shop."},
		{Name: "taxes", At: func(s *models.Settings) any { return &s.Taxes }, Most: models.MaxRates, Doc: "The rates; without a default one, what names none is not taxed."},
		{Name: "taxAdded", At: func(s *models.Settings) any { return &s.TaxAdded }, Doc: "Taxes are added to the prices; else these include them."},
		{Name: "acceptAtOnce", At: func(s *models.Settings) any { return &s.AcceptAtOnce }, Doc: "An order is accepted when it is placed; else the staff accept it."},
	},
}

// SettingsForm is what one form of the counter says of it; each of the others has one of its own.
var SettingsForm = Settings.Without("payments", "deliveries", "taxes", "taxAdded", "acceptAtOnce")

// A Member is somebody of the staff, with what he is given and never shown.
type Member struct {
	shop.Person
	Password string
}

// Person is somebody of the staff.
var Person = Kind[Member]{
	Name: "Person",
	Fields: []Field[Member]{
		{Name: "_id", At: func(m *Member) any { return &m.ID }, In: Answer},
		{Name: "rev", At: func(m *Member) any { return &m.Rev }, In: Answer, Least: 1, Doc: "More at every change.", Example: 1},
		{Name: "createdAt", At: func(m *Member) any { return &m.CreatedAt }, In: Answer},
		{Name: "updatedAt", At: func(m *Member) any { return &m.UpdatedAt }, In: Answer},
		{Name: "email", At: func(m *Member) any { return &m.Email }, Required: true, Least: 1, Most: models.MaxUser,
			Hint: "A bare e-mail address; unique.", Example: "ana@example.com"},
		{Name: "name", At: func(m *Member) any { return &m.Name }, Required: true, Least: 1, Most: models.MaxName, Example: "Ana"},
		{Name: "role", At: func(m *Member) any { return &m.Role }, Required: true, OneOf: roles(), Hint: "At most what you may do yourself."},
		{Name: "password", At: func(m *Member) any { return &m.Password }, In: Create, Secret: true, Least: shop.MinPassword, Most: shop.MaxPassword,
			Hint: "Without it he gives himself one, by a link."},
		{Name: "joined", At: func(m *Member) any { return &m.Joined }, In: Answer, Doc: "false of who was invited and has no password yet."},
	},
}

// A NewKey is a key, with its text where it has just been made.
type NewKey struct {
	shop.Key
	Text string
}

// Key is what a program comes in with.
var Key = Kind[NewKey]{
	Name: "Key",
	Fields: []Field[NewKey]{
		{Name: "_id", At: func(k *NewKey) any { return &k.ID }, In: Answer},
		{Name: "createdAt", At: func(k *NewKey) any { return &k.CreatedAt }, In: Answer},
		{Name: "name", At: func(k *NewKey) any { return &k.Name }, Required: true, Least: 1, Most: models.MaxName, Example: "till"},
		{Name: "role", At: func(k *NewKey) any { return &k.Role }, Required: true, OneOf: roles(), Hint: "At most what you may do yourself."},
		{Name: "expires", At: func(k *NewKey) any { return &k.Expires }, Null: true, Doc: "null for never.", Hint: "Absent, it means never.", Example: "2027-11-23T12:00:00.000Z"},
		{Name: "seen", At: func(k *NewKey) any { return &k.Seen }, In: Answer, Null: true, Doc: "The day of its last use; null for none.", Example: "2026-11-23T00:00:00.000Z"},
		{Name: "madeBy", At: func(k *NewKey) any { return &k.MadeBy }, In: Answer, Doc: "Who made it.", Example: "person:665f1c2ab0e84d3f9a7c1e55"},
		{Name: "key", At: func(k *NewKey) any { return &k.Text }, In: Answer, Absent: true,
			Doc: "The key itself, in the answer that makes it and nowhere else.", Example: "plp_…"},
	},
}

func roles() (names []string) {
	for _, role := range models.Roles() {
		names = append(names, string(role))
	}
	return names
}
