// The chat. What the server has rendered stays; from there on it is live, and what one writes is shown before it is stored.

import {el} from "./dom.js"
import {Messages} from "./messages.js"
import {Outbox} from "./outbox.js"
import {People, Typing} from "./people.js"
import {Reader} from "./scroll.js"
import {handleOf, say} from "./voice.js"

const pageSize = 50

/** startChat makes the chat of a page live. On a page of the older history it only tells of new messages.
 * @type {(root: HTMLElement, live: import("./live.js").Live) => void} */
export function startChat(root, live) {
  const box = root.querySelector("#messages")
  const messages = new Messages(root, root.dataset.called)
  const reader = new Reader(box, root.querySelector("[data-down]"))
  loadOlder(root.querySelector("[data-older]"), box, messages, reader)
  /** @type {WriteForm} */
  const form = root.querySelector(".write")
  sendWithEnter(form)
  closeRoom(root.querySelector("[data-closed]"), form, live)
  if (root.dataset.user === "") return // who has not said who they are reads, and sends with the form
  new People(root.querySelector("[data-people]"), live)
  const newest = root.querySelector("[data-newest] a")
  newest ? tellOfNew(newest, live) : converse(root, live, {messages, reader, form})
}

/** converse shows what others write as it comes, and sends what the visitor writes.
 * @type {(root: HTMLElement, live: import("./live.js").Live, parts: {messages: Messages, reader: Reader, form: WriteForm}) => void} */
function converse(root, live, {messages, reader, form}) {
  const field = form.elements.message
  const typing = new Typing(root.querySelector("[data-typing]"), field, live, root.dataset.called)
  const outbox = new Outbox(live, (item, position) => {
    // What the shop had stored before this page was made does not come again.
    const shown = messages.has(item.id) || position && !live.isAhead(position)
    reader.steady(() => shown ? messages.forget(item.id) : show(item))
  })

  /** @type {(item: Item) => HTMLElement} */
  const show = item => messages.pend(item, describe(item, live, {
    retry() {
      messages.forget(item.id)
      show(outbox.retry(item))
    },
    edit() {
      messages.forget(item.id)
      outbox.drop(item.id)
      field.value = field.value === "" ? item.message : field.value + "\n" + item.message
      field.focus()
    },
    discard() {
      messages.forget(item.id)
      outbox.drop(item.id)
      field.focus()
    },
  }))

  if (outbox.elsewhere > 0) tellOfElsewhere(root.querySelector("[data-unsent]"), outbox, show)
  for (const item of outbox.items) messages.has(item.id) ? outbox.drop(item.id) : show(item)
  live.on("state", () => outbox.items.forEach(show))
  live.on("change", ({kind, op, id, doc}) => {
    if (kind !== "message") return
    if (op === "delete") return reader.steady(() => messages.remove(id))
    outbox.drop(id)
    typing.end(handleOf(doc))
    if (messages.has(id)) return
    messages.isOwn(doc) ? reader.steady(() => messages.add(doc)) : reader.grow(() => messages.add(doc))
  })
  form.addEventListener("submit", event => {
    const changes = event.submitter?.hasAttribute("formaction") || form.elements.user.value.trim() !== root.dataset.user
    if (changes) {
      refuseChange(event, form, live)
      return // the form goes its way: the answer is a page for the new address
    }
    event.preventDefault()
    const text = field.value.trim()
    if (text === "") return
    reader.forget()
    show(outbox.add(root.dataset.user, text))
    reader.toEnd()
    field.value = ""
    field.focus()
    typing.sent()
  })
}

/** closeRoom says when the merchant switches the room off, and on again. What was typed stays.
 * @type {(notice: HTMLElement, form: WriteForm, live: import("./live.js").Live) => void} */
function closeRoom(notice, form, live) {
  live.on("change", ({kind, op, doc}) => {
    if (kind !== "setting") return
    const closed = op === "put" && doc.roomClosed
    notice.hidden = !closed
    form.hidden = closed
  })
}

/** tellOfElsewhere says that messages wait which were written in another store, and lets the visitor say what becomes of them.
 * @type {(list: HTMLElement, outbox: Outbox, show: (item: Item) => void) => void} */
