// What acts, acts once, and on what was seen: never on what has just moved under a pointer.

import {now} from "./clock.js"

const settling = 500 // ms in which what has moved does nothing; as long as in css/base.css, where a page that has just come does the same
const sentFor = 10_000 // ms after which a form may be sent again whose answer has not come

/** startActs lets each form be sent once at a time: the second click of two is none. */
export function startActs() {
  /** @type {Map<EventTarget, number>} */
  const sent = new Map()
  addEventListener("submit", event => {
    const form = /** @type {HTMLFormElement} */ (event.target)
    if (event.defaultPrevented || form.method !== "post") return
    const last = sent.get(form)
    if (last !== undefined && now() - last < sentFor) event.preventDefault()
    else sent.set(form, now())
  })
  addEventListener("pageshow", () => sent.clear())
}

/** settle keeps what acts in an element from acting while a hand is still on its way.
 * @type {(element: Element) => void} */
export function settle(element) {
  element.classList.add("is-settling")
  setTimeout(() => element.classList.remove("is-settling"), settling)
}

/** @type {Element | null} */
let under = null // the pointer or the finger
for (const type of ["pointerover", "pointerdown"]) {
  addEventListener(type, event => under = /** @type {Element} */ (event.target), {capture: true, passive: true})
}
for (const type of ["pointerup", "pointercancel"]) { // a mouse is still there, a finger is not
  addEventListener(type, event => /** @type {PointerEvent} */ (event).pointerType !== "mouse" && (under = null), {capture: true, passive: true})
}
document.documentElement.addEventListener("pointerleave", () => under = null)

/** held says whether a pointer, a finger or the keyboard is on one of an element's rows.
 * @type {(element: Element) => boolean} */
export function held(element) {
  const focus = document.activeElement
  return element.contains(under) || element.contains(focus) && !focus.matches("input")
}

/** letGo waits until none of the elements is held any more.
 * @type {(elements: Element[]) => Promise<void>} */
export function letGo(elements) {
  return new Promise(done => {
    const types = ["pointerover", "pointerup", "pointercancel", "pointerleave", "focusin", "focusout"]
    const look = () => setTimeout(() => { // focus is nowhere while it moves
      if (elements.some(held)) return
      for (const type of types) removeEventListener(type, look, true)
      done()
    })
    for (const type of types) addEventListener(type, look, true)
    look()
  })
}
