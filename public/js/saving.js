// Forms that save themselves: the merchant's rows, and the quantities of a cart. The row shows what the shop has made of a change. Without
// scripts each row has its buttons.

import {announce, el} from "./dom.js"
import {loadAnew} from "./drafts.js"
import {adopt, morph} from "./fresh.js"
import {say} from "./voice.js"

/** startSaving lets forms of rows save themselves: the merchant's, and the quantities of a cart. */
export function startSaving() {
  let line = Promise.resolve() // one after the other, as they were made
  /** @type {WeakMap<HTMLFormElement, number>} */
  const waiting = new WeakMap() // how much is on its way
  addEventListener("change", event => {
    const form = formOf(event)
    if (form && /** @type {Element} */ (event.target).matches("input:not([type=hidden])")) form.requestSubmit()
  })
  document.addEventListener("submit", event => { // before the window hears of it, where a form is sent once
    const form = formOf(event)
    if (!form) return
    event.preventDefault()
    const submitter = /** @type {HTMLButtonElement | null} */ (event.submitter)
    const inputs = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input")])
    if (received(form)?.value.trim() === "") return
    if (!submitter?.name && waiting.get(form) && inputs.every(field => field.value === field.defaultValue)) return // what Enter sends, the field's change has sent
    const data = [...new FormData(form)].map(([name, value]) => [name, String(value)])
    const more = submitter?.dataset.more
    if (submitter?.name && !more) data.push([submitter.name, submitter.value])
    count(form, Number(more ?? (submitter?.name ? submitter.value : 0)))
    if (more) data.push([submitter.name, /** @type {HTMLInputElement} */ (form.elements.namedItem("quantity")).value]) // so many, not so many more: said twice it is the same
    const text = new URLSearchParams(data).toString()
    waiting.set(form, (waiting.get(form) ?? 0) + 1)
    form.setAttribute("aria-busy", "true") // what it shows is ahead of what the shop has
    const restore = take(form)
    for (const field of inputs) field.defaultValue = field.value // nobody types it any more
    line = line.then(() => save(form, text, () => {
      waiting.set(form, waiting.get(form) - 1)
      form.toggleAttribute("aria-busy", waiting.get(form) > 0)
    }, restore))
  })
}

/** received is the field of a form that says how many have come; said again, as many have come again.
 * @type {(form: HTMLFormElement) => HTMLInputElement | null} */
const received = form => /** @type {HTMLInputElement | null} */ (form.elements.namedItem("received"))

/** take empties that field, and returns what puts back what was typed when it was not stored.
 * @type {(form: HTMLFormElement) => () => void} */
function take(form) {
  const field = received(form), typed = field?.value
  if (field) field.value = ""
  return () => { if (field?.value === "") field.value = typed }
}

/** @type {(event: Event) => HTMLFormElement | null} */
const formOf = event => /** @type {Element} */ (event.target).closest?.("form[data-saves]")

/** count shows a stock with so many more at once, and has what is typed next be about that; the shop's answer is what counts.
 * @type {(form: HTMLFormElement, more: number) => void} */
function count(form, more) {
  const [stock, was, quantity] = ["stock", "was", "quantity"].map(name => /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name)))
  if (stock && /^\d{1,9}$/.test(stock.value)) was.value = stock.value = String(Math.max(0, Number(stock.value) + more))
  if (quantity && more) quantity.value = String(Math.max(1, (/^\d{1,9}$/.test(quantity.value) ? Number(quantity.value) : Number(quantity.getAttribute("value"))) + more))
}

/** save sends what a form said. The row becomes what the shop has made of it, once nothing of it is on its way any more.
 * @type {(form: HTMLFormElement, data: string, answered: () => void, restore: () => void) => Promise<void>} */
async function save(form, data, answered, restore) {
  const inCart = form.dataset.saves === "cart", unsaved = inCart ? say("buy.unsaved") : say("shelf.unsaved")
  try {
    const answer = await fetch(form.getAttribute("action"), {method: "POST", body: new URLSearchParams(data), headers: {Accept: "text/html"}})
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    answered()
    if (answer.status === 401 || page.body.querySelector("form[action='/signin']")) return loadAnew()
    if (page.querySelector("[name=sure]")) return form.submit() // the shop asks whether that is meant
    if (!page.querySelector("form[data-saves], [data-fresh]:not(header *)")) return refuse(page.querySelector(".notice--bad, main h1")?.textContent ?? unsaved)
    const row = /** @type {HTMLElement} */ (form.closest("[id]")), own = page.getElementById(row.id)
    const problem = [...own?.querySelectorAll(".field__problem") ?? []].map(e => e.textContent).find(text => text !== "")
    announce(problem ?? (inCart ? say("buy.saved", {total: page.querySelector(".sum__total strong")?.textContent}) : say("shelf.saved")))
    if (problem) form.removeAttribute("aria-busy") // it is shown at once
    if (own) morph(row, own) // what was refused comes on a page that may be another one
    void adopt(page)
  } catch {
    answered()
    restore()
    refuse(unsaved)
  }
}

/** refuse says over the page that nothing was saved.
 * @type {(words: string) => void} */
function refuse(words) {
  document.querySelector("[data-unsaved]")?.remove()
  document.querySelector("main").append(el("p", {class: "notice notice--bad notice--over", role: "alert", "data-unsaved": true}, words))
}
