package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// What was written in one shop does not go out in another one behind the same address: it is kept,
// told of, and asked about.
func TestOutboxIsOfItsShop(t *testing.T) {
	t.Parallel()
	shop, other := openShop(t), openShop(t)
	behind, wire := shop.throughWire(t)
	p := behind.visit(t, phone)
	p.enter("ana@example.com")
	wire.breakOff()
	p.soon("connection", offline, true)
	p.write("Solo para la primera")
	p.soon("states", unsent, []string{"Sale cuando vuelva la conexión"})
	wire.leadTo(other)
	wire.restore()
	p.soon("who writes", `document.querySelector("[data-chat]").dataset.user`, "")
	p.enter("ana@example.com")
	p.soon("what is told", `document.querySelector("[data-elsewhere]")?.firstChild.data`,
		"Tenés 1 mensaje sin enviar de otra tienda.")
	p.isLive()
	p.write("Para la segunda")
	p.soon("messages", bubbles, []string{"Para la segunda"})
	p.soon("states", unsent, []string{})
	var said []struct{ Message string }
	other.call("GET", "/api/messages", nil, &said)
	p.expect("said in the second shop", said, []struct{ Message string }{{"Para la segunda"}})

	p.click("[data-elsewhere] button")
	p.soon("states", unsent, []string{"Lo escribiste hace tiempo. ¿Sale ahora? Enviar ahora Descartar"})
	p.click("[data-unsent] .bubble__act")
	p.soon("messages", bubbles, []string{"Para la segunda", "Solo para la primera"})
	p.soon("states", unsent, []string{})
	p.forgive("ERR_", "WebSocket")
}

// A store is the same one after a restore, an edit by hand or a migration: what waits for it goes
// out by itself, also what pages of an older pulperia kept, who named a store by its epoch.
func TestOutboxOutlivesEpochs(t *testing.T) {
	t.Parallel()
	shop, later := openTwice(t)
	behind, wire := shop.throughWire(t)
	p := behind.visit(t, phone)
	p.enter("ana@example.com")
	wire.breakOff()
	p.soon("connection", offline, true)
	p.write("Escrito antes")
	p.soon("states", unsent, []string{"Sale cuando vuelva la conexión"})
	wire.leadTo(later)
	wire.restore()
	p.soon("what waits", `localStorage.getItem("pulperia.outbox")`, "[]")

	eval[any](p, `localStorage.setItem("pulperia.outbox", JSON.stringify([{id: (Date.now() / 1000 >> 0).toString(16) + "0011223344556677",
		user: "ana@example.com", message: "De una página de antes", state: "sending", store: document.body.dataset.position.split(".")[0]}]))`)
	p.open("/chat")
	p.soon("messages", bubbles, []string{"Escrito antes", "De una página de antes"})
	p.expect("told", p.has("[data-elsewhere]"), false)
	p.forgive("ERR_", "WebSocket", "426")
}

// What is typed in one shop, who one is there and what is in the cart is not seen in another one
// behind the same address, and is there again when the first one is.
func TestBrowserKeepsStoresApart(t *testing.T) {
	t.Parallel()
	shop, other := openShop(t, "--demo"), openShop(t, "--demo")
	behind, wire := shop.throughWire(t)
	p := behind.visit(t, phone)
	p.open("/products/" + shop.product("yerba mate con palo").ID)
	p.buy(".buy")
	p.enter("ana@example.com")
	p.fill("#message", "A medio escri")
	wire.breakOff()
	p.soon("connection", offline, true)
	wire.leadTo(other)
	wire.restore()
	const seen = `[document.querySelector("#message").value, document.querySelector("[name=user]").value, document.querySelector("[data-count]").textContent]`
	p.soon("what another shop shows", seen, []string{"", "", "0"})
	wire.breakOff()
	wire.leadTo(shop)
	wire.restore()
	p.open("/chat")
	p.soon("what is there again", seen, []string{"A medio escri", "ana@example.com", "1"})
	p.forgive("ERR_", "WebSocket", "426")
}

// A draft that a page of an older pulperia kept is there after the upgrade.
func TestDraftThatNamesNoStore(t *testing.T) {
	t.Parallel()
	p := openShop(t).visit(t, phone)
	p.open("/realtimeproducts")
	const kept = `sessionStorage.setItem("pulperia.draft", JSON.stringify([{action: "/realtimeproducts#add", name: "title", value: "A medio escri"}]))`
	eval[any](p, kept)
	p.open("/realtimeproducts")
	p.soon("title", `document.querySelector("#title").value`, "A medio escri")
	p.expect("still kept", eval[bool](p, `sessionStorage.getItem("pulperia.draft") !== null`), false)
}

// What has waited for more than a day goes out when its writer says so.
func TestOldMessageAsksFirst(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	p := shop.visit(t, phone)
	p.enter("ana@example.com")
	eval[any](p, `localStorage.setItem("pulperia.outbox", JSON.stringify([172800, 3600].map(ago => ({
		id: Math.floor(Date.now() / 1000 - ago).toString(16).padStart(8, "0") + "0011223344556677", user: "ana@example.com",
		message: "De hace " + ago, state: "sending", store: document.body.dataset.store}))))`)
	p.open("/chat")
	p.soon("messages", `document.querySelectorAll("[data-days] .bubble").length`, 1)
	p.expect("sent", p.texts("[data-days] .bubble__text"), []string{"De hace 3600"})
	p.expect("states", p.texts("[data-unsent] .bubble__state"), []string{"Lo escribiste hace tiempo. ¿Sale ahora? Enviar ahora Descartar"})
}

// An empty shop that takes a backup in is that shop from then on, in the same epoch: an open page
// goes on in it, and asks about what waits.
func TestShopBecomesAnother(t *testing.T) {
	t.Parallel()
	dir, store := t.TempDir(), newStore(t)
	run := func(args ...string) {
		t.Helper()
		if said, err := exec.Command(world.program, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, said)
		}
	}
	backup := filepath.Join(dir, "backup.jsonl")
	openShopOn(t, filepath.Join(dir, "other")).say("beto@example.com", "De antes")
	empty := openShopOn(t, store)
	seen, wire := empty.throughWire(t)
	p := seen.visit(t, phone)
	p.enter("ana@example.com")
	p.isLive()
	wire.breakOff()
	p.soon("connection", offline, true)
	p.write("Para la vacía")
	p.soon("states", unsent, []string{"Sale cuando vuelva la conexión"})
	empty.stop()
	run("export", backup, "--store", filepath.Join(dir, "other"))
	run("import", backup, "--store", store)
	wire.leadTo(openShopOn(t, store))
	wire.restore()
	p.soon("messages", bubbles, []string{"De antes"})
	p.enter("ana@example.com")
	p.soon("told", `Boolean(document.querySelector("[data-elsewhere]"))`, true)
	p.forgive("ERR_", "WebSocket", "426")
}
