// What was typed into a page stays when the page has to be loaded again, be it that an error page comes between.

import {now} from "./clock.js"
import {recall, remember} from "./kept.js"

const patience = 10_000 // ms in which the answer to what the visitor has sent may come; a download leaves the page where it is

let leftAt = -Infinity // when the visitor last sent a form or went elsewhere
addEventListener("submit", event => event.defaultPrevented || (leftAt = now()))
addEventListener("beforeunload", () => leftAt = now())
addEventListener("pageshow", () => leftAt = -Infinity)

/** here is the address of this page, even where it is the answer to a form.
 * @type {() => string} */
export function here() {
  return /** @type {HTMLInputElement} */ (document.querySelector(".language [name=to]"))?.value ?? location.pathname + location.search
}

/** loadAnew gets the page anew, with what the visitor has typed on it and not sent. Where another page is on its way it comes first:
 * an answer to a form says what has become of it. */
export function loadAnew() {
  const wait = leftAt + patience - now()
  if (wait > 0) {
    setTimeout(loadAnew, wait)
    return
  }
  const fields = read().filter(({action}) => !formOf(action))
  for (const form of /** @type {NodeListOf<TypedForm>} */ (document.querySelectorAll("main form"))) {
    const refused = form.querySelector("[aria-invalid]") !== null // then all of it was typed, and the page brought it back
    for (const field of form.elements) {
      const typed = field.type === "checkbox" ? field.checked !== field.defaultChecked : "defaultValue" in field && field.value !== field.defaultValue
      if (field.name && field.type !== "hidden" && (typed || refused)) {
        fields.push({action: form.getAttribute("action"), name: field.name, value: field.value, checked: field.checked})
      }
    }
  }
  write(fields)
  location.replace(here())
}

/** restoreDraft puts back, once, what belongs on this page. The rest waits for its page. */
export function restoreDraft() {
  const fields = read()
  if (fields.length > 0) write(fields.filter(({action}) => !formOf(action)))
  for (const {action, name, value, checked} of fields) {
    /** @type {HTMLInputElement} */
    const field = formOf(action)?.elements[name]
    if (!field) continue
    if (field.type === "checkbox") field.checked = checked
    else field.value = value
  }
}

/** @type {(action: string) => TypedForm | null} */
const formOf = action => document.querySelector(`main form[action="${CSS.escape(action)}"]`)

/** @type {() => {action: string, name: string, value: string, checked: boolean}[]} */
const read = () => JSON.parse(recall("draft") ?? "[]")

/** Where nothing can be kept it is lost.
 * @type {(fields: object[]) => unknown} */
const write = fields => remember("draft", JSON.stringify(fields))
