// Who is here, and who is typing.

import {now} from "./clock.js"
import {el} from "./dom.js"
import {say, signOf} from "./voice.js"

const fades = 5_000 // ms after which nobody is typing any more
const typingEvery = 2_500 // ms: sooner it need not be said again
const shown = 100

/** signed returns a name as it stands beside what somebody does, with what tells people of one name apart. No name can look like the
 * sign of the shop: it is no text of theirs.
 * @type {(sign: Sign) => (Node | string)[]} */
export function signed({user, mark, staff}) {
  const name = el("bdi", {}, user)
  if (staff) return [name, " ", el("span", {class: "staff"}, say("talk.staff"))]
  return mark ? [name, " ", el("span", {class: "mark"}, mark)] : [name]
}

/** People shows who is in the chat. */
export class People {
  #root
  #here = new Set()
  #count = 0

  /**
   * @param {HTMLElement} root
   * @param {import("./live.js").Live} live
   */
  constructor(root, live) {
    this.#root = root
    live.on("welcome", frame => {
      this.#here = new Set(frame.people ?? [])
      this.#count = frame.count ?? this.#here.size
      this.#show()
    })
    live.on("presence", ({joined, left, count}) => {
      for (const user of left ?? []) this.#here.delete(user)
      for (const user of joined ?? []) if (this.#here.size < shown) this.#here.add(user)
      this.#count = Math.max(this.#here.size, count ?? 0)
      this.#show()
    })
    live.on("state", state => this.#root.classList.toggle("is-live", state === "connected"))
  }

  #show() {
    const signs = [...this.#here].map(signOf).sort((a, b) => a.user.localeCompare(b.user))
    const more = this.#count - signs.length
    const rest = more > 0 ? [say("talk.more", {n: more})] : []
    this.#root.querySelector(".people__line").textContent = say("talk.here", {n: this.#count}) + " " + [...signs.map(({user}) => user), ...rest].join(", ")
    this.#root.querySelector(".people__list").replaceChildren(...signs.map(sign => el("li", {}, ...signed(sign))), ...rest.map(text => el("li", {}, text)))
  }
}

/** Typing shows who is typing, and says when the visitor is. */
export class Typing {
  #root
  #until = new Map() // by user, the timer that ends it
  #saidAt = -Infinity

  /**
   * @param {HTMLElement} root
   * @param {HTMLTextAreaElement} field
   * @param {import("./live.js").Live} live
   * @param {string} me the visitor's handle
   */
  constructor(root, field, live, me) {
    this.#root = root
    live.on("typing", ({user}) => user.toLowerCase() !== me.toLowerCase() && this.#begin(user))
    field.addEventListener("input", () => {
      if (field.value.trim() === "" || now() - this.#saidAt < typingEvery) return
      if (live.send({type: "typing"})) this.#saidAt = now()
    })
  }

  /** end is called when a message of somebody arrives.
   * @type {(user: string) => void} */
  end(user) {
    clearTimeout(this.#until.get(user))
    this.#until.delete(user)
    this.#show()
  }

  /** sent is called when the visitor has sent the message: the next letter begins another. */
  sent() {
    this.#saidAt = -Infinity
  }

  /** @type {(user: string) => void} */
  #begin(user) {
    clearTimeout(this.#until.get(user))
    this.#until.set(user, setTimeout(() => this.end(user), fades))
    this.#show()
  }

  #show() {
    const [name, other, ...more] = [...this.#until.keys()].map(handle => signOf(handle).user)
    this.#root.textContent = name === undefined ? "" : other === undefined ? say("talk.typing", {name})
      : more.length === 0 ? say("talk.typingTwo", {name, other}) : say("talk.typingMany")
  }
}
