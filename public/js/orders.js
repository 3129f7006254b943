// The merchant's pages of orders follow what happens to them, and say how long ago it was.

import {Fresh} from "./fresh.js"
import {say} from "./voice.js"

const minute = 60_000 // ms
const often = 30_000 // ms between two looks at the clock

/** startOrders lets a page of orders follow them: all, or the one that it is about.
 * @type {(page: HTMLElement, live: import("./live.js").Live) => void} */
export function startOrders(page, live) {
  const fresh = new Fresh()
  const own = /^[0-9a-f]{24}$/.test(page.dataset.orders) ? page.dataset.orders : ""
  live.on("change", ({kind, id, position}) => kind === "order" && (!own || own === id) && fresh.since(position))
  setInterval(tick, often)
}

/** startPapers lets a page be printed by its button, and a form that an address names be open. */
export function startPapers() {
  const button = document.querySelector("[data-print]")
  button?.removeAttribute("hidden")
  button?.addEventListener("click", () => print())
  const open = () => document.getElementById(location.hash.slice(1))?.matches("details") && document.getElementById(location.hash.slice(1)).setAttribute("open", "")
  addEventListener("hashchange", open)
  open()
}

/** startScanner has the field into which codes are read be ready for the next one. */
export function startScanner() {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-scan]"))
  if (field && matchMedia("(pointer: fine)").matches) field.focus({preventScroll: true}) // a phone would bring its keyboard up
  field?.addEventListener("focus", () => field.select())
}

/** tick says anew how long ago moments were. */
function tick() {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-ago]"))) {
    element.textContent = ago(Date.parse(element.dataset.ago) - Date.now())
  }
}

/** ago says how far away a moment is, as views/voice.go does; ms below 0 are past.
 * @type {(ms: number) => string} */
export function ago(ms) {
  const key = ms < 0 ? "ago." : "ago.in.", minutes = Math.floor(Math.abs(ms) / minute)
  if (minutes < 1) return say("ago.now")
  if (minutes < 60) return say(key + "minutes", {n: minutes})
  if (minutes < 2 * 24 * 60) return say(key + "hours", {n: Math.floor(minutes / 60)})
  return say(key + "days", {n: Math.floor(minutes / 60 / 24)})
}
