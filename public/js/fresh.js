// Parts of a page that cannot be made from a change alone (a cart's sums, a table's pages) are asked for anew, and what differs is
// put in place. What the visitor is typing and where the keyboard is stays.

import {letGo, settle} from "./acts.js"
import {now} from "./clock.js"
import {glow} from "./dom.js"
import {here, loadAnew} from "./drafts.js"
import {isAfter, isAnother} from "./live.js"
import {retryAfter} from "./transports.js"

const gather = 150 // ms in which changes are gathered, and as much again at random so that not all ask at once
const rest = 1_000 // ms between two questions; longer after each that had no answer
const longestRest = 30_000
const patience = 3 // questions to a shop that answers out of another epoch: it is that which has to be shown now

/** Fresh asks for the page again when it is told that something of it has changed. */
export class Fresh {
  #wanted = "" // the position that the page must have reached
  #timer = 0
  #asking = false
  #askedAt = -Infinity
  #failures = 0
  #limited = 0 // ms that the shop has asked for

  /** since asks for the page as it is at a position or later.
   * @type {(position: string) => void} */
  since(position) {
    this.#wanted = position
    if (this.#timer || this.#asking) return
    const growing = Math.min(longestRest, rest * 2 ** this.#failures)
    const pause = Math.max(gather * (1 + Math.random()), this.#askedAt + this.#limited + growing * (0.5 + Math.random()) - now())
    this.#timer = setTimeout(() => this.#ask(), pause)
  }

  async #ask() {
    this.#timer = 0
    this.#asking = true
    this.#askedAt = now()
    const wanted = this.#wanted
    let reached = "", strange = false
    try {
      const answer = await fetch(here(), {headers: {Accept: "text/html"}})
      this.#limited = retryAfter(answer)
      if (answer.status === 404) loadAnew() // it is gone, and the shop says so better
      const page = new DOMParser().parseFromString(await answer.text(), "text/html")
      reached = answer.ok && page.body.dataset.position || ""
      strange = reached !== "" && isAnother(wanted, reached)
      if (reached && page.documentElement.lang !== document.documentElement.lang) loadAnew() // half a page in each is none
      else if (reached && (strange || !isAfter(wanted, reached))) await adopt(page)
    } catch { /* it is asked again */ }
    this.#asking = false
    this.#failures = reached && !strange ? 0 : this.#failures + 1
    const late = strange && this.#wanted === wanted ? this.#failures < patience : isAfter(this.#wanted, reached)
    if (late) this.since(this.#wanted)
    else this.#failures = 0
  }
}

/** adopt takes the parts with data-fresh from another rendering of this page. Rows do not move under a hand: it waits until they are let go.
 * @type {(page: Document) => Promise<void>} */
export async function adopt(page) {
  /** @type {[HTMLElement, HTMLElement][]} */
  const pairs = []
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const other = page.querySelector(`[data-fresh="${part.dataset.fresh}"]`)
    if (other) pairs.push([part, other])
  }
  const moving = pairs.filter(([part, other]) => moves(part, other)).map(([part]) => part)
  await letGo(moving)
  for (const [part, other] of pairs) morph(part, other)
  moving.forEach(settle)
}

/** moves says whether rows of an element would have another place in another one.
 * @type {(old: Element, other: Element) => boolean} */
function moves(old, other) {
  const rows = [...other.querySelectorAll("[id^=p-]")].map(row => row.id)
  return [...old.querySelectorAll("[id^=p-]")].some((row, i) => row.id !== rows[i])
}

/**
 * morph makes an element like another one, and leaves alone what is alike. Children with an id are the same by it. What shows
 * a later revision already, because a change was faster than the page, stays; so does a form of which something is on its way.
 * @type {(old: HTMLElement, other: HTMLElement) => void}
 */
export function morph(old, other) {
  if (Number(old.dataset.rev) > Number(other.dataset.rev) || isTyped(old) || old.ariaBusy === "true") return
  for (const {name} of [...old.attributes]) if (!other.hasAttribute(name) && name !== "open") old.removeAttribute(name)
  for (const {name, value} of other.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  if (old.matches("[data-saves] input") && old !== document.activeElement) /** @type {HTMLInputElement} */ (old).value = other.getAttribute("value")
  let at = old.firstChild
  for (const child of [...other.childNodes]) {
    const same = twin(old, at, child)
    if (!same) {
      const made = old.insertBefore(document.importNode(child, true), at)
      if (made.nodeType === Node.TEXT_NODE) light(made)
      continue
    }
    while (at && at !== same) at = wanted(other, at) ? later(old, at) : drop(at)
    at = same.nextSibling
    if (child.nodeType === Node.ELEMENT_NODE) {
      morph(/** @type {HTMLElement} */ (same), /** @type {HTMLElement} */ (child))
    } else if (same.data !== child.data) {
      same.data = child.data
      light(same)
    }
  }
  while (at) at = drop(at)
}

/** isTyped says whether somebody types into a row's form: it stays about what was there when he began.
 * @type {(form: HTMLElement) => boolean} */
function isTyped(form) {
  const field = /** @type {HTMLInputElement} */ (document.activeElement)
  return form.matches("form[data-saves]") && form.contains(field) && field.matches("input") && field.value !== field.defaultValue
}

/** twin finds the child that stands for another one, at its place or after it.
 * @type {(parent: Element, at: ChildNode | null, child: ChildNode) => ChildNode | null} */
function twin(parent, at, child) {
  if (child.id) return parent.querySelector(":scope > #" + CSS.escape(child.id))
  for (let node = at; node && !node.id; node = node.nextSibling) {
    if (node.nodeName === child.nodeName) return node
  }
  return null
}

/** wanted says whether a child has its place in another element, only not here.
 * @type {(other: Element, child: ChildNode) => boolean} */
function wanted(other, child) {
  return child.id && other.querySelector(":scope > #" + CSS.escape(child.id)) !== null
}

/** @type {(parent: Element, node: ChildNode) => ChildNode | null} */
function later(parent, node) {
  const next = node.nextSibling
  parent.append(node)
  return next
}

/** @type {(node: ChildNode) => ChildNode | null} */
function drop(node) {
  const next = node.nextSibling
  node.remove()
  return next
}

/** light shows where a figure has changed.
 * @type {(text: Node) => void} */
function light(text) {
  const element = text.parentElement.closest("[data-glow], [data-show]")
  if (element) glow(element)
}
