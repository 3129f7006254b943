// Buying where one is: what is put into the cart is sent from here, and the page says beside it what has become of it. The keyboard
// stays where it was. Without scripts the form leads back to this page, which says the same.

import {tellCount} from "./cart.js"
import {now} from "./clock.js"
import {announce, el} from "./dom.js"
import {newID} from "./outbox.js"
import {say} from "./voice.js"

const apart = 500 // ms between two presses that are two: the second click of two is none
const patience = 10_000 // ms for an answer

/** @typedef {{text: string, act: string, at: number}} Attempt what a form said, under which id, and when for the first time */

/** startBuying lets forms that add to the cart do so from here. */
export function startBuying() {
  /** @type {WeakMap<HTMLFormElement, number>} */
  const sent = new WeakMap()
  /** @type {WeakMap<HTMLFormElement, Attempt>} */
  const lost = new WeakMap()
  document.addEventListener("submit", event => { // before the window hears of it, where a form is sent once
    const form = /** @type {HTMLFormElement} */ (event.target)
    if (!form.matches("form[data-adds]")) return
    event.preventDefault()
    if (form.ariaBusy === "true" || now() - (sent.get(form) ?? -Infinity) < apart) return
    sent.set(form, now())
    form.setAttribute("aria-busy", "true")
    add(form, attemptOf(form, lost.get(form))).then(({added, unanswered}) => {
      if (!added) sent.delete(form) // it may be mended and pressed at once
      if (unanswered) lost.set(form, unanswered)
      else lost.delete(form)
      form.removeAttribute("aria-busy")
    })
  })
}

/** attemptOf is what a form says now: the same attempt again, where that had no answer.
 * @type {(form: HTMLFormElement, before: Attempt | undefined) => Attempt & {again: boolean}} */
function attemptOf(form, before) {
  const text = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])).toString()
  const again = before?.text === text
  return {text, again, act: again ? before.act : newID(), at: again ? before.at : now()}
}

/** add sends what a form says, tells what has become of it, and returns the attempt where nobody knows.
 * @type {(form: HTMLFormElement, attempt: Attempt & {again: boolean}) => Promise<{added: boolean, unanswered?: Attempt}>} */
async function add(form, attempt) {
  const body = new URLSearchParams(attempt.text)
  body.set("act", attempt.act)
  if (attempt.again) body.set("ago", String(Math.ceil(now() - attempt.at)))
  try {
    const answer = await fetch(form.getAttribute("action"), {
      method: "POST", body, headers: {Accept: "application/json"}, signal: AbortSignal.timeout(patience),
    })
    const text = await answer.text()
    if (answer.headers.get("Content-Type") === "application/json") {
      const {added, count, position, said} = JSON.parse(text)
      if (added) thank(form, count, position)
      else refuse(form, said)
      return {added}
    }
    if (answer.status < 500) {
      refuse(form, new DOMParser().parseFromString(text, "text/html").querySelector("main h1")?.textContent ?? say("buy.failed"))
      return {added: false}
    }
  } catch { /* it may have arrived all the same */ }
  refuse(form, say("buy.lost"))
  return {added: false, unanswered: attempt}
}

/** @type {(form: HTMLFormElement, count: number, position: string) => void} */
function thank(form, count, position) {
  tellCount(count, position)
  show(form, el("p", {class: "added"}, say("buy.added"), " · ", el("a", {href: "/cart"}, say("buy.cart"))))
  announce(say("buy.told", {n: count, title: form.closest("[data-product]").querySelector("[data-show=title]").textContent}))
}

/** @type {(form: HTMLFormElement, words: string) => void} */
function refuse(form, words) {
  show(form, el("p", {class: "added added--not"}, words, " ", el("a", {href: "/cart"}, say("buy.cart"))))
  announce("") // so that the same words are said again
  setTimeout(() => announce(words))
}

/** show puts a line beside a form, in the place of the one before.
 * @type {(form: HTMLFormElement, line: HTMLElement) => void} */
function show(form, line) {
  for (const old of form.parentElement.querySelectorAll(":scope > .added, :scope > .notice--bad")) old.remove()
  form.after(line)
}
