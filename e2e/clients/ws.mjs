// A client on npm's ws: it talks to the shop at the address that it is given, and fails by throwing.
// It says something, loses the line, comes back with its last position, and must get what was said meanwhile, once.
import assert from "node:assert/strict"
import {randomBytes} from "node:crypto"
import {once} from "node:events"
import WebSocket from "ws"

const shop = process.argv[2]
const user = "ana@example.com"

/** connect says hello and returns the line with next, which resolves to the next frame of a type. */
async function connect(since) {
  const socket = new WebSocket(shop.replace("http", "ws") + "/ws")
  const frames = [], waiting = []
  socket.on("message", (data, binary) => {
    assert.equal(binary, false)
    frames.push(JSON.parse(data))
    waiting.splice(0).forEach(wake => wake())
  })
  await once(socket, "open")
  socket.send(JSON.stringify({type: "hello", user, since, topics: ["messages"]}))
  const next = async type => {
    for (;;) {
      const at = frames.findIndex(frame => frame.type === type)
      if (at >= 0) return frames.splice(at, 1)[0]
      await new Promise(wake => waiting.push(wake))
    }
  }
  return {socket, frames, next}
}

const say = (line, message) => {
  const id = "66000000" + randomBytes(8).toString("hex")
  line.socket.send(JSON.stringify({type: "message", id, message}))
  return id
}

const first = await connect(null)
assert.equal((await first.next("welcome")).recovered, true)
const id = say(first, "¿Tienen yerba? 🧉")
const change = await first.next("change")
assert.deepEqual([change.kind, change.op, change.id, change.doc.message], ["message", "put", id, "¿Tienen yerba? 🧉"])
assert.equal((await first.next("ack")).position, change.position)

say(first, "x".repeat(2_001))
assert.equal((await first.next("error")).error, "invalid")
first.socket.terminate()

const missed = randomBytes(12).toString("hex")
const answer = await fetch(shop + "/api/messages", {
  method: "POST",
  headers: {"Content-Type": "application/json"},
  body: JSON.stringify({_id: missed, user: "beto@example.com", message: "Sí"}),
})
assert.equal(answer.status, 201)

const second = await connect(change.position)
assert.equal((await second.next("welcome")).recovered, true)
assert.equal((await second.next("change")).id, missed)
second.socket.ping()
await once(second.socket, "pong")
assert.deepEqual(second.frames.filter(frame => frame.type === "change"), [])
second.socket.close(1000)
const [code] = await once(second.socket, "close")
assert.equal(code, 1000)
