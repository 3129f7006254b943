package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"pulperia/dose"
)

// No page in any of its states has a fault that axe can find: in both languages, by day and by
// night, on a phone and on a desktop.
func TestAccessibility(t *testing.T) {
	t.Parallel()
	empty, full := openShop(t), openShop(t, "--demo", "--messages-per-minute", "0")
	tours := map[*shop][]sight{empty: emptyTour(), full: full.tour()}
	for _, language := range bothLanguages() {
		t.Run(language, func(t *testing.T) {
			for shop, sights := range tours {
				p := shop.visit(t, visitor{width: desktop.width, height: desktop.height, language: language})
				for _, sight := range sights {
					sight.reach(p)
					p.audit(sight.name, language)
				}
			}
		})
	}
}

// audit asks axe about the page that is shown on both screens, in the small dose on one, one by day
// and one by night; which one is which, the language decides.
func (p *page) audit(name, language string) {
	p.t.Helper()
	p.unfold()
	p.do(chromedp.Evaluate[chromedp.Void](world.axe + "; undefined"))
	for _, v := range dose.Some([]visitor{phone, desktop}, 1) {
		v.language = language
		v.dark = (v.width == phone.width) == (language == "es")
		p.become(v)
		for _, fault := range p.faults() {
			p.t.Errorf("%s, %d px, dark %t: %s", name, v.width, v.dark, fault)
		}
	}
}

// faults returns what axe finds in the page that is shown.
func (p *page) faults() []string {
	p.t.Helper()
	return evalWithin[[]string](p, 4*stepTimeout, `axe.run({rules: {"target-size": {enabled: true}}, resultTypes: ["violations"]}).then(found => found.violations.flatMap(v =>
		v.nodes.map(n => v.id + ": " + v.help + " at " + n.target.join(" ") + " " + n.failureSummary)))`)
}

// The tests rest on axe being asked the right way: it must find what is put wrong.
func TestAxeFindsFaults(t *testing.T) {
	t.Parallel()
	p := openShop(t, "--demo").visit(t, desktop)
	p.open("/realtimeproducts")
	p.do(chromedp.Evaluate[chromedp.Void](world.axe + "; undefined"))
	for rule, fault := range map[string]string{
		"html-has-lang":  `document.documentElement.removeAttribute("lang")`,
		"label":          `document.querySelector("label[for=title]").remove()`,
		"color-contrast": `document.querySelector(".lead").style.color = "#ccc"`,
		"target-size":    `document.querySelectorAll(".footer a").forEach(a => Object.assign(a.style, {minWidth: 0, minHeight: 0, width: "5px", height: "5px", margin: 0, overflow: "hidden"}))`,
	} {
		eval[chromedp.Void](p, fault+"; undefined")
		if found := p.faults(); !slices.ContainsFunc(found, func(s string) bool { return strings.HasPrefix(s, rule+":") }) {
			t.Errorf("axe does not see %s; it sees %s", rule, fmt.Sprintf("%.300q", found))
		}
	}
}
