// The two ways to the shop. Both say hello, hand over what they hear, and tell once how they ended. Why one did not open a browser does
// not tell a script; the shop does when it is asked.

import {inTurn} from "./turns.js"

export const welcomeTimeout = 10_000 // ms from an attempt to welcome

/**
 * openSocket opens a WebSocket.
 * @param {Hello} hello the first frame
 * @param {(frame: any) => void} heard is called with each frame
 * @param {(reason: string) => void} ended is called once with the reason, "" for a line that broke; not after close
 * @returns {Line}
 */
export function openSocket(hello, heard, ended) {
  const url = new URL("/ws", location.href)
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
  const line = new WebSocket(url)
  line.onopen = () => line.send(JSON.stringify(hello))
  line.onmessage = event => heard(JSON.parse(event.data))
  line.onclose = event => ended(event.reason)
  return {
    send: frame => line.readyState === WebSocket.OPEN && (line.send(JSON.stringify(frame)), true),
    close() {
      line.onopen = line.onmessage = line.onclose = null
      line.close()
    },
  }
}

/** openStream opens Server-Sent Events: the same frames, but one can only listen. A browser has six connections for a shop, and its pages
 * need them for other things: they have one line among them, which each gets in turn, and goes on where it was.
 * @type {(hello: Hello, heard: (frame: any) => void, ended: (reason: string) => void) => Line} */
export function openStream(hello, heard, ended) {
  const closed = new AbortController()
  let since = hello.since
  /** @type {(frame: any) => void} */
  const hear = frame => {
    since = frame.type === "welcome" ? since ?? frame.position : frame.position ?? since
    heard(frame)
  }
  const take = async () => {
    for (let more = true; more && !closed.signal.aborted;) {
      more = await inTurn(closed.signal, othersWait => stream({...hello, since}, hear, closed.signal, othersWait))
    }
    if (!closed.signal.aborted) ended("")
  }
  take().catch(() => {}) // closed while it waited
  return {send: () => false, close: () => closed.abort()}
}

const turn = 1_500 // ms after which a page lets another one listen that waits

/** stream listens until another page waits, and returns true then; false when the line breaks or is closed.
 * @type {(hello: Hello, heard: (frame: any) => void, closed: AbortSignal, othersWait: () => Promise<boolean>) => Promise<boolean>} */
function stream(hello, heard, closed, othersWait) {
  const url = new URL("/events", location.href)
  if (hello.since) url.searchParams.set("since", hello.since)
  if (hello.user) url.searchParams.set("user", hello.user)
  url.searchParams.set("topics", hello.topics.join(","))
  const line = new EventSource(url)
  return new Promise(done => {
    /** @type {(more: boolean) => void} */
    const end = more => {
      clearTimeout(late)
      clearInterval(yielding)
      line.close() // an EventSource would come back by itself, but not with the pauses that were agreed upon
      done(more)
    }
    const late = setTimeout(end, welcomeTimeout, false)
    const yielding = setInterval(async () => await othersWait() && end(true), turn)
    for (const type of ["welcome", "change", "position", "presence", "typing", "store", "bye"]) {
      line.addEventListener(type, event => {
        clearTimeout(late)
        if (line.readyState !== EventSource.CLOSED) heard(JSON.parse(event.data))
      })
    }
    line.onerror = () => end(false)
    closed.addEventListener("abort", () => end(false))
  })
}

/** retryAfter returns for how many ms an answer asks to be left alone.
 * @type {(answer: Response) => number} */
export function retryAfter(answer) {
  return Number(answer.headers.get("Retry-After")) * 1000 || 0
}

/** limitedFor asks the shop whether a limit is why no line opens, and returns for how many ms; 0 when it is not, when nobody answers,
 * and when the question is taken back.
 * @type {(asking: AbortController) => Promise<number>} */
export async function limitedFor(asking) {
  const late = setTimeout(() => asking.abort(), welcomeTimeout)
  try {
    const answer = await fetch("/ws", {cache: "no-store", signal: asking.signal})
    return answer.status === 429 ? retryAfter(answer) : 0
  } catch {
    return 0
  } finally {
    clearTimeout(late)
  }
}
