// The table of the catalogue: rows follow their products at once, and the list is made anew when one comes or goes.

import {Fresh} from "./fresh.js"

/** startTable lets the table follow what is added and deleted anywhere.
 * @type {(live: import("./live.js").Live) => void} */
export function startTable(live) {
  const fresh = new Fresh()
  live.on("change", ({kind, op, id, position}) => {
    if (kind !== "product") return
    const row = document.getElementById("p-" + id)
    if (row && op === "delete") row.inert = true // it stays in its place as long as a hand is on the table
    if (op === "delete" || !row) fresh.since(position)
  })
}
