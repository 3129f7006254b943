// What the visitor has sent and the shop has not yet stored. It survives a reload, and goes out in order, each message under
// the one id that it got here: however often it is sent, it is one message.

import {ageOf, now} from "./clock.js"
import {store} from "./kept.js"
import {pauseAfter} from "./live.js"
import {retryAfter} from "./transports.js"

const key = "pulperia.outbox"
const day = 86_400_000 // ms after which one may not mean it any more
const answerTimeout = 20_000 // ms after which a line that does not answer is given up

/** newID returns an id as the shop makes them: four bytes of time, eight that nobody can guess, in hex. */
export function newID(time = Date.now()) {
  const seconds = Math.floor(time / 1000).toString(16).padStart(8, "0").slice(-8)
  return seconds + [...crypto.getRandomValues(new Uint8Array(8))].map(b => b.toString(16).padStart(2, "0")).join("")
}

/** isOurs says whether a message was written in this store. Pages of an older pulperia named a store by the epoch of its feed.
 * @type {(item: Item) => boolean} */
const isOurs = ({store: of}) => of === store || of !== undefined && of === document.body.dataset.position?.split(".")[0]

/** timeOf returns when an id was made, in ms.
 * @type {(id: string) => number} */
const timeOf = id => parseInt(id.slice(0, 8), 16) * 1000

/**
 * Outbox sends what is added to it. An item is {id, user, message, state, why, wait}: state is "sending", "stored",
 * "failed" or "asked" (it goes out when the visitor says so), why the shop's word for what is wrong, wait the seconds that it has asked for. changed is called with an item
 * whose state is another one, and with the position at which it is stored.
 */
export class Outbox {
  #live
  #changed
  #items
  /** @type {Item | null} */
  #sending = null // the item that is on its way
  /** @type {((answer: Answer | null) => void) | null} */
  #answered = null // takes the answer to it
  #pause = 0 // timer
  #restUntil = 0 // the shop has asked for patience
  #failures = 0 // since a message was last stored

