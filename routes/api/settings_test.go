package api_test

import (
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// The ways are in the settings from the start, can be sent back as they were shown by whoever may
// change the settings, and where the money goes to by the owner alone; each refusal names its field.
func TestSettingsWays(t *testing.T) {
	store := routestest.OpenAsOwner(t)
	shown := store.Must("GET", "/api/settings", "").Body.String()
	for _, part := range []string{
		`"payments":[{"way":"cash","days":3,"accounts":[],"note":""}]`, `"deliveries":[{"way":"pickup","kind":"pickup",`, `"taxes":[],"taxAdded":false,"acceptAtOnce":false`,
	} {
		if !strings.Contains(shown, part) {
			t.Errorf("%s is not in %s", part, shown)
		}
	}
	start := shown[strings.Index(shown, `"payments"`):strings.Index(shown, `,"taxes"`)]
	store.Must("PUT", "/api/settings", `{"name":"Lo de Ana",`+start+`}`)
	if stored, err := store.Trade.Settings(t.Context()); err != nil || len(stored.Payments)+len(stored.Deliveries) != 0 || stored.Name != "Lo de Ana" {
		t.Errorf("%+v, %v", stored, err)
	}
	for body, want := range map[string]string{
		`{"payments":[{"way":"transfer"}]}`:                                   `"field":"payments[0].accounts"`,
		`{"payments":[{"way":"cash","days":"x"}]}`:                            `"field":"payments[0].days"`,
		`{"payments":[{"way":"transfer","accounts":[{"name":"Alias"}]}]}`:     `"field":"payments[0].accounts[0].text"`,
		`{"deliveries":[{"kind":"zone","name":"Z","price":1.005}]}`:           `"field":"deliveries[0].price"`,
		`{"deliveries":[{"kind":"zone","name":"Z","countries":["AR","XX"]}]}`: `"field":"deliveries[0].countries[1]"`,
		`{"taxes":[{"name":"IVA"}]}`:                                          `"field":"taxes[0].points"`,
		`{"taxes":{"name":"IVA"}}`:                                            `"field":"taxes"`,
		`{"currency":"CLF"}`:                                                  `"field":"currency"`,
	} {
		if got := store.Do("PUT", "/api/settings", body); got.Code != 400 || !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s: %d %s", body, got.Code, got.Body)
		}
	}
	const transfer = `"payments":[{"way":"transfer","accounts":[{"name":"Alias","text":"lo.de.ana"}]}]`
	_, cookie := store.Person("eva@example.com", models.RoleOwner)
	for _, tt := range []struct {
		header, value, body string
		status              int
		want                string
	}{
		{"Authorization", "Bearer " + store.KeyOf(models.RoleManager), `{` + transfer + `}`, 403, "payments.write"},
		{"Authorization", "Bearer " + store.KeyOf(models.RoleManager), `{"acceptAtOnce":true}`, 200, `"acceptAtOnce":true`},
		{"Cookie", cookie, `{` + transfer + `}`, 400, `"field":"password"`},
		{"Cookie", cookie, `{"password":"otra frase bien larga",` + transfer + `}`, 400, `"field":"password"`},
	} {
		if got := store.Do("PUT", "/api/settings", tt.body, tt.header, tt.value); got.Code != tt.status || !strings.Contains(got.Body.String(), tt.want) {
			t.Errorf("%+v: %d %s", tt, got.Code, got.Body)
		}
	}
	store.Must("PUT", "/api/settings", `{"payments":[{"way":"transfer","accounts":[{"name":"Alias","text":"lo.de.ana"}]}],"taxes":[{"name":"IVA","points":2100,"default":true}]}`)
	product := store.Must("POST", "/api/products", `{"title":"t","description":"d","code":"T","price":1,"stock":1,"category":"c","tax":"IVA 10,5"}`).Body.String()
	if !strings.Contains(product, `"tax":"IVA 10,5"`) {
		t.Error(product)
	}
	if stored, err := store.Trade.Settings(t.Context()); err != nil || len(stored.Payments) != 1 || stored.Payments[0].Way != models.PayTransfer || stored.Taxes[0].Points != 2100 {
		t.Errorf("%+v, %v", stored, err)
	}
}
