// Buying: the sum goes with the way that is chosen, and the page of an order follows it.

import {Fresh} from "./fresh.js"

/** startCheckout has the sum follow the way in which the goods are to come. Without scripts each way says its own.
 * @type {(form: HTMLFormElement) => void} */
export function startCheckout(form) {
  const show = () => {
    const way = /** @type {HTMLInputElement | null} */ (form.querySelector("[name=delivery]:checked"))
    if (!way) return
    form.querySelector("span[data-fee]").textContent = way.closest("label").querySelector(".way__price span").textContent
    const total = form.querySelector("strong[data-total]")
    total.textContent = way.dataset.total
    total.classList.remove("is-open")
  }
  form.addEventListener("change", show)
  addEventListener("pageshow", show) // what a browser has kept of the form
}

/** startOrder has the page of an order follow it.
 * @type {(root: HTMLElement, live: import("./live.js").Live) => void} */
export function startOrder(root, live) {
  const fresh = new Fresh()
  live.on("change", ({kind, position}) => {
    if (kind === "order") fresh.since(position)
  })
}
