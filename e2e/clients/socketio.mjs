// A client of Socket.IO, as npm has it, in the version that it is given: it talks to the shop at the
// address that it is given, by the transports that it is given, and fails by throwing.
import assert from "node:assert/strict"
import {once} from "node:events"

const [, , version, shop, transports] = process.argv
const module = await import(version)
const io = module.io ?? module.default

/** connect returns a socket, with next, which resolves to the next event of a name that passes. */
function connect(options = {}) {
  const socket = io(shop, {transports: transports.split(","), forceNew: true, reconnectionDelay: 50, ...options})
  const events = [], waiting = []
  const note = (name, value) => {
    events.push([name, value])
    waiting.splice(0).forEach(wake => wake())
  }
  for (const name of ["messageLogs", "messages", "products", "newUserConnected", "newProduct", "productDeleted", "error", "bye"]) {
    socket.on(name, value => note(name, value))
  }
  socket.next = async (name, passes = () => true) => {
    for (;;) {
      const at = events.findIndex(([of, value]) => of === name && passes(value))
      if (at >= 0) return events.splice(0, at + 1)[at][1]
      await new Promise(wake => waiting.push(wake))
    }
  }
  socket.ask = (name, ...args) => new Promise(done => socket.emit(name, ...args, done))
  return socket
}

const ana = connect(), beto = connect()
await ana.next("messageLogs", list => list.length === 0)
await beto.next("products", list => list.length === 0)

// Who comes is told to the others, and what is said to all of them, in one order.
beto.emit("authenticated", "beto@example.com")
await ana.next("newUserConnected", user => user === "beto@example.com")
const said = await ana.ask("message", {user: "ana@example.com", message: "¿Tienen yerba? 🧉"})
assert.equal(said.status, "success")
assert.equal(said.payload.text, "¿Tienen yerba? 🧉")
for (const one of [ana, beto]) {
  const list = await one.next("messageLogs", list => list.length === 1)
  for (const field of ["user", "email", "username", "name"]) assert.equal(list[0][field], "ana@example.com")
  for (const field of ["message", "text", "body"]) assert.equal(list[0][field], "¿Tienen yerba? 🧉")
}

// What is acknowledged is stored.
const stored = await (await fetch(shop + "/api/messages")).json()
assert.equal(stored.payload[0].message, "¿Tienen yerba? 🧉")

// What is refused is named, by an event and by the answer.
const refused = await ana.ask("message", {user: "ana@example.com", message: " "})
assert.deepEqual([refused.status, refused.error, refused.details[0].field], ["error", "invalid", "message"])
assert.deepEqual(await ana.next("error"), refused)
assert.equal((await ana.ask("dance")).error, "invalid")
assert.equal((await ana.ask("message", {user: "ana@example.com", message: "x", picture: Buffer.from([1, 2, 3])})).error, "invalid")

// Products come and go, with figures as forms have them.
const added = await beto.ask("addProduct", {title: "Yerba", description: "1 kg", code: 17, price: "450.5", stock: "7", category: "almacén", status: "true", thumbnail: ""})
assert.equal(added.status, "success", JSON.stringify(added))
const product = (await ana.next("products", list => list.length === 1))[0]
assert.deepEqual([product.id, product.code, product.price, product.stock], [added.payload._id, "17", 450.5, 7])
assert.equal((await beto.ask("addProduct", {title: "Otra", description: "d", code: "17", price: 1, stock: 1, category: "c"})).error, "conflict")
await beto.ask("deleteProduct", product.id)
await ana.next("products", list => list.length === 0)

// Another namespace is refused, and the main one goes on.
const other = ana.io.socket("/admin")
other.connect()
const [wrong] = await once(other, "connect_error")
assert.equal(wrong.message, "Invalid namespace")
other.disconnect()

// Over which line it went in the end.
const want = transports.split(",").at(-1)
for (let tries = 0; ana.io.engine.transport.name !== want && tries < 100; tries++) await new Promise(done => setTimeout(done, 50))
assert.equal(ana.io.engine.transport.name, want)

// Who loses the line comes back as somebody new, and gets the lists.
const before = ana.id
ana.io.engine.close()
await once(ana, "connect")
assert.notEqual(ana.id, before)
await ana.next("messageLogs", list => list.length === 1)

ana.disconnect()
beto.disconnect()
