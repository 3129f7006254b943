// Products on a page follow the shop: each element that shows something of one says what in data-show.

import {here} from "./drafts.js"
import {el, glow, put} from "./dom.js"
import {morph} from "./fresh.js"
import {amountOf, money, number, say} from "./voice.js"

const fewLeft = 5 // as in routes/pages/products.go
const gather = 300 // ms in which new products are gathered before the shop is asked which of them a filter shows
const highlighted = new Set(["price", "stock", "count", "units", "variantPrice", "variantStock"])

/** startCatalogue lets all products of the page follow, and tells of new ones in the notice, if there is one.
 * @type {(live: import("./live.js").Live, notice: HTMLElement | null) => void} */
export function startCatalogue(live, notice) {
  const added = new Set(), list = listOf(here())
  let timer = 0
  const look = async () => {
    timer = 0
    const shown = list === "/products" ? added : await shownOf(added, list)
    tell(notice, shown.size, list)
  }
  live.on("change", change => {
    if (change.kind !== "product") return
    const roots = document.querySelectorAll(`[data-product="${change.id}"]`)
    for (const root of roots) follow(root, change)
    if (!notice) return
    if (roots.length === 0 && isNew(change)) added.add(change.id)
    if (change.op === "delete") added.delete(change.id)
    timer ||= setTimeout(look, list === "/products" ? 0 : gather * (1 + Math.random()))
  })
}

/** isNew says whether a change is a product on sale that was not there before.
 * @type {(change: Change) => boolean} */
function isNew({op, rev, doc}) {
  return op === "put" && doc.status && (rev === 1 || doc.createdAt === doc.updatedAt)
}

/** listOf returns the address of what a page shows a part of, from its newest product on.
 * @type {(address: string) => string} */
function listOf(address) {
  const filter = new URLSearchParams(address.split("?")[1])
  for (const name of ["page", "after", "limit", "sort"]) filter.delete(name)
  return filter.size > 0 ? "/products?" + filter : "/products"
}

/** shownOf returns those of some products that a list shows; only the shop can tell what a search finds.
 * @type {(ids: Set<string>, list: string) => Promise<Set<string>>} */
async function shownOf(ids, list) {
  try {
    const answer = await fetch(list, {headers: {Accept: "text/html"}})
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    return new Set([...ids].filter(id => page.getElementById("p-" + id)))
  } catch {
    return new Set() // the next change asks again
  }
}

/** tell leads to where new products stand first, whatever this page begins with.
 * @type {(notice: HTMLElement, n: number, list: string) => void} */
function tell(notice, n, list) {
  notice.hidden = n === 0
  if (n === 0 || notice.dataset.n === String(n)) return
  notice.dataset.n = String(n)
  notice.setAttribute("role", "status")
  notice.replaceChildren(say("live.new", {n}), " ", el("a", {href: list}, say("live.show")))
}

/** follow shows a change of the product of an element, unless that shows it or a later one already.
 * @type {(root: HTMLElement, change: Change) => void} */
function follow(root, {rev, op, doc}) {
  if (rev <= Number(root.dataset.rev)) return
  root.dataset.rev = String(rev)
  root.classList.toggle("is-gone", op === "delete")
  if (op === "put" && root.matches(".product")) document.title = doc.title + document.title.slice(document.title.lastIndexOf(" · "))
  for (const element of root.querySelectorAll("[data-show]")) {
    const changed = op === "delete" ? showGone(element) : show(element, doc)
    if (changed && highlighted.has(element.dataset.show)) glow(element)
  }
}

/** show writes what an element shows of a product, and says whether it is something else than before.
 * @type {(element: HTMLElement & {href?: string}, doc: Product) => boolean} */
function show(element, doc) {
  const available = doc.status && doc.stock > 0, choices = doc.variants?.length ?? 0
  switch (element.dataset.show) {
    case "title": return put(element, doc.title)
    case "category": return put(element, doc.category)
    case "code": return put(element, doc.code)
    case "description": return showAbout(element, doc.description)
    case "compareAt": return showBefore(element, doc.compareAt)
    case "variants": asks(element, (doc.variants ?? []).map(one => one._id).join(" "), morph); return false
    case "variantPick": /** @type {HTMLInputElement} */ (element).disabled = leftOf(element, doc) <= 0; return false
    case "variantName": return put(element, Object.values(variantOf(element, doc)?.options ?? {}).join(" / ") || element.textContent)
    case "variantPrice": return put(element, money(amountOf(variantOf(element, doc)?.price ?? doc.price)))
    case "variantStock": return showStock(element, ...stockOf({...doc, stock: leftOf(element, doc)}))
    case "price": return put(element, money(amountOf(doc.price)))
    case "count": return put(element, number(doc.stock))
    case "units": return put(element, say("live.units", {n: doc.stock}))
    case "stock": return showStock(element, ...stockOf(doc))
    case "off": element.hidden = doc.status; return false
    case "buy": element.hidden = !available; return false
    case "add": element.hidden = !available || choices > 0; return false
    case "choose": element.hidden = !available || choices === 0; return false
    case "instead": element.hidden = available; return false
    case "categoryLink": element.href = "/products?" + new URLSearchParams({category: doc.category}); return false
    case "picture": return showPicture(/** @type {HTMLImageElement} */ (element), doc)
  }
}

