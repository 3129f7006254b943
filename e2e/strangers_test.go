package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"pulperia/dao/dbmanagers/mongotest"
)

// A stranger is a page in the manner of those that answer the same assignment: it loads the client
// from where its own server has it, connects to where it came from, and knows the names of its
// family alone.
type stranger struct{ name, script string }

// stage is what their pages have in common: fields, and a list that the script fills.
const stage = `<!doctype html><html lang="es"><meta charset="utf-8"><title>%[1]s</title><link rel="icon" href="data:,">
<input id="user"><input id="message"><input id="title"><input id="price"><button id="enter">Entrar</button><button id="send">Enviar</button><button id="add">Agregar</button>
<ul id="log"></ul><p id="note"></p>
<script src="/socket.io/socket.io.js"></script>
<script>
const $ = id => document.getElementById(id)
const show = lines => { $("log").innerHTML = lines.map(line => "<li>" + line + "</li>").join("") }
const more = line => { $("log").innerHTML += "<li>" + line + "</li>" }
const socket = io()
const form = () => ({title: $("title").value, description: "d", code: $("title").value, price: $("price").value, stock: "5", category: "c", thumbnails: ""})
%[2]s
</script>`

var chats = []stranger{
	{"messageLogs", `
$("enter").onclick = () => socket.emit("authenticated", $("user").value)
$("send").onclick = () => socket.emit("message", {user: $("user").value, message: $("message").value})
socket.on("messageLogs", data => show(data.map(m => m.user + " dice: " + m.message)))
socket.on("newUserConnected", user => { $("note").textContent = user })`},
	{"messagesLogs", `
$("enter").onclick = () => socket.emit("newUser", {user: $("user").value})
$("send").onclick = () => socket.emit("message", {user: $("user").value, message: $("message").value})
socket.on("messagesLogs", data => show(data.map(m => m.user + " dice: " + m.message)))
socket.on("newUserConnected", data => { $("note").textContent = data.user })`},
	{"newMessage", `
$("enter").onclick = () => socket.emit("login", $("user").value)
$("send").onclick = () => socket.emit("newMessage", {email: $("user").value, message: $("message").value})
socket.on("messages", data => show(data.map(m => m.email + " dice: " + m.message)))
socket.on("userConnected", user => { $("note").textContent = user })`},
	{"new-message", `
$("enter").onclick = () => socket.emit("userConnected", {username: $("user").value})
$("send").onclick = () => socket.emit("new-message", {username: $("user").value, text: $("message").value})
socket.on("messages", data => show(data.map(m => m.username + " dice: " + m.text)))
socket.on("userConnected", data => { $("note").textContent = data.username })`},
	{"mensaje", `
$("enter").onclick = () => socket.emit("nuevoUsuario", $("user").value)
$("send").onclick = () => socket.emit("mensaje", {user: $("user").value, message: $("message").value})
socket.on("mensajes", data => show(data.map(m => m.user + " dice: " + m.message)))
socket.on("nuevoUsuario", user => { $("note").textContent = user })`},
	{"chat:message", `
$("send").onclick = () => socket.emit("chat:message", {username: $("user").value, message: $("message").value})
socket.on("chat:message", m => more(m.username + " dice: " + m.message))`},
	{"chat message", `
$("send").onclick = () => socket.emit("chat message", {name: $("user").value, body: $("message").value})
socket.on("chat message", m => more(m.name + " dice: " + m.body))`},
	{"chatMessage", `
$("send").onclick = () => socket.emit("chatMessage", {username: $("user").value, text: $("message").value})
socket.on("message", m => more(m.username + " dice: " + m.text))`},
	{"saveMessage", `
$("enter").onclick = () => socket.emit("authenticated", $("user").value)
$("send").onclick = () => socket.emit("saveMessage", {user: $("user").value, message: $("message").value})
socket.on("messages", data => show(data.map(m => m.user + " dice: " + m.message)))`},
	{"messageChat", `
$("send").onclick = () => socket.emit("messageChat", {user: $("user").value, message: $("message").value}, answer => { $("note").textContent = answer.status })
socket.on("chat", data => show(data.map(m => m.user + " dice: " + m.message)))`},
}

var shelves = []stranger{
	{"products", shelf("addProduct", "deleteProduct", "products")},
	{"updateProducts", shelf("new-product", "delete-product", "updateProducts")},
	{"productList", shelf("newProduct", "delete", "productList")},
	{"realTimeProducts", shelf("createProduct", "deleteProduct", "realTimeProducts")},
	{"productos", shelf("agregarProducto", "eliminarProducto", "productos")},
}

// shelf is a page of products that are added and removed.
func shelf(add, remove, list string) string {
	return fmt.Sprintf(`
$("add").onclick = () => socket.emit(%q, form())
socket.on(%q, data => {
  show(data.map(p => p.title + " $" + p.price + " <button data-id='" + p._id + "'>x</button>"))
  document.querySelectorAll("[data-id]").forEach(button => { button.onclick = () => socket.emit(%q, button.dataset.id) })
})`, add, list, remove)
}

// page serves a stranger's page where the shop is, too, as its own server would.
func (s stranger) page(t *testing.T, of *shop) *shop {
	t.Helper()
	target, err := url.Parse(of.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			proxy.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, stage, s.name, s.script)
	}))
	t.Cleanup(server.Close)
	return &shop{t: of.t, url: server.URL, store: of.store, stop: of.stop, dir: of.dir}
}

// Pages of the commonest families work with a shop that is open as the course has it, on both
// engines: what somebody says shows to him and to the other, and who comes is told.
func TestStrangersChat(t *testing.T) {
	t.Parallel()
	for engine, store := range map[string]func() string{"files": func() string { return newStore(t) }, "mongodb": func() string { return mongotest.URI(t) }} {
		shop := openShopOn(t, store())
		for _, s := range chats {
			t.Run(engine+" "+s.name, func(t *testing.T) {
				there := s.page(t, shop)
				ana, beto := there.visit(t, desktop), there.visit(t, desktop)
				ana.open("/")
				beto.open("/")
				for p, user := range map[*page]string{ana: "ana@example.com", beto: "beto@example.com"} {
					p.fill("#user", user)
					p.click("#enter")
				}
				ana.fill("#message", "¿Tienen "+s.name+"?")
				ana.click("#send")
				said := "ana@example.com dice: ¿Tienen " + s.name + "?"
				ana.soon("what she has said", lastLine, said)
				beto.soon("what she has said", lastLine, said)
				beto.fill("#message", "Sí, "+s.name)
				beto.click("#send")
				for _, p := range []*page{ana, beto} {
					p.soon("the answer", lastLine, "beto@example.com dice: Sí, "+s.name)
				}
			})
		}
	}
}

// The same with pages of products, whose figures are text.
func TestStrangersProducts(t *testing.T) {
	t.Parallel()
	for engine, store := range map[string]func() string{"files": func() string { return newStore(t) }, "mongodb": func() string { return mongotest.URI(t) }} {
		shop := openShopOn(t, store())
		for _, s := range shelves {
			t.Run(engine+" "+s.name, func(t *testing.T) {
				p := s.page(t, shop).visit(t, desktop)
				p.open("/")
				p.fill("#title", "Yerba "+s.name)
				p.fill("#price", "450.50")
				p.click("#add")
				p.soon("the product", lastLine, "Yerba "+s.name+" $450.5 x")
				p.click("[data-id]")
				p.soon("no product", lastLine, "")
			})
		}
	}
}

// lastLine is the last line of a stranger's list.
const lastLine = `(l => l === null ? "" : l.textContent)(document.querySelector("#log li:last-child"))`
