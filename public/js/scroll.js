// Where the reader is in the chat. New messages never move what is being read: whoever is at the end stays there, whoever
// is not finds a mark before what is new, and a button that leads to it.

import {el} from "./dom.js"
import {number, say} from "./voice.js"

const nearEnd = 48 // px that still count as the end

/** Reader knows what has been seen. */
export class Reader {
  #box // scrolls; its beginning is its end, so that it opens there without a script
  #down
  #mark = el("li", {class: "chat__unread"})
  #unread = 0
  /** @type {Element | null} */
  #reading = null // what stands at the top of the box, unless that is at its end
  #readingAt = 0 // px below the top
  #stayedAt = 1 // where it was scrolled to so that this stayed; nowhere yet
  #title = document.title

  /**
   * @param {HTMLElement} box
   * @param {HTMLElement} down
   */
  constructor(box, down) {
    this.#box = box
    this.#down = down
    down.addEventListener("click", () => this.toEnd())
    box.addEventListener("scroll", () => this.#look(), {passive: true})
    document.addEventListener("visibilitychange", () => this.#look())
    new ResizeObserver(() => this.#stay()).observe(box)
    this.#look()
  }

  get #atEnd() {
    return this.#box.scrollTop > -nearEnd
  }

  get #away() {
    return document.visibilityState !== "visible"
  }

  /** grow lets insert put an element of somebody else at the end.
   * @type {(insert: () => HTMLElement) => void} */
  grow(insert) {
    const follows = this.#atEnd, unseen = this.#away || !follows
    if (!unseen) this.#mark.remove()
    this.steady(() => {
      const element = insert()
      if (!unseen) return
      if (this.#unread++ === 0) element.before(this.#mark)
      this.#mark.textContent = say("talk.unread")
    })
    if (follows) this.#follow()
    this.#look()
  }

  /** steady changes the list without moving what is in sight; the end stays in sight as the end.
   * @type {(change: () => void) => void} */
  steady(change) {
    const end = this.#atEnd
    const top = this.#box.getBoundingClientRect().top
    const anchor = [...this.#box.querySelectorAll(".bubble")].find(bubble => bubble.getBoundingClientRect().bottom > top)
    const before = anchor?.getBoundingClientRect().top
    change()
    if (end) this.#box.scrollTop = 0
    else if (anchor?.isConnected) this.#box.scrollTop += anchor.getBoundingClientRect().top - before
  }

  /** toEnd shows the newest message. */
  toEnd() {
    this.#box.scrollTop = 0
    this.#look()
  }

  /** forget takes the mark away: whoever writes has read. */
  forget() {
    this.#mark.remove()
    this.#unread = 0
  }

  /** follow shows the end, but never more than what is new: whoever comes back begins to read at the mark. */
  #follow() {
    this.#box.scrollTop = 0
    if (!this.#mark.isConnected) return
    const over = this.#box.getBoundingClientRect().top - this.#mark.getBoundingClientRect().top
    if (over > 0) this.#box.scrollTop -= over
  }

  /** stay keeps what is being read in its place when the box, and with it every line, gets another width. */
  #stay() {
    if (!this.#reading?.isConnected) return
    this.#box.scrollTop += this.#reading.getBoundingClientRect().top - this.#box.getBoundingClientRect().top - this.#readingAt
    this.#stayedAt = this.#box.scrollTop
  }

  /** look notes what is in sight now. */
  #look() {
    const end = this.#atEnd
    this.#read(end)
    if (end && !this.#away) this.#unread = 0
    this.#down.hidden = end
    this.#down.textContent = (this.#unread > 0 ? say("talk.down", {n: this.#unread}) : say("talk.end")) + " ↓"
    document.title = (this.#unread > 0 ? "(" + number(this.#unread) + ") " : "") + this.#title
  }

  /** read notes what is being read. Turning a screen there and back leaves it what it was.
   * @type {(end: boolean) => void} */
  #read(end) {
    if (!end && this.#box.scrollTop === this.#stayedAt) return
    const {left, top, width} = this.#box.getBoundingClientRect()
    this.#reading = end ? null : [left + 32, left + width / 2, left + width - 32].map(x => document.elementFromPoint(x, top + 28)?.closest(".bubble")).find(e => e) ?? this.#reading
    if (this.#reading) this.#readingAt = this.#reading.getBoundingClientRect().top - top
  }
}
