// The line to the shop: it keeps itself open, and goes on where it was.

import {ageOf, now} from "./clock.js"
import {recall, remember, store} from "./kept.js"
import {limitedFor, openSocket, openStream, welcomeTimeout} from "./transports.js"

const shade = 30_000 // ms after which a page that nobody looks at lets go of a stream: a browser has six for a shop
const silence = 70_000 // ms without a word after which a line counts as broken; a position comes every 25 s
const blockedFor = 600_000 // ms for which the pages of a visit do not try a WebSocket that did not open

/** How long to wait in ms at least, by what the shop said when it hung up; socket/reasons.go has the table.
 * @type {Record<string, number>} */
const pauses = {
  slow: 0, idle: 0, gone: 0, revoked: 0, // come back at once, from where you were
  shutdown: 2_000, unavailable: 4_000, policy: 4_000, flood: 15_000, // come back later
  too_big: Infinity, bad_frame: Infinity, bad_text: Infinity, // never: it would do the same again
}
const longestPause = 30_000

/** pauseAfter returns how long to wait before the next attempt: growing, and with jitter so that not all come at once.
 * @type {(reason: string, failures: number, random?: number) => number} */
export function pauseAfter(reason, failures, random = Math.random()) {
  const growing = Math.min(longestPause, 500 * 2 ** failures)
  return ((pauses[reason] ?? 0) + growing) * (0.5 + random)
}

/** isAfter says whether a position lies after another one; of two epochs nobody can tell, so it does.
 * @type {(position: string, other: string | null) => boolean} */
export function isAfter(position, other) {
  const [epoch, offset] = position.split("."), [otherEpoch, otherOffset] = (other ?? "").split(".")
  return epoch !== otherEpoch || Number(offset) > Number(otherOffset)
}

/** isAnother says whether positions are of two epochs.
 * @type {(position: string, other: string) => boolean} */
export function isAnother(position, other) {
  return position.split(".")[0] !== other.split(".")[0]
}

/**
 * Live hears what happens in the shop after a position: everything, in order, once. What it hears and how it fares, it
 * tells those who asked with on: "change", "ack", "error", "welcome", "presence", "typing", "store" with the frame, "state" with
 * "connecting", "connected", "offline" or "limited", and "stale" when the shop no longer knows what was missed, or is another one.
 */
export class Live {
  /** @type {LiveState} */
  state = "connecting"
  /** Whether frames can be sent; otherwise one can only listen. */
  canSend = false
  /** Whether the shop can reach what it keeps, as far as it has said. The line stays when it cannot. */
  hasStore = true

  /** @type {{[K in keyof Told]?: ((told: Told[K]) => void)[]}} */
  #listeners = {}
  /** @type {Line | null} */
  #line = null
  /** @type {AbortController | null} */
  #asking = null // the shop, whether a limit is why no line opens
  #failures = 0 // attempts since the last welcome
  #deaf = 0 // attempts in a row in which no WebSocket opened
  #timer = 0 // of the next attempt, or of what ends the present one
  #shade = 0 // timer, while nobody looks
  #again = 0 // timer of the next try for a WebSocket, while one can only listen
  /** @type {string | null} */
  #store = null // that the line leads to, once it has been welcomed there
  /** @type {Told["change"][]} */
  #step = [] // what has come of one that is not whole yet
  #reason = "" // why the shop said goodbye
  #heardAt = 0

  /** @param {{since: string | null, topics: string[], user?: string}} from since is the position up to which the page shows everything, or null */
  constructor({since, topics, user}) {
    this.since = since
    this.topics = topics
    this.user = user
    if (ageOf(Number(recall("blocked"))) < blockedFor) this.#deaf = 2
  }

