// The sign that says whether the page is live. A screen reader is told only when that changes for long enough to matter.

import {announce} from "./dom.js"
import {say} from "./voice.js"

const patience = 3_000 // ms

/** startSign shows the state of the line wherever the page has a place for it. */
export function startSign(live) {
  const words = {connected: say("live.connected"), connecting: say("live.connecting"), offline: say("live.offline")}
  let told = true // that it is connected
  let timer = 0
  const show = state => {
    for (const sign of document.querySelectorAll("[data-connection]")) {
      sign.className = "connection connection--" + state
      sign.textContent = words[state]
    }
    clearTimeout(timer)
    const connected = state === "connected"
    if (connected === told) return
    timer = setTimeout(() => {
      told = connected
      announce(say(connected ? "live.back" : "live.lost"))
    }, connected ? 0 : patience)
  }
  live.on("state", show)
  show(live.state)
}