function tellOfElsewhere(list, outbox, show) {
  const note = el("li", {class: "notice", "data-elsewhere": true}, say("talk.elsewhere", {n: outbox.elsewhere}), " ", el("span", {class: "bubble__acts"},
    button(say("live.show"), () => { note.remove(); outbox.bring(true).forEach(show) }), " ",
    button(say("talk.discard"), () => { note.remove(); outbox.bring(false) })))
  list.prepend(note)
}

/** @type {(text: string, act: () => void) => HTMLElement} */
function button(text, act) {
  const made = el("button", {class: "bubble__act", type: "button"}, text)
  made.addEventListener("click", act)
  return made
}

/** refuseChange keeps the page, and all that waits on it, when the answer to the form could not come.
 * @type {(event: Event, form: WriteForm, live: import("./live.js").Live) => void} */
function refuseChange(event, form, live) {
  if (live.state !== "offline") return
  event.preventDefault()
  /** @type {HTMLDetailsElement} */
  const who = form.querySelector(".write__who")
  who.open = true
  document.getElementById("user-problem").textContent = say("talk.noChange")
}

/** describe returns what stands below a message that is not stored yet: how it fares, and what can be done.
 * @type {(item: Item, live: import("./live.js").Live, acts: Record<"retry" | "edit" | "discard", () => void>) => (Node | string)[]} */
function describe(item, live, {retry, edit, discard}) {
  if (item.state === "stored") return [say("talk.stored")]
  if (item.state === "asked") {
    return [say("talk.asked"), " ", el("span", {class: "bubble__acts"}, button(say("talk.now"), retry), " ", button(say("talk.discard"), discard))]
  }
  if (item.state === "failed") {
    const invalid = item.why === "invalid"
    return [invalid ? say("talk.invalid") : item.why === "not_allowed" ? say("talk.closed") : say("talk.failed"), " ", el("span", {class: "bubble__acts"},
      invalid ? button(say("talk.edit"), edit) : button(say("talk.retry"), retry), " ", button(say("talk.discard"), discard))]
  }
  if (live.state === "limited") return [say("talk.crowd")]
  if (live.state !== "connected" || item.why === "unreachable") return [say(item.unkept ? "talk.unkept" : "talk.waiting")]
  if (!item.wait) return [say("talk.sending")]
  return [item.why === "too_many_requests" ? say("talk.paced", {n: item.wait}) : say("talk.later", {n: item.wait})]
}

/** tellOfNew counts what is written while one reads the older history.
 * @type {(link: HTMLElement, live: import("./live.js").Live) => void} */
function tellOfNew(link, live) {
  let n = 0
  live.on("change", ({kind, op}) => {
    if (kind === "message" && op === "put") link.textContent = say("talk.down", {n: ++n}) + " ↓"
  })
}

/** sendWithEnter sends with Enter; Shift-Enter breaks the line, and an Enter that only ends the typing of a character does not send.
 * @type {(form: WriteForm) => void} */
function sendWithEnter(form) {
  const field = form.elements.message
  field.enterKeyHint = "send"
  field.rows = 1
  field.addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return
    event.preventDefault()
    form.requestSubmit(form.querySelector(".write__line [type=submit]"))
  })
}

/** loadOlder puts older messages before the others as soon as one scrolls near them.
 * @type {(link: HTMLAnchorElement | null, box: HTMLElement, messages: Messages, reader: Reader) => void} */
function loadOlder(link, box, messages, reader) {
  if (!link) return
  /** @type {Promise<void> | null} */
  let loading = null
  const load = async () => {
    let answer
    for (const id of messages.ids.slice(0, pageSize)) { // another program may have removed some of them
      answer = await fetch("/api/messages?limit=" + (pageSize + 1) + "&before=" + id)
      if (answer.status !== 404) break
    }
    if (!answer.ok) throw new Error(answer.statusText)
    const {payload} = await answer.json()
    const more = payload.length > pageSize
    reader.steady(() => {
      messages.addOlder(more ? payload.slice(1) : payload)
      more ? link.href = "/chat?before=" + messages.ids.slice(0, pageSize) : link.parentElement.remove()
    })
    near.unobserve(link)
    if (more) near.observe(link) // it may still be near
  }
  const once = () => loading ??= load().finally(() => loading = null)
  const near = new IntersectionObserver(entries => {
    if (entries.at(-1).isIntersecting) once().catch(() => {}) // the link still leads there
  }, {root: box, rootMargin: "400px 0px 0px"})
  near.observe(link)
  link.addEventListener("click", event => {
    event.preventDefault()
    once().catch(() => location.assign(link.href))
  })
}
