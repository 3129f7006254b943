// The two ways to the shop. Both say hello, hand over what they hear, and tell once how they ended. Why one did not open a browser does
// not tell a script; the shop does when it is asked.

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

/** openStream opens Server-Sent Events: the same frames, but one can only listen.
 * @type {(hello: Hello, heard: (frame: any) => void, ended: (reason: string) => void) => Line} */
export function openStream(hello, heard, ended) {
  const url = new URL("/events", location.href)
  if (hello.since) url.searchParams.set("since", hello.since)
  if (hello.user) url.searchParams.set("user", hello.user)
  url.searchParams.set("topics", hello.topics.join(","))
  const line = new EventSource(url)
  let open = true
  for (const type of ["welcome", "change", "position", "presence", "typing", "store", "bye"]) {
    line.addEventListener(type, event => open && heard(JSON.parse(event.data)))
  }
  line.onerror = () => { // it would come back by itself, but not with the pauses that were agreed upon
    line.close()
    ended("")
  }
  return {
    send: () => false,
    close() {
      open = false
      line.onerror = null
      line.close()
    },
  }
}

/** retryAfter returns for how many ms an answer asks to be left alone.
 * @type {(answer: Response) => number} */
export function retryAfter(answer) {
  return Number(answer.headers.get("Retry-After")) * 1000 || 0
}

/** limitedFor asks the shop whether a limit is why no line opens, and returns for how many ms; 0 when it is not. */
export async function limitedFor() {
  try {
    const answer = await fetch("/ws", {cache: "no-store"})
    return answer.status === 429 ? retryAfter(answer) : 0
  } catch {
    return 0
  }
}