  /** @type {<K extends keyof Told>(type: K, listener: (told: Told[K]) => void) => void} */
  on(type, listener) {
    (this.#listeners[type] ??= []).push(listener)
  }

  start() {
    addEventListener("online", () => this.state !== "connected" && this.#dial())
    addEventListener("offline", () => this.#dial()) // the line may be broken without a word; a shop on this machine is not
    document.addEventListener("visibilitychange", () => this.#look())
    addEventListener("pageshow", event => event.persisted && !this.#line && this.#dial())
    addEventListener("pagehide", () => this.#hangUp())
    this.#dial()
  }

  /** isAhead says whether a position is still to come.
   * @type {(position: string) => boolean} */
  isAhead(position) {
    return isAfter(position, this.since)
  }

  /** isOf says whether the line leads to a store.
   * @type {(store: string) => boolean} */
  isOf(store) {
    return store === this.#store
  }

  /** send says whether the frame has left; the answer says whether it arrived.
   * @type {(frame: object) => boolean} */
  send(frame) {
    return this.canSend && this.#line.send(frame)
  }

  /** redial gives up a line that does not answer, and opens another. */
  redial() {
    this.#dial()
  }

  /** @type {<K extends keyof Told>(type: K, detail?: Told[K]) => void} */
  #tell(type, detail) {
    for (const listener of this.#listeners[type] ?? []) listener(detail)
  }

  /** @type {(state: LiveState) => void} */
  #become(state) {
    if (state === this.state) return
    this.state = state
    this.#tell("state", state)
  }

  #hangUp() {
    this.#asking?.abort()
    this.#asking = null
    clearTimeout(this.#timer)
    this.#line?.close()
    this.#line = null
    this.canSend = false
    this.#store = null
    this.#step = []
  }

  #dial() {
    this.#hangUp()
    this.#reason = ""
    if (this.state !== "limited") this.#become(this.#hopeful() ? "connecting" : "offline")
    /** @type {Hello} */
    const hello = {type: "hello", since: this.since, topics: this.topics}
    if (this.user) hello.user = this.user
    const streams = this.#deaf >= 2 && this.#deaf % 2 === 0
    /** @type {(reason: string) => void} */
    const ended = reason => this.#ended(this.#reason || reason)
    this.#line = (streams ? openStream : openSocket)(hello, frame => this.#hear(frame, streams), ended)
    this.#timer = setTimeout(ended, streams ? silence : welcomeTimeout, "") // a stream may have to wait for its turn
  }

  /** @type {(reason: string) => Promise<void>} */
  async #ended(reason) {
    const refused = this.state !== "connected" && !reason
    this.#hangUp()
    const asking = this.#asking = new AbortController()
    const limited = refused ? await limitedFor(asking) : 0
    if (asking !== this.#asking) return // somebody has dialled meanwhile
    if (refused && !limited) this.#deaf++
    const pause = limited + pauseAfter(reason, this.#failures++)
    this.#become(limited ? "limited" : pause < Infinity && this.#hopeful() ? "connecting" : "offline")
    if (pause < Infinity) this.#timer = setTimeout(() => this.#dial(), pause)
  }

  #hopeful() {
    return navigator.onLine && this.#failures < 2
  }

  /** @type {(frame: any, streams: boolean) => void} */
  #hear(frame, streams) {
    this.#heardAt = now()
    switch (frame.type) {
      case "welcome":
        this.#welcome(frame, streams)
        break
      case "change":
        if (this.state === "connected") this.#watch()
        this.#step.push(frame)
        if (frame.position) this.#stepped(frame.position)
        return
      case "position":
        this.since = frame.position
        break
      case "store":
        this.hasStore = frame.available
        break
      case "bye":
        this.#reason = frame.reason
        break
    }
    if (this.state === "connected") this.#watch()
    this.#tell(frame.type, frame)
  }

  /** stepped tells of a step, all of it or, when the line is lost in its middle, nothing: only its last change has the position.
   * @type {(position: string) => void} */
  #stepped(position) {
    const step = this.#step
    this.#step = []
    if (!isAfter(position, this.since)) return
    this.since = position
    for (const change of step) this.#tell("change", {...change, position})
  }

  /** @type {(frame: Told["welcome"], streams: boolean) => void} */
  #welcome(frame, streams) {
    this.#store = frame.store ?? ""
    const isOurs = !store || !this.#store || this.#store === store // an empty shop becomes another one when it takes a backup in
    if (!frame.recovered || !isOurs && this.since) {
      this.#hangUp()
      this.#tell("stale")
      return
    }
    this.since ??= frame.position
    this.hasStore = true // or it is told otherwise right after
    this.#failures = 0
    this.canSend = !streams
    if (!streams) this.#deaf = 0
    remember("blocked", streams ? Date.now() : 0)
    clearTimeout(this.#again)
    if (streams) this.#again = setTimeout(() => { this.#deaf = 1; this.#dial() }, blockedFor)
    this.#become("connected")
  }

  /** fresh goes on from now, without what was missed: for a page that cannot be loaded again. */
  fresh() {
    this.since = null
    this.#dial()
  }

  /** A line that has been silent for too long is broken, whatever the browser knows of it. */
  #watch() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#ended(""), silence)
  }

  /** look is called when somebody looks at the page, and when nobody does any more. After a sleep the timers are late. */
  #look() {
    clearTimeout(this.#shade)
    if (document.visibilityState !== "visible") {
      this.#shade = setTimeout(() => this.state === "connected" && !this.canSend && this.#hangUp(), shade)
    } else if (this.state === "connected" && (!this.#line || now() - this.#heardAt > silence / 2)) {
      this.#dial()
    }
  }
}
