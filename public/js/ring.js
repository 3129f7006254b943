// A new order rings on every page of the merchant's that is open. None is missed over a lost line, for that goes on where it was; nor
// between two pages: each tab keeps the highest number of which it has told, and each page says which is the highest that there is. A
// tab that was just opened begins where the others of its browser are.

import {announce, el} from "./dom.js"
import {recall, remember, store} from "./kept.js"
import {say} from "./voice.js"

const key = "pulperia.rung." + store
const title = document.title

/** startRing rings for what has come in since this tab last rang, and for what comes in.
 * @type {(counter: HTMLElement, live: import("./live.js").Live) => void} */
export function startRing(counter, live) {
  let newest = Number(counter.dataset.ring)
  const rung = recallRung()
  rememberRung(newest)
  if (rung !== null && rung < newest) ring(newest, newest - rung, "/admin/orders")
  live.on("change", ({kind, op, id, doc}) => {
    if (kind !== "order" || op !== "put" || doc.number <= newest || doc.state !== "placed" && doc.state !== "accepted") return
    const n = doc.number - newest
    newest = doc.number
    rememberRung(newest)
    ring(newest, n, "/admin/orders/" + id)
  })
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && (document.title = title))
  askForNotices()
}

/** The sound needs a touch of the page first: browsers are silent until then.
 * @type {AudioContext | null} */
let sound = null
for (const type of ["pointerdown", "keydown"]) addEventListener(type, wake, {capture: true, passive: true})

function wake() {
  sound ??= new AudioContext()
  if (sound.state === "suspended") sound.resume().catch(() => {})
}

/** bell plays two notes. */
function bell() {
  if (sound?.state !== "running") return
  for (const [at, pitch] of [[0, 880], [0.18, 1174.66]]) {
    const note = sound.createOscillator(), loudness = sound.createGain(), begin = sound.currentTime + at
    note.frequency.value = pitch
    loudness.gain.setValueAtTime(0.3, begin)
    loudness.gain.exponentialRampToValueAtTime(0.001, begin + 0.5)
    note.connect(loudness).connect(sound.destination)
    note.start(begin)
    note.stop(begin + 0.5)
  }
  document.body.dataset.bell = String(Number(document.body.dataset.bell ?? 0) + 1)
}

/** ring tells of n orders, of which the last has a number, in every way that is allowed.
 * @type {(number: number, n: number, to: string) => void} */
function ring(number, n, to) {
  const words = n === 1 ? say("ring.one", {number: String(number)}) : say("ring.many", {n})
  bell()
  announce(words)
  document.title = "● " + words + " · " + title
  document.querySelector("[data-rings]")?.remove()
  const close = el("button", {class: "button button--small", type: "button", "aria-label": say("ring.close")}, "×")
  const notice = el("div", {class: "notice notice--over ring", "data-rings": number}, el("p", {}, words, " ", el("a", {href: n === 1 ? to : "/admin"}, say("ring.look"))), close)
  close.addEventListener("click", () => {
    notice.remove()
    document.title = title
  })
  document.querySelector("main").append(notice)
  if (document.visibilityState === "visible" && document.hasFocus()) return
  if (!("Notification" in self) || Notification.permission !== "granted") return
  try {
    const shown = new Notification(words, {tag: "pulperia-order-" + number}) // one for all pages that are open
    shown.onclick = () => {
      focus()
      location.assign(to)
    }
  } catch { /* some phones show none from a page */ }
}

/** askForNotices offers to show notices outside of the page, where the browser can and has not been told yet. */
function askForNotices() {
  const ask = /** @type {HTMLElement | null} */ (document.querySelector("[data-ring-ask]"))
  if (!ask || !("Notification" in self) || Notification.permission !== "default") return
  ask.hidden = false
  ask.querySelector("button").addEventListener("click", async () => {
    await Notification.requestPermission()
    ask.hidden = true
  })
}

/** recallRung returns the highest number of which this tab has told, or a new one the others of its browser.
 * @type {() => number | null} */
function recallRung() {
  const rung = recall("rung") ?? recallOthers()
  return rung === null ? null : Number(rung)
}

function recallOthers() {
  try { return localStorage.getItem(key) } catch { return null }
}

/** @type {(number: number) => void} */
function rememberRung(number) {
  remember("rung", number)
  try { localStorage.setItem(key, String(Math.max(number, Number(recallOthers())))) } catch { /* this tab alone knows */ }
}
