// Carts: the page of one follows it, and all pages show the count of the visitor's own.

import {Fresh} from "./fresh.js"
import {store} from "./kept.js"
import {isAfter} from "./live.js"
import {number} from "./voice.js"

/** startCart lets the page of a cart follow the cart, and the products in it.
 * @type {(root: HTMLElement, live: import("./live.js").Live) => void} */
export function startCart(root, live) {
  const fresh = new Fresh()
  live.on("change", ({kind, id, position}) => {
    const here = kind === "cart" && id === root.dataset.cart || kind === "product" && document.getElementById("p-" + id)
    if (here) fresh.since(position)
  })
}

/** tellCount shows how many things are in the visitor's cart as of a position; here, and once it is shared on his other pages.
 * @type {(count: number, position: string | undefined) => void} */
export let tellCount = count => {
  for (const badge of document.querySelectorAll("[data-count]")) badge.textContent = number(count)
}

/** shareCount has the pages of one browser agree on how many things are in its cart: the newest page is right.
 * @type {(position: string | null) => void} */
export function shareCount(position) {
  const badge = document.querySelector("[data-cart-count]")
  if (!badge || !position || !("BroadcastChannel" in window)) return
  /** @type {BroadcastChannel} */
  let channel
  let known = position
  const open = () => {
    channel = new BroadcastChannel("pulperia.cart")
    channel.onmessage = ({data}) => {
      if ((data.store ?? store) !== store || !isAfter(data.position, known)) return
      known = data.position
      badge.querySelector("[data-count]").textContent = data.count
    }
  }
  open()
  const show = tellCount
  tellCount = (count, at) => {
    show(count, at)
    if (!at || !isAfter(at, known)) return
    known = at
    channel.postMessage({store, position: at, count: badge.querySelector("[data-count]").textContent})
  }
  channel.postMessage({store, position, count: badge.querySelector("[data-count]").textContent})
  addEventListener("pagehide", () => channel.close()) // with a line to others, the page would not be kept for Back
  addEventListener("pageshow", event => event.persisted && open())
}
