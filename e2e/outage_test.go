package e2e

import (
	"testing"

	"pulperia/dao/dbmanagers/mongotest"
)

// The database goes away while somebody talks: the line stays, and the page says that nothing is
// saved now; what is written waits, and is there once when the database is back, without a hand's
// turn. Whoever comes meanwhile is told in their language.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t)
	shop := openShopOn(t, server.URI(), "--messages-per-minute", "0")
	ana, beto := shop.visit(t, phone), shop.visit(t, desktop)
	ana.enter("ana@example.com")
	ana.write("Uno")
	ana.soon("messages", bubbles, []string{"Uno"})
	ana.soon("states", unsent, []string{}) // what is not stored yet is shown, too
	server.Kill()
	ana.soon("sign", `document.querySelector("[data-connection]").className`, "connection connection--paused")
	ana.expect("words of the sign", ana.text("[data-connection]"), "Guardado en pausa")
	ana.soon("what a screen reader says", `document.querySelector("[data-announce]").textContent`,
		"La tienda no llega a sus datos: lo que ves puede estar viejo, y lo que escribas sale cuando vuelvan.")
	ana.write("Dos")
	ana.soon("state", unsent+`.map(text => text.replace(/\d+ segundos?/, "n"))`, []string{"La tienda no puede guardarlo ahora: sale en n"})
	for language, words := range map[string]string{"es": "Volvemos enseguida", "en": "Back in a moment"} {
		beto.become(visitor{width: 1280, height: 900, language: language})
		beto.open("/products?q=" + language)
		beto.answered(503)
		beto.expect("words of the page", beto.text("h1"), words)
	}
	server.Restart()
	ana.isLive()
	ana.soon("messages", bubbles, []string{"Uno", "Dos"})
	ana.soon("states", unsent, []string{})
	beto.open("/chat")
	beto.expect("messages as they are stored", beto.raw(".bubble__text"), []string{"Uno", "Dos"})
}
