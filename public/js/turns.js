// The pages of one browser take turns at what only one of them may do at a time. Where the browser has locks, it sees to that. On a plain
// address, as in a shop's own network, it has none for scripts: there the pages agree by a lease in what they share, which its holder
// says again and again, and which is free when it was not said for a while. Nobody compares clocks: each page sees for itself how long.

import {now} from "./clock.js"

const turns = "pulperia.stream"
const wish = turns + ".wanted" // what somebody who waits says, another one each time
const beat = 1_000 // ms between two words of a holder; a page in the background hears its timers no more often
const dead = 4_000 // ms without a word after which a lease is free
const settling = 150 // ms in which several pages that have taken a free lease at once learn who was last: that one has it

/**
 * inTurn does something as soon as no other page of this browser does it. What is done is given a way to ask whether another page waits.
 * @type {(signal: AbortSignal, act: (othersWait: () => Promise<boolean>) => Promise<boolean>) => Promise<boolean>}
 */
export function inTurn(signal, act) {
  if ("locks" in navigator) return navigator.locks.request(turns, {signal}, () => act(othersPend))
  return canShare() ? leased(signal, act) : act(async () => false)
}

async function othersPend() {
  return (await navigator.locks.query()).pending.some(lock => lock.name === turns)
}

/** canShare says whether the pages share anything: a browser that keeps nothing leaves each page to itself. */
function canShare() {
  try { localStorage.setItem(wish, ""); return true } catch { return false }
}

let yielded = false // the last turn of this page ended because another one waited

/** @type {(signal: AbortSignal, act: (othersWait: () => Promise<boolean>) => Promise<boolean>) => Promise<boolean>} */
async function leased(signal, act) {
  if (yielded) await wait(dead, signal) // until the other one has it
  yielded = false
  const me = Math.random().toString(36).slice(2)
  const isMine = () => localStorage.getItem(turns)?.split(" ")[0] === me
  const say = () => localStorage.setItem(turns, me + " " + now())
  let beats = 0
  try {
    await take(signal, me, say, isMine)
    beats = setInterval(() => isMine() && say(), beat)
    const before = localStorage.getItem(wish)
    return await act(async () => yielded = !isMine() || localStorage.getItem(wish) !== before)
  } finally {
    clearInterval(beats)
    if (isMine()) localStorage.removeItem(turns)
  }
}

/** take waits for the lease to be free and takes it. Of several pages that do so at once the last one has it, so who has missed it more
 * often is later.
 * @type {(signal: AbortSignal, me: string, say: () => void, isMine: () => boolean) => Promise<void>} */
async function take(signal, me, say, isMine) {
  for (let missed = 0; ; missed++) {
    let held = localStorage.getItem(turns), heldSince = now()
    while (held !== null && now() - heldSince < dead) {
      localStorage.setItem(wish, me + " " + now())
      await wait(beat, signal)
      const is = localStorage.getItem(turns)
      if (is !== held) [held, heldSince] = [is, now()]
    }
    await wait(Math.min(10 * missed, settling / 2), signal, false)
    say()
    await wait(settling, signal, false)
    if (isMine()) return
  }
}

/** wait is over after so many ms, or as soon as another page has said something of the lease; it fails when the signal comes.
 * @type {(ms: number, signal: AbortSignal, listens?: boolean) => Promise<void>} */
function wait(ms, signal, listens = true) {
  const over = new AbortController(), until = {signal: over.signal}
  /** @type {Promise<void>} */
  const waits = new Promise((done, gone) => {
    if (signal.aborted) gone(signal.reason)
    signal.addEventListener("abort", () => gone(signal.reason), until)
    addEventListener("storage", ({key}) => { if (listens && key === turns) done() }, until)
    setTimeout(done, ms)
  })
  return waits.finally(() => over.abort())
}
