// Every page begins here: which parts of it are live, and on which topics they listen. Without scripts all of it works
// as forms and links.

import {startActs} from "./acts.js"
import {startBuying} from "./buying.js"
import {shareCount, startCart} from "./cart.js"
import {startCatalogue} from "./catalogue.js"
import {startChat} from "./chat.js"
import {ageOf} from "./clock.js"
import {startCounter, startDoors} from "./counter.js"
import {here, loadAnew, restoreDraft} from "./drafts.js"
import {el} from "./dom.js"
import {Fresh} from "./fresh.js"
import {recall, remember} from "./kept.js"
import {Live} from "./live.js"
import {startCheckout, startOrder} from "./order.js"
import {startOrders, startPapers, startScanner} from "./orders.js"
import {startPhotos} from "./photos.js"
import {startRing} from "./ring.js"
import {startSaving} from "./saving.js"
import {startSign} from "./sign.js"
import {startTable} from "./table.js"
import {say} from "./voice.js"

const position = document.body.dataset.position ?? null
const chat = document.querySelector("[data-chat]")
const cart = document.querySelector("[data-cart]")
const table = document.querySelector("[data-table]")
const notice = document.querySelector("[data-new]")
const counter = document.querySelector("[data-counter]")
const product = document.querySelector("[data-product]")
const order = document.querySelector("[data-order]")
const checkout = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-checkout]"))
const orders = /** @type {HTMLElement | null} */ (document.querySelector("[data-orders]"))
const bell = /** @type {HTMLElement | null} */ (document.querySelector("[data-ring]"))
const photos = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-photos]"))

/** @type {string[]} */
const topics = []
if (chat?.dataset.user) topics.push("messages")
if (cart) topics.push("cart:" + cart.dataset.cart)
if (order) topics.push("order:" + order.dataset.order)
if (cart || table || counter || notice || product) topics.push("products")
if (bell) topics.push("orders")
if (topics.length > 0 || chat) topics.push("settings")

const live = new Live({since: position, topics, user: chat?.dataset.user})

if (chat) startChat(chat, live)
if (cart) startCart(cart, live)
if (table) startTable(live)
if (counter) startCounter(live)
if (counter || cart) startSaving()
if (order) startOrder(order, live)
if (checkout) startCheckout(checkout)
if (orders && bell) startOrders(orders, live)
if (bell) startRing(bell, live)
startPapers()
startScanner()
if (photos) startPhotos(photos)
startDoors()
startCatalogue(live, notice)
startBuying()
startActs()
if (!navigator.cookieEnabled && !document.querySelector("[data-forgetful]")) document.querySelector("main").append(el("p", {class: "notice notice--over", role: "status"}, say("live.noCookies")))
restoreDraft()
shareCount(position)
addEventListener("pageshow", event => {
  const [{type}] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"))
  if (position && (event.persisted || type === "back_forward")) new Fresh().since(position) // out of a cache that nobody has asked about
})

if (topics.length > 0) {
  startSign(live)
  live.on("stale", loadAfresh)
  live.on("change", ({kind, doc}) => {
    if (kind !== "setting" || chat && doc?.roomClosed) return // there is no page of a room that is closed, and what waits on this one stays
    setTimeout(loadAnew, Math.random() * 1_000) // names and prices are on all of the page
  })
  live.start()
}

/** loadAfresh gets the page anew, with what was typed, when the shop cannot tell what was missed; once in a while, not for ever. */
function loadAfresh() {
  const before = Number(recall("loaded"))
  if (remember("loaded", Date.now()) && ageOf(before) > 30_000) { // else it is left to the visitor
    setTimeout(loadAnew, Math.random() * 2_000) // others have to do the same
    return
  }
  document.querySelector("main").prepend(el("p", {class: "notice notice--over", role: "status"}, say("live.stale"), " ", el("a", {href: here()}, say("live.reload"))))
  live.fresh()
}