  /**
   * @param {import("./live.js").Live} live
   * @param {(item: Item, position?: string) => void} changed
   */
  constructor(live, changed) {
    this.#live = live
    this.#changed = changed
    this.#items = read().filter(isOurs)
    for (const item of this.#items) if (item.state === "sending" && ageOf(timeOf(item.id)) > day) item.state = "asked"
    live.on("ack", frame => this.#answer(frame.id, {position: frame.position}))
    live.on("error", frame => this.#answer(frame.id, {why: frame.error, wait: frame.retryAfter}))
    live.on("change", frame => frame.kind === "message" && this.#answer(frame.id, {position: frame.position}))
    live.on("state", state => state === "connected" ? this.flush() : this.#answered?.(null))
  }

  /** elsewhere is how many messages were written in another store. They stay, and go nowhere. */
  get elsewhere() {
    return read().filter(item => !isOurs(item)).length
  }

  /** bring takes them over into this store, where each is asked about, or drops them.
   * @type {(wanted: boolean) => Item[]} */
  bring(wanted) {
    const others = read().filter(item => !isOurs(item))
    for (const item of others) Object.assign(item, {store, state: "asked"})
    if (wanted) this.#items.push(...others)
    write(stored => [...stored.filter(isOurs), ...wanted ? others : []])
    return wanted ? others : []
  }

  /** items returns what is not stored yet, oldest first. */
  get items() {
    return [...this.#items]
  }

  /** add takes a message and sends it as soon as it can.
   * @type {(user: string, message: string) => Item} */
  add(user, message) {
    /** @type {Item} */
    const item = {id: newID(), user, message, state: "sending", store}
    this.#items.push(item)
    item.unkept = !write(stored => [...stored, item])
    this.flush()
    return item
  }

  /** retry sends a message again that was refused. It keeps its id, unless another message has it or it is of another time.
   * @type {(item: Item) => Item} */
  retry(item) {
    if (item.why === "conflict" || item.state === "asked") {
      this.drop(item.id)
      return this.add(item.user, item.message)
    }
    Object.assign(item, {state: "sending", why: undefined})
    this.#note(item)
    this.flush()
    return item
  }

  /** drop forgets a message: it is stored, or not wanted any more.
   * @type {(id: string) => void} */
  drop(id) {
    this.#items = this.#items.filter(item => item.id !== id)
    write(stored => stored.filter(item => item.id !== id))
  }

  /** flush sends what waits, one after the other so that the order stays. */
  async flush() {
    if (this.#sending || now() < this.#restUntil) return
    for (;;) {
      const item = this.#sending = this.#items.find(item => item.state === "sending") ?? null
      if (!item || this.#live.state !== "connected" || !this.#live.isOf(store)) break
      const answer = await this.#deliver(item)
      if (!answer) break // the line broke: it goes out again on the next
      if (!this.#settle(item, answer)) break
    }
    this.#sending = null
  }

  /** settle notes an answer, and says whether the next message may go.
   * @type {(item: Item, answer: Answer) => boolean} */
  #settle(item, {position, why, wait}) {
    if (!why) {
      this.#failures = 0
      this.drop(item.id)
      this.#changed(Object.assign(item, {state: "stored", wait: undefined}), position)
      return true
    }
    const later = ["too_many_requests", "unavailable", "unreachable"].includes(why)
    const pause = (wait ?? 5) * 1000 + pauseAfter("", this.#failures)
    if (later) this.#failures++
    Object.assign(item, later ? {why, wait: Math.ceil(pause / 1000)} : {why, state: "failed", wait: undefined})
    this.#note(item)
    if (later) this.#rest(pause)
    return !later
  }

  /** @type {(pause: number) => void} */
  #rest(pause) {
    this.#restUntil = now() + pause
    clearTimeout(this.#pause)
    this.#pause = setTimeout(() => { this.#restUntil = 0; this.flush() }, pause)
  }

  /** @type {(item: Item) => void} */
  #note(item) {
    write(stored => stored.map(other => other.id === item.id ? item : other))
    this.#changed(item)
  }

  /** deliver sends a message and returns the answer, or null when there is none.
   * @type {(item: Item) => Promise<Answer | null>} */
  #deliver(item) {
    const {id, user, message} = item
    if (user !== this.#live.user || !this.#live.canSend) return this.#post(item)
    return new Promise(done => {
      const late = setTimeout(() => { this.#live.redial(); done(null) }, answerTimeout)
      this.#answered = answer => {
        this.#answered = null
        clearTimeout(late)
        done(answer)
      }
      if (!this.#live.send({type: "message", id, message})) this.#answered(null)
    })
  }

  /** @type {(id: string, answer: Answer) => void} */
  #answer(id, answer) {
    if (this.#answered && id === this.#sending?.id) this.#answered(answer)
  }

  /** post sends a message over HTTP, which is the same act.
   * @type {(item: Item) => Promise<Answer>} */
  async #post({id, user, message}) {
    try {
      const answer = await fetch("/api/messages", {
        method: "POST", headers: {"Content-Type": "application/json", "Pulperia-Store": store}, body: JSON.stringify({_id: id, user, message}),
        signal: AbortSignal.timeout(answerTimeout),
      })
      if (answer.ok) return {position: answer.headers.get("X-Position")}
      const problem = await answer.json()
      if (problem.error === "another_store") return {why: "unreachable"} // the line will say so, too
      return {why: problem.error, wait: retryAfter(answer) / 1000 || undefined}
    } catch {
      return {why: "unreachable"}
    }
  }
}

/** All pages of the visitor share what is kept; where nothing can be kept it lasts as long as the page.
 * @type {() => Item[]} */
function read() {
  try {
    /** @type {Item[]} */
    const kept = JSON.parse(localStorage.getItem(key) ?? "[]")
    return kept.map(item => Object.assign(item, {wait: undefined}))
  } catch {
    return []
  }
}

/** write says whether it was kept.
 * @type {(change: (stored: Item[]) => Item[]) => boolean} */
function write(change) {
  try {
    localStorage.setItem(key, JSON.stringify(change(read())))
    return true
  } catch {
    return false
  }
}