/** The price before is there as long as there is one.
 * @type {(element: HTMLElement, price: number | undefined) => boolean} */
function showBefore(element, price) {
  element.hidden = !price
  return price ? put(element.querySelector("[data-before]"), money(amountOf(price))) : false
}

/** variantOf returns the variant that an element is about, if there still is one.
 * @type {(element: HTMLElement, doc: Product) => Variant | undefined} */
function variantOf(element, doc) {
  const id = /** @type {HTMLElement} */ (element.closest("[data-variant]")).dataset.variant
  return doc.variants?.find(one => one._id === id)
}

/** @type {(element: HTMLElement, doc: Product) => number} */
function leftOf(element, doc) {
  return doc.status ? variantOf(element, doc)?.stock ?? 0 : 0
}

/** A description that has changed is shown as it was written, until the shop has given it its form.
 * @type {(element: HTMLElement, text: string) => boolean} */
function showAbout(element, text) {
  if (!asks(element, text, takeAbout)) return false
  element.dataset.plain = ""
  return put(element, text)
}

/** @type {(element: HTMLElement, formed: HTMLElement) => void} */
function takeAbout(element, formed) {
  element.replaceChildren(...[...formed.childNodes].map(node => document.importNode(node, true)))
  delete element.dataset.plain
}

/** asks has an element take the form that the shop gives to something else than it shows, and says whether it is that.
 * @type {(element: HTMLElement, source: string, take: (element: HTMLElement, formed: HTMLElement) => void) => boolean} */
function asks(element, source, take) {
  if (element.dataset.source === source) return false
  element.dataset.source = source
  setTimeout(giveForm, gather * Math.random(), element, source, take) // not all who look at it at once
  return true
}

/** giveForm takes an element from the page as the shop has it now. Where that comes from a process that is behind
 * it is asked again, less and less often.
 * @type {(element: HTMLElement, source: string, take: (element: HTMLElement, formed: HTMLElement) => void, pause?: number) => Promise<void>} */
async function giveForm(element, source, take, pause = gather) {
  try {
    const answer = await fetch(here(), {headers: {Accept: "text/html"}})
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    const formed = /** @type {HTMLElement | null} */ (page.querySelector(`[data-show=${element.dataset.show}]`))
    if (element.dataset.source !== source) return
    if (formed && revOf(formed) < revOf(element)) setTimeout(giveForm, pause, element, source, take, 2 * pause)
    else if (formed?.dataset.source === source) take(element, formed)
    else delete element.dataset.source // the next change asks again
  } catch {
    if (element.dataset.source === source) delete element.dataset.source
  }
}

/** @type {(element: HTMLElement) => number} */
function revOf(element) {
  return Number(/** @type {HTMLElement} */ (element.closest("[data-product]")).dataset.rev)
}

/** showGone marks what an element shows of a product that was deleted.
 * @type {(element: HTMLElement) => boolean} */
function showGone(element) {
  switch (element.dataset.show) {
    case "stock": return showStock(element, "gone", say("live.gone"))
    case "buy": case "add": case "choose": element.hidden = true; return false
    case "instead": element.hidden = false; return false
  }
  return false
}

/** stockOf says how much is left, with the same words as the server.
 * @type {(doc: Product) => [state: string, words: string]} */
function stockOf(doc) {
  if (!doc.status) return ["off", say("stock.off")]
  if (doc.stock <= 0) return ["out", say("stock.out")]
  if (doc.stock <= fewLeft) return ["few", say("stock.few", {n: doc.stock})]
  return ["in", say("stock.in")]
}

/** @type {(element: HTMLElement, state: string, words: string) => boolean} */
function showStock(element, state, words) {
  element.className = "stock stock--" + state
  return put(element, words)
}

/** What a product has may be any text; the server shows the same ones (models.IsPicture).
 * @type {(text: string) => boolean} */
function isPicture(text) {
  return /^(\/(?!\/)|https?:\/\/[^/])[^\s\\"<>]*$/i.test(text)
}

/** A product without pictures keeps the drawing that the server chose.
 * @type {(image: HTMLImageElement, doc: Product) => boolean} */
function showPicture(image, doc) {
  if (!image.srcset) image.alt = doc.title // of a picture of the shop's own something may be said
  const picture = doc.thumbnails.find(isPicture)
  if (!picture || image.getAttribute("src") === picture) return false
  image.removeAttribute("srcset") // that of another picture
  image.src = picture
  return false
}
