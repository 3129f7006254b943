package fields

import "pulperia/dao/models"

// Buyer is who buys.
var Buyer = Kind[models.Buyer]{
	Name: "Buyer",
	Fields: []Field[models.Buyer]{
		{Name: "name", At: func(b *models.Buyer) any { return &b.Name }, Required: true, Least: 1, Most: models.MaxName, Example: "Ana"},
		{Name: "email", At: func(b *models.Buyer) any { return &b.Email }, Most: models.MaxUser, Hint: "May be absent.", Example: "ana@example.com"},
		{Name: "phone", At: func(b *models.Buyer) any { return &b.Phone }, Most: models.MaxPhone, Hint: "May be absent.", Example: "+54 9 11 2233 4455"},
	},
}

// Address is where goods go to.
var Address = Kind[models.Address]{
	Name: "Address",
	Fields: []Field[models.Address]{
		{Name: "street", At: func(a *models.Address) any { return &a.Street }, Most: models.MaxLine, Example: "Defensa 1"},
		{Name: "city", At: func(a *models.Address) any { return &a.City }, Most: models.MaxLine, Example: "Buenos Aires"},
		{Name: "province", At: func(a *models.Address) any { return &a.Province }, Most: models.MaxLine},
		{Name: "postcode", At: func(a *models.Address) any { return &a.Postcode }, Most: models.MaxLine, Example: "C1065"},
		{Name: "country", At: func(a *models.Address) any { return &a.Country }, Most: 2, Doc: "Its two letters (ISO 3166-1).", Example: "AR"},
	},
}
