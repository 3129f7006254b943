// The sign that says whether the page is live: whether there is a line, and whether the shop at its other end can reach what it
// keeps. A screen reader is told only when that changes for long enough to matter.

import {announce} from "./dom.js"
import {say} from "./voice.js"

const patience = 3_000 // ms

/** startSign shows the state of the line wherever the page has a place for it.
 * @type {(live: import("./live.js").Live) => void} */
export function startSign(live) {
  /** @type {Record<string, string>} */
  const words = {
    connected: say("live.connected"), connecting: say("live.connecting"), offline: say("live.offline"),
    limited: say("live.limited"), paused: say("live.paused"),
  }
  const lost = say("live.lost")
  const news = {connected: say("live.back"), connecting: lost, offline: lost, limited: say("live.crowd"), paused: say("live.held")}
  let told = news.connected
  let timer = 0
  const show = () => {
    const state = live.state === "connected" && !live.hasStore ? "paused" : live.state
    for (const sign of document.querySelectorAll("[data-connection]")) {
      sign.className = "connection connection--" + state
      sign.textContent = words[state]
    }
    clearTimeout(timer)
    if (news[state] === told) return
    timer = setTimeout(() => announce(told = news[state]), state === "connected" ? 0 : patience)
  }
  live.on("state", show)
  live.on("store", show)
  show()
}
