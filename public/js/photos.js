// The pictures of a product: photographs are made smaller and sent as soon as they are chosen, one after the other, and are put in order
// by hand. Without scripts the form brings the files itself, and places are numbers.

import {announce, el, put} from "./dom.js"
import {say} from "./voice.js"

const widest = 2560 // pixels that are sent: twice as many as the shop shows
const small = 1_500_000 // bytes that are sent as they are
const mostPixels = 16_000_000 // of a picture that is no photograph the shop takes no more
const types = ["image/jpeg", "image/png", "image/webp", "image/gif"]

/** startPhotos lets pictures be sent, moved and taken out.
 * @type {(form: HTMLFormElement) => void} */
export function startPhotos(form) {
  const list = /** @type {HTMLElement} */ (form.querySelector("[data-photos-list]"))
  const input = /** @type {HTMLInputElement} */ (form.querySelector("[type=file]"))
  const zone = /** @type {HTMLElement} */ (form.querySelector("[data-photos-drop]"))
  for (const row of rowsOf(list)) arm(row, list)
  number(list)
  let line = Promise.resolve() // one after the other: the shop makes large ones one by one, too
  /** @type {(files: FileList | null | undefined) => void} */
  const take = files => {
    for (const file of files ?? []) line = line.then(() => send(file, form, list))
  }
  input.addEventListener("change", () => {
    take(input.files)
    input.value = "" // the form does not bring them once more
  })
  for (const type of ["dragover", "dragleave", "drop"]) {
    zone.addEventListener(type, event => {
      event.preventDefault()
      zone.classList.toggle("is-over", type === "dragover")
      if (type === "drop") take(/** @type {DragEvent} */ (event).dataTransfer?.files)
    })
  }
}

/** @type {(list: HTMLElement) => HTMLElement[]} */
const rowsOf = list => [...list.querySelectorAll("[data-photo]")]

/** arm gives a row its buttons, and tells when its picture does not load.
 * @type {(row: HTMLElement, list: HTMLElement) => void} */
function arm(row, list) {
  const image = /** @type {HTMLImageElement} */ (row.querySelector("img")), lost = /** @type {HTMLElement} */ (row.querySelector("[data-photo-lost]"))
  const tell = () => lost.hidden = false
  image.addEventListener("error", tell)
  if (image.complete && image.naturalWidth === 0 && image.currentSrc !== "") tell()
  /** @type {(sign: string, by: number) => HTMLElement} */
  const button = (sign, by) => {
    const made = el("button", {class: "button step", type: "button", "data-move": by}, el("span", {"aria-hidden": "true"}, sign), el("span", {class: "hidden"}))
    made.addEventListener("click", () => move(row, by, list, made))
    return made
  }
  row.querySelector(".photo__acts").prepend(button("↑", -1), button("↓", 1))
}

/** move puts a row one place up or down, and keeps the focus on what moved it.
 * @type {(row: HTMLElement, by: number, list: HTMLElement, button: HTMLElement) => void} */
function move(row, by, list, button) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling
  if (!other) return
  if (by < 0) other.before(row)
  else other.after(row)
  number(list)
  button.focus()
  announce(say("pictures.moved", {at: rowsOf(list).indexOf(row) + 1}) + ". " + say("pictures.left"))
}

/** number writes each row's place where the shop and a reader find it.
 * @type {(list: HTMLElement) => void} */
function number(list) {
  for (const [i, row] of rowsOf(list).entries()) {
    const at = i + 1
    const place = /** @type {HTMLInputElement} */ (row.querySelector("[name=place]"))
    place.value = String(at)
    place.previousSibling.textContent = say("pictures.place", {at})
    const label = row.querySelector(".photo__label") // of a picture elsewhere nothing is said
    if (label) label.firstChild.textContent = say("pictures.alt", {at})
    put(row.querySelector(".photo__drop span"), say("pictures.drop", {at}))
    put(row.querySelector("[data-move='-1'] .hidden"), say("pictures.up", {at}))
    put(row.querySelector("[data-move='1'] .hidden"), say("pictures.down", {at}))
  }
}

