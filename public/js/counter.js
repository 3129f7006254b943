// The merchant's pages: rows of products follow what others do, and doors lead from one page to the next.

import {Fresh} from "./fresh.js"

/** startCounter lets the rows of products be changed where they stand, and follow what others do.
 * @type {(live: import("./live.js").Live) => void} */
export function startCounter(live) {
  const fresh = new Fresh()
  live.on("change", ({kind, position}) => kind === "product" && fresh.since(position))
}

/** startDoors brings the door of this page into sight, and lets what is shown once be taken as a whole. */
export function startDoors() {
  document.querySelector(".counter__door[aria-current]")?.scrollIntoView({block: "nearest", inline: "center", behavior: "instant"})
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-copy]"))) {
    input.addEventListener("focus", () => input.select())
  }
}
