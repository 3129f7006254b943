package e2e

import (
	"testing"
)

// A merchant says by which account he is paid, adds a zone and a rate, with scripts and without; the
// pages have no fault that axe can find, also where something is refused, and are no wider than a
// phone.
func TestMerchantSetsTheWays(t *testing.T) {
	for _, scripts := range bothWays() {
		t.Run(map[bool]string{true: "scripts", false: "bare"}[scripts], func(t *testing.T) {
			shop := openClosedShop(t)
			p := shop.visit(t, visitor{width: phone.width, height: phone.height, withoutScript: !scripts})
			p.setUp()
			p.follow(`.counter a[href="/admin/ways"]`)
			see := func(name string) {
				t.Helper()
				if p.wide(name, phone.width); scripts { // axe is a script
					p.audit(name, "es")
					p.become(phone)
				}
			}
			see("ways")
			p.click("#payments-1-on")
			p.fill("#payments-1-accounts", "lo.de.ana")
			p.fill("#password", password)
			p.follow("form[action$=payments] .button--main")
			p.answered(400)
			p.expect("what was typed", p.value("#payments-1-accounts"), "lo.de.ana")
			see("refused ways of paying")
			p.fill("#payments-1-accounts", "Alias: lo.de.ana")
			p.fill("#password", password)
			p.follow("form[action$=payments] .button--main")
			p.expect("what is stored", p.value("#payments-1-accounts"), "Alias: lo.de.ana")

			p.fill("#deliveries-1-name", "Moto")
			eval[any](p, `document.querySelector("#deliveries-1-kind").value = "zone"`)
			p.click("fieldset:has(#deliveries-1-name) details:last-of-type summary")
			p.fill("#deliveries-1-price", "1500")
			p.follow("form[action$=deliveries] .button--main")
			p.expect("price of the zone", p.value("#deliveries-1-price"), "1500")
			p.expect("one more row", p.has("#deliveries-2-name"), true)

			p.fill("#taxes-0-name", "IVA")
			p.fill("#taxes-0-points", "21")
			p.click("#taxes-0-default")
			p.follow("form[action$=taxes] .button--main")
			p.expect("rate", p.value("#taxes-0-points"), "21")
			see("ways that are set")
		})
	}
}