/** send brings a file into the shop, and its picture into the list.
 * @type {(file: File, form: HTMLFormElement, list: HTMLElement) => Promise<void>} */
async function send(file, form, list) {
  const said = el("p")
  form.querySelector("[data-photos-progress]").append(said)
  const name = file.name
  try {
    if (!types.includes(file.type)) {
      put(said, say("pictures.unknown", {name}))
      return
    }
    /** @type {(body: Blob) => ReturnType<typeof upload>} */
    const bring = body => upload(body, name, percent => put(said, say("pictures.sending", {name, percent})))
    const body = await smaller(file, small)
    let answer = await bring(body)
    if (answer.status === 413 && body === file) answer = await bring(await smaller(file, 0)) // few bytes, but many pixels
    const {status, src} = answer
    const why = {413: "pictures.large", 415: "pictures.unknown", 400: "pictures.broken"}[status]
    if (src) list.append(rowOf(src, list))
    put(said, say(src ? "pictures.sent" : why ?? "pictures.failed", {name}))
  } catch {
    put(said, say("pictures.failed", {name}))
  }
}

/** rowOf is the row of a picture that has just come; of one that is there already it is that one.
 * @type {(src: string, list: HTMLElement) => HTMLElement} */
function rowOf(src, list) {
  const there = rowsOf(list).find(row => /** @type {HTMLInputElement} */ (row.querySelector("[name=picture]")).value === src)
  if (there) return there
  const row = el("li", {class: "photo", "data-photo": true},
    el("div", {class: "picture photo__picture"}, el("img", {src, alt: "", width: 400, height: 300})),
    el("div", {class: "photo__said"},
      el("input", {type: "hidden", name: "picture", value: src}),
      el("p", {class: "photo__lost", "data-photo-lost": true, hidden: true}, say("pictures.gone")),
      el("label", {class: "photo__label"}, "?", el("input", {name: "alt", maxlength: 300, autocomplete: "off"})),
      el("div", {class: "photo__acts"},
        el("label", {class: "photo__place"}, "?", el("input", {name: "place", inputmode: "numeric", maxlength: 3})),
        el("label", {class: "check photo__drop"}, el("input", {type: "checkbox", name: "drop", value: src}), " ", el("span")))))
  list.append(row)
  arm(row, list)
  number(list)
  return row
}

/** upload sends a picture, and tells how much of it has gone.
 * @type {(body: Blob, name: string, tell: (percent: number) => void) => Promise<{status: number, src?: string}>} */
function upload(body, name, tell) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest(), data = new FormData() // fetch does not say how much has gone
    data.append("file", body, name)
    request.open("POST", "/api/images")
    request.responseType = "json"
    request.upload.addEventListener("progress", ({loaded, total}) => tell(Math.floor(100 * loaded / Math.max(1, total))))
    request.addEventListener("load", () => done({status: request.status, src: request.response?.payload?.src}))
    request.addEventListener("error", failed)
    request.send(data)
  })
}

/** smaller draws a photograph of more than so many bytes as large as the shop has use for. What is none is drawn only when the shop
 * has found it too large (most is 0), and stays one that may be transparent.
 * @type {(file: File, most: number) => Promise<Blob>} */
async function smaller(file, most) {
  const isPhoto = file.type === "image/jpeg"
  if (!isPhoto && most > 0 || file.size <= most) return file
  try {
    const photo = await createImageBitmap(file) // the right way up
    const by = Math.min(1, widest / photo.width, Math.sqrt(mostPixels / photo.width / photo.height))
    const canvas = el("canvas", {width: Math.round(photo.width * by), height: Math.round(photo.height * by)})
    const drawn = /** @type {HTMLCanvasElement} */ (canvas)
    drawn.getContext("2d").drawImage(photo, 0, 0, drawn.width, drawn.height)
    photo.close()
    const made = await new Promise(done => drawn.toBlob(done, isPhoto ? "image/jpeg" : "image/png", 0.88))
    return made && (most === 0 || made.size < file.size) ? made : file
  } catch {
    return file // the shop says what is wrong with it
  }
}
