// What a browser keeps of a store names it: another store may answer at the same address one day, and what is of this one is neither shown
// there nor sent there. What pages of an older pulperia kept named none; the first store that asks for it gets it.

/** store is the one that this page is of, "" for one that has no identity yet. */
export const store = document.body.dataset.store ?? ""

/** @type {(what: string) => string} */
const keyOf = what => "pulperia." + what + (store && "." + store)

/** recall returns what this visit has kept; a browser may keep nothing.
 * @type {(what: string) => string | null} */
export function recall(what) {
  try { return sessionStorage.getItem(keyOf(what)) ?? sessionStorage.getItem("pulperia." + what) } catch { return null }
}

/** remember keeps something for as long as this visit, and says whether it is kept.
 * @type {(what: string, value: unknown) => boolean} */
export function remember(what, value) {
  try {
    sessionStorage.setItem(keyOf(what), String(value))
    if (store) sessionStorage.removeItem("pulperia." + what)
    return true
  } catch {
    return false
  }
}
