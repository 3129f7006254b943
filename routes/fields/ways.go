package fields

import "pulperia/dao/models"

// Payment is a way of paying.
var Payment = Kind[models.Payment]{
	Name: "Payment",
	Fields: []Field[models.Payment]{
		{Name: "way", At: func(p *models.Payment) any { return &p.Way }, Required: true, OneOf: models.PaymentWays, Doc: "Each once."},
		{Name: "days", At: func(p *models.Payment) any { return &p.Days }, Least: 1, Most: models.MaxDays,
			Doc: "How many days an order waits for it.", Hint: "When absent 3, of a transfer 2.", Example: 2},
		{Name: "accounts", At: func(p *models.Payment) any { return &p.Accounts }, Most: models.MaxAccounts,
			Doc: "Where the money of a transfer goes to.", Hint: "A transfer needs one."},
		{Name: "note", At: func(p *models.Payment) any { return &p.Note }, Most: models.MaxNotice, Doc: "For the buyer."},
	},
}

// Account is one text by which money finds the shop.
var Account = Kind[models.Account]{
	Name: "Account",
	Fields: []Field[models.Account]{
		{Name: "name", At: func(a *models.Account) any { return &a.Name }, Required: true, Least: 1, Most: models.MaxLine,
			Doc: "What the text is: an alias, a CBU, an IBAN, a key of PIX, a number of Bizum.", Example: "Alias"},
		{Name: "text", At: func(a *models.Account) any { return &a.Text }, Required: true, Least: 1, Most: models.MaxLine, Example: "lo.de.ana"},
	},
}

// Delivery is a way in which goods reach their buyer.
var Delivery = Kind[models.Delivery]{
	Name: "Delivery",
	Fields: []Field[models.Delivery]{
		{Name: "way", At: func(d *models.Delivery) any { return &d.Way }, Most: models.MaxLine, Doc: "Names it in orders; each once.", Hint: "Made when absent.", Example: "zone"},
		{Name: "kind", At: func(d *models.Delivery) any { return &d.Kind }, Required: true, OneOf: models.DeliveryKinds,
			Doc: "pickup: at a place of the shop; zone: to the addresses of an area."},
		{Name: "name", At: func(d *models.Delivery) any { return &d.Name }, Most: models.MaxLine, Hint: "A zone needs one.", Example: "Moto"},
		{Name: "address", At: func(d *models.Delivery) any { return &d.Address }, Most: models.MaxNotice, Doc: "Of a place.", Example: "Defensa 1"},
		{Name: "hours", At: func(d *models.Delivery) any { return &d.Hours }, Most: models.MaxNotice, Example: "Lunes a sábado de 9 a 20"},
		{Name: "price", At: func(d *models.Delivery) any { return &d.Price }, Most: int64(models.MaxPrice), Doc: "To an address of a zone.", Example: 1500},
		{Name: "freeFrom", At: func(d *models.Delivery) any { return &d.FreeFrom }, Most: int64(models.MaxPrice),
			Doc: "The sum of the goods from which it costs nothing; 0 for none.", Example: 50000},
		{Name: "countries", At: func(d *models.Delivery) any { return &d.Countries }, Most: models.MaxPlaces, Longest: models.MaxLine,
			Doc: "Of a zone, by two letters (ISO 3166-1); of these three lists an empty one takes all.", Example: []string{"AR"}},
		{Name: "provinces", At: func(d *models.Delivery) any { return &d.Provinces }, Most: models.MaxPlaces, Longest: models.MaxLine,
			Doc: "Accents and case do not matter.", Example: []string{"Córdoba"}},
		{Name: "postcodes", At: func(d *models.Delivery) any { return &d.Postcodes }, Most: models.MaxPlaces, Longest: models.MaxLine,
			Doc: "What they begin with.", Example: []string{"14", "C14"}},
	},
}

// Tax is a rate by which goods are taxed.
var Tax = Kind[models.Tax]{
	Name: "Tax",
	Fields: []Field[models.Tax]{
		{Name: "name", At: func(t *models.Tax) any { return &t.Name }, Required: true, Least: 1, Most: models.MaxLine, Doc: "Each once; products name their rate by it.", Example: "IVA"},
		{Name: "points", At: func(t *models.Tax) any { return &t.Points }, Required: true, Most: models.MaxPoints, Doc: "Hundredths of a percent.", Example: 2100},
		{Name: "default", At: func(t *models.Tax) any { return &t.Default }, Doc: "Of what names no other; true of one at most.", Example: true},
	},
}

// Percent is hundredths of a percent, in a form a percentage with two decimals.
type Percent int64

// PaymentForm, DeliveryForm and TaxForm are what the rows of a form say of each; what the rest is,
// the row itself tells. A rate is typed as a percentage.
var (
	PaymentForm  = Payment.Without("way", "accounts")
	DeliveryForm = Delivery.Without("way", "kind")
	TaxForm      = Kind[models.Tax]{Name: "TaxForm", Fields: []Field[models.Tax]{
		Tax.Fields[0], {Name: "points", At: func(t *models.Tax) any { return (*Percent)(&t.Points) }},
	}}
)
