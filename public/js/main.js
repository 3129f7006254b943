// Every page begins here: which parts of it are live, and on which topics they listen. Without scripts all of it works
// as forms and links.

import {startActs} from "./acts.js"
import {shareCount, startCart} from "./cart.js"
import {startCatalogue} from "./catalogue.js"
import {startChat} from "./chat.js"
import {keepDraft, restoreDraft} from "./drafts.js"
import {el} from "./dom.js"
import {here} from "./fresh.js"
import {Live} from "./live.js"
import {startSign} from "./sign.js"
import {startTable} from "./table.js"
import {say} from "./voice.js"

const position = document.body.dataset.position ?? null
const chat = document.querySelector("[data-chat]")
const cart = document.querySelector("[data-cart]")
const table = document.querySelector("[data-table]")
const notice = document.querySelector("[data-new]")
const product = document.querySelector("[data-product]")

/** @type {string[]} */
const topics = []
if (chat?.dataset.user) topics.push("messages")
if (cart) topics.push("cart:" + cart.dataset.cart)
if (cart || table || notice || product) topics.push("products")

const live = new Live({since: position, topics, user: chat?.dataset.user})

if (chat) startChat(chat, live)
if (cart) startCart(cart, live)
if (table) startTable(live)
startCatalogue(live, notice)
startActs()
restoreDraft()
shareCount(position)

if (topics.length > 0) {
  startSign(live)
  live.on("stale", loadAfresh)
  live.start()
}

/** loadAfresh gets the page anew, with what was typed, when the shop cannot tell what was missed; once in a while, not for ever. */
function loadAfresh() {
  const last = "pulperia.loaded", now = Date.now()
  let before = now
  try {
    before = Number(sessionStorage.getItem(last))
    sessionStorage.setItem(last, String(now))
  } catch { /* then it is left to the visitor */ }
  if (now - before > 30_000) {
    setTimeout(() => { keepDraft(); location.replace(here()) }, Math.random() * 2_000) // others have to do the same
    return
  }
  document.querySelector("main").prepend(el("p", {class: "notice notice--over", role: "status"}, say("live.stale"), " ", el("a", {href: here()}, say("live.reload"))))
  live.fresh()
}
