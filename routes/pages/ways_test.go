package pages_test

import (
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

func storedSettings(v *routestest.Visitor) models.Settings {
	v.T.Helper()
	settings, err := v.Shop.Trade.Settings(v.T.Context())
	if err != nil {
		v.T.Fatal(err)
	}
	return settings
}

// Where the money goes to is changed by the owner alone, who gives his password again; what is wrong
// stands beside its field, with what was typed.
func TestPaymentsPage(t *testing.T) {
	v := newMerchant(t)
	v.Headers = []string{"Accept-Language", "es"}
	page := v.Get("/admin/ways")
	page.Want(200, "#payments-1-accounts", "")
	if page.Attribute("#payments-0-days", "value") != "3" || len(page.All("#payments-0-on[checked]")) != 1 || len(page.All("#payments-1-on[checked]")) != 0 {
		t.Error("the start is not cash alone")
	}
	form := []string{"rev", "0", "payments-0-on", "true", "payments-0-days", "5", "payments-1-on", "true", "payments-1-days", "2",
		"payments-1-accounts", "Alias: lo.de.ana\r\nCBU: 28500", "payments-1-note", "Mandá el comprobante"}
	with := func(password string, more ...string) []string {
		return append(append([]string{}, form...), append(more, "password", password)...)
	}
	v.Post("/admin/ways/payments", with("otra cosa muy larga")...).Want(400, "#password-problem", "No es la que tenés ahora.",
		"#payments-1-accounts", "Alias: lo.de.ana CBU: 28500")
	v.Post("/admin/ways/payments", form...).Want(400, "#password-problem", "Falta completar este campo.")
	v.Post("/admin/ways/payments", "rev", "0", "payments-1-on", "true", "payments-1-days", "tres", "password", ownersPassword).Want(400,
		"#payments-1-days-problem", "Tiene que ser un número entero.")
	v.Post("/admin/ways/payments", "rev", "0", "payments-1-on", "true", "payments-1-days", "99", "password", ownersPassword).Want(400,
		"#payments-1-days-problem", "Tiene que ser 60 o menos.", "#payments-1-accounts-problem", "Falta completar este campo.")
	if got := storedSettings(v); len(got.Payments) != 0 {
		t.Errorf("refused, and stored: %+v", got)
	}
	v.Follow("/admin/ways/payments", with(ownersPassword)...).Want(200, "#payments-1-accounts", "Alias: lo.de.ana CBU: 28500")
	if got := storedSettings(v).Payments; len(got) != 2 || got[0].Days != 5 || got[1].Accounts[1] != (models.Account{Name: "CBU", Text: "28500"}) {
		t.Errorf("%+v", got)
	}
	v.Post("/admin/ways/payments", with(ownersPassword)...).Want(409, "[role=alert]", "No lo guardamos: cambió mientras tanto. Mirá cómo está ahora y guardá de nuevo lo que sigas queriendo.")

	manager := invite(v, "Meli", models.RoleManager)
	if page := manager.Get("/admin/ways", "Accept-Language", "es"); len(page.All("#payments-0-on")) > 0 || len(page.All("#deliveries-0-kind")) == 0 {
		t.Error("a manager is offered to change where the money goes to")
	}
	manager.Post("/admin/ways/payments", with(ownersPassword)...).Want(403)
	manager.Post("/admin/ways/taxes", "rev", "1", "acceptAtOnce", "true").Want(303)
	if got := storedSettings(v); !got.AcceptAtOnce || len(got.Payments) != 2 {
		t.Errorf("%+v", got)
	}
}

// Places and zones are added in the row that is always there, taken away by what they are, and keep
// the names by which orders know them; what is wrong stands in its row, also behind one that goes.
func TestDeliveriesPage(t *testing.T) {
	v := newMerchant(t)
	v.Headers = []string{"Accept-Language", "es"}
	v.Follow("/admin/ways/deliveries", "rev", "0",
		"deliveries-0-way", "pickup", "deliveries-0-kind", "pickup", "deliveries-0-name", "", "deliveries-0-address", "Defensa 1",
		"deliveries-1-way", "", "deliveries-1-kind", "zone", "deliveries-1-name", "Moto", "deliveries-1-price", "1.500,50", "deliveries-1-freeFrom", "",
		"deliveries-1-countries", "ar, uy", "deliveries-1-provinces", "Córdoba\r\nSalta", "deliveries-1-postcodes", "").Want(200, "#deliveries-1-countries", "AR UY")
	got := storedSettings(v).Deliveries
	if len(got) != 2 || got[0].Address != "Defensa 1" || got[1].Way != "zone" || got[1].Price != 1500_500 || got[1].FreeFrom != 0 || len(got[1].Provinces) != 2 {
		t.Errorf("%+v", got)
	}
	wrong := v.Post("/admin/ways/deliveries", "rev", "1",
		"deliveries-0-way", "pickup", "deliveries-0-kind", "", "deliveries-0-name", "",
		"deliveries-1-way", "zone", "deliveries-1-kind", "zone", "deliveries-1-name", "Moto", "deliveries-1-price", "1", "deliveries-1-countries", "Argentina",
		"deliveries-2-way", "", "deliveries-2-kind", "", "deliveries-2-name", "Correo")
	wrong.Want(400, "#deliveries-1-countries-problem", "Tiene que ser un país de dos letras, como AR.", "#deliveries-1-countries", "Argentina",
		"#deliveries-2-kind-problem", "Tiene que ser uno de estos: pickup, zone.")
	if wrong.Attribute("#deliveries-2-name", "value") != "Correo" {
		t.Error("what was typed is lost")
	}
	v.Follow("/admin/ways/deliveries", "rev", "1", "deliveries-0-way", "pickup", "deliveries-0-kind", "", "deliveries-0-name", "",
		"deliveries-1-way", "zone", "deliveries-1-kind", "zone", "deliveries-1-name", "Moto").Want(200)
	if got := storedSettings(v).Deliveries; len(got) != 1 || got[0].Way != "zone" {
		t.Errorf("%+v", got)
	}
}

// A rate is typed as a percentage; one of them is for what says no other, or none is.
func TestTaxesPage(t *testing.T) {
	v := newMerchant(t)
	v.Headers = []string{"Accept-Language", "es"}
	page := v.Follow("/admin/ways/taxes", "rev", "0", "taxes-0-name", "IVA", "taxes-0-points", "21", "taxes-1-name", "IVA 10,5", "taxes-1-points", "10,5", "default", "1", "taxAdded", "true")
	page.Want(200)
	if page.Attribute("#taxes-1-points", "value") != "10,5" || len(page.All("#taxes-1-default[checked]")) != 1 || len(page.All("#taxAdded[checked]")) != 1 {
		t.Error("it is not shown as it was typed")
	}
	if got := storedSettings(v); len(got.Taxes) != 2 || got.Taxes[0] != (models.Tax{Name: "IVA", Points: 2100}) || got.Taxes[1] != (models.Tax{Name: "IVA 10,5", Points: 1050, Default: true}) || !got.TaxAdded {
		t.Errorf("%+v", got)
	}
	v.Post("/admin/ways/taxes", "rev", "1", "taxes-0-name", "", "taxes-0-points", "5", "taxes-1-name", "IVA", "taxes-1-points", "x").Want(400,
		"#taxes-1-points-problem", "Tiene que ser un número, como 1234,50.")
	v.Post("/admin/ways/taxes", "rev", "1", "taxes-0-name", "", "taxes-0-points", "5").Want(400, "#taxes-0-name-problem", "Falta completar este campo.")
}
