// The merchant's rows: a change saves itself, and the row shows what the shop has made of it. Without scripts each row has its buttons.

import {announce, el} from "./dom.js"
import {loadAnew} from "./drafts.js"
import {adopt, Fresh, morph} from "./fresh.js"
import {say} from "./voice.js"

/** startCounter lets the rows of products be changed where they stand, and follow what others do.
 * @type {(live: import("./live.js").Live) => void} */
export function startCounter(live) {
  const fresh = new Fresh()
  live.on("change", ({kind, position}) => kind === "product" && fresh.since(position))
  let line = Promise.resolve() // one after the other, as they were made
  /** @type {WeakMap<HTMLFormElement, string>} */
  const waiting = new WeakMap() // what Enter sends, the field's change has sent already
  addEventListener("change", event => {
    const form = formOf(event)
    if (form && /** @type {Element} */ (event.target).matches("input:not([type=hidden])")) form.requestSubmit()
  })
  document.addEventListener("submit", event => { // before the window hears of it, where a form is sent once
    const form = formOf(event)
    if (!form) return
    event.preventDefault()
    const submitter = /** @type {HTMLButtonElement | null} */ (event.submitter)
    const data = [...new FormData(form)].map(([name, value]) => [name, String(value)])
    if (submitter?.name) {
      data.push([submitter.name, submitter.value])
      count(form, Number(submitter.value))
    }
    const text = new URLSearchParams(data).toString()
    if (!submitter?.name && waiting.get(form) === text) return
    waiting.set(form, text)
    line = line.then(() => save(form, text)).finally(() => { if (waiting.get(form) === text) waiting.delete(form) })
  })
}

/** @type {(event: Event) => HTMLFormElement | null} */
const formOf = event => /** @type {Element} */ (event.target).closest?.("form[data-saves]")

/** count shows one more or fewer at once; the shop's answer is what counts.
 * @type {(form: HTMLFormElement, by: number) => void} */
function count(form, by) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("stock"))
  if (/^\d{1,9}$/.test(input.value)) input.value = String(Math.max(0, Number(input.value) + by))
}

/** @type {(form: HTMLFormElement, data: string) => Promise<void>} */
async function save(form, data) {
  try {
    const answer = await fetch(form.getAttribute("action"), {method: "POST", body: new URLSearchParams(data), headers: {Accept: "text/html"}})
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    if (answer.status === 401 || page.body.querySelector("form[action='/signin']")) return loadAnew()
    if (!page.querySelector("form[data-saves], [data-fresh=waits]")) return refuse(page.querySelector("main h1")?.textContent ?? say("shelf.unsaved"))
    const row = /** @type {HTMLElement} */ (form.closest("[id]")), own = page.getElementById(row.id)
    const problem = [...own?.querySelectorAll(".field__problem") ?? []].map(e => e.textContent).find(text => text !== "")
    announce(problem ?? say("shelf.saved"))
    for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input"))) field.defaultValue = field.value // nobody types it any more
    if (own) morph(row, own) // what was refused comes on a page that may be another one
    void adopt(page)
  } catch {
    refuse(say("shelf.unsaved"))
  }
}

/** refuse says over the page that nothing was saved.
 * @type {(words: string) => void} */
function refuse(words) {
  document.querySelector("[data-unsaved]")?.remove()
  document.querySelector("main").append(el("p", {class: "notice notice--bad notice--over", role: "alert", "data-unsaved": true}, words))
}

/** startDoors brings the door of this page into sight, and lets what is shown once be taken as a whole. */
export function startDoors() {
  document.querySelector(".counter__door[aria-current]")?.scrollIntoView({block: "nearest", inline: "center", behavior: "instant"})
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-copy]"))) {
    input.addEventListener("focus", () => input.select())
  }
}
