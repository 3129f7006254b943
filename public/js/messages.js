// The list of messages: days and their bubbles, and below them what is not stored yet.

import {el, linked} from "./dom.js"
import {signed} from "./people.js"
import {clock, dateOf, dayOf, handleOf, say, signOf} from "./voice.js"

/** Messages is the list. What is stored stands in the order of the feed; what is not, after it. */
export class Messages {
  /** @type {HTMLElement} */
  #root
  #me
  #old // what was loaded later: not in the log, so that it is not read aloud
  #days
  #unsent

  /**
   * @param {HTMLElement} root
   * @param {string} me the visitor's handle
   */
  constructor(root, me) {
    this.#root = root
    this.#me = me
    this.#old = root.querySelector("[data-old]")
    this.#days = root.querySelector("[data-days]")
    this.#unsent = root.querySelector("[data-unsent]")
    this.#toVisitorsClock()
  }

  /** @type {(id: string) => boolean} */
  has(id) {
    return this.#root.querySelector("#m-" + id) !== null
  }

  /** ids are those of the stored messages, oldest first. */
  get ids() {
    return [...this.#root.querySelectorAll("[data-old] .bubble, [data-days] .bubble")].map(bubble => bubble.id.slice(2))
  }

  /** @type {(message: Message) => boolean} */
  isOwn(message) {
    return this.#me !== "" && handleOf(message).toLowerCase() === this.#me.toLowerCase()
  }

  /** add puts a stored message at the end, and returns its bubble.
   * @type {(message: Message) => HTMLElement} */
  add(message) {
    this.#unsent.querySelector("#u-" + message._id)?.remove()
    this.#days.querySelector("[data-empty]")?.remove()
    const time = new Date(message.createdAt), bubble = this.#bubble(message, time)
    let group = /** @type {HTMLElement} */ (this.#days.lastElementChild)
    if (group?.dataset.date !== dateOf(time)) {
      this.#relabel() // what was today may be yesterday
      group = this.#days.appendChild(newDay(time))
    }
    group.lastElementChild.append(bubble)
    return bubble
  }

  /** remove takes a message away that another program has removed from the database, and its day when nothing is left of that.
   * @type {(id: string) => void} */
  remove(id) {
    const bubble = this.#root.querySelector("#m-" + id), day = bubble?.closest("[data-date]")
    bubble?.remove()
    if (day && !day.querySelector(".bubble")) day.remove()
  }

  /** addOlder puts messages before all others; oldest first.
   * @type {(messages: Message[]) => void} */
  addOlder(messages) {
    const groups = []
    for (const message of messages.filter(message => !this.has(message._id))) {
      const time = new Date(message.createdAt)
      if (groups.at(-1)?.dataset.date !== dateOf(time)) groups.push(newDay(time))
      groups.at(-1).lastElementChild.append(this.#bubble(message, time))
    }
    const first = this.#root.querySelector(".chat__group")
    if (first && first.dataset.date === groups.at(-1)?.dataset.date) first.querySelector("h2")?.remove()
    this.#old.prepend(...groups)
  }

  /** pend shows a message that is not stored, or its new state.
   * @type {(item: Item, actions: (Node | string)[]) => HTMLElement} */
  pend(item, actions) {
    const known = this.#unsent.querySelector("#u-" + item.id)
    const bubble = el("li", {class: "bubble bubble--own bubble--" + item.state, id: "u-" + item.id},
      el("p", {class: "bubble__text"}, ...linked(item.message)),
      el("p", {class: "bubble__state"}, ...actions))
    known ? known.replaceWith(bubble) : this.#unsent.append(bubble)
    this.#days.querySelector("[data-empty]")?.remove()
    return bubble
  }

  /** forget takes away a message that is not stored.
   * @type {(id: string) => void} */
  forget(id) {
    this.#unsent.querySelector("#u-" + id)?.remove()
  }

  /** @type {(message: Message, time: Date) => HTMLElement} */
  #bubble(message, time) {
    const own = this.isOwn(message)
    return el("li", {class: own ? "bubble bubble--own" : "bubble", id: "m-" + message._id},
      el("p", {class: "bubble__who"}, ...signed(signOf(handleOf(message))),
        message.email ? " " : null, message.email ? el("span", {class: "bubble__email"}, message.email) : null, own ? " " : null, own ? el("span", {}, say("talk.you")) : null, " ",
        el("time", {class: "bubble__time", datetime: message.createdAt}, clock(time))),
      el("p", {class: "bubble__text"}, ...linked(message.message)))
  }

  #relabel() {
    for (const label of /** @type {NodeListOf<HTMLTimeElement>} */ (this.#root.querySelectorAll(".chat__day time"))) {
      const [year, month, day] = label.dateTime.split("-").map(Number)
      label.textContent = dayOf(new Date(year, month - 1, day))
    }
  }

  /** The server writes times as they are where it stands. Where the visitor's clock shows others, the list is made anew. */
  #toVisitorsClock() {
    const bubbles = [...this.#days.querySelectorAll(".bubble")]
    /** @type {(bubble: Element) => HTMLTimeElement} */
    const timeIn = bubble => bubble.querySelector("time")
    /** @type {(bubble: Element) => boolean} */
    const right = bubble => clock(new Date(timeIn(bubble).dateTime)) === timeIn(bubble).textContent &&
      dateOf(new Date(timeIn(bubble).dateTime)) === bubble.closest(".chat__group").dataset.date
    if (bubbles.every(right)) return
    const groups = []
    for (const bubble of bubbles) {
      const time = new Date(timeIn(bubble).dateTime)
      timeIn(bubble).textContent = clock(time)
      if (groups.at(-1)?.dataset.date !== dateOf(time)) groups.push(newDay(time))
      groups.at(-1).lastElementChild.append(bubble)
    }
    this.#days.replaceChildren(...groups)
  }
}

/** @type {(time: Date) => HTMLElement} */
function newDay(time) {
  return el("div", {class: "chat__group", "data-date": dateOf(time)},
    el("h2", {class: "chat__day"}, el("time", {datetime: dateOf(time)}, dayOf(time))),
    el("ol", {class: "chat__messages"}))
}
