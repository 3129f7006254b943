// What was typed into a page stays when the page has to be loaded again.

const key = "pulperia.draft"

/** keepDraft notes what the visitor has typed on this page and not sent. */
export function keepDraft() {
  const fields = []
  for (const form of /** @type {NodeListOf<TypedForm>} */ (document.querySelectorAll("main form"))) {
    const refused = form.querySelector("[aria-invalid]") !== null // then all of it was typed, and the page brought it back
    for (const field of form.elements) {
      const typed = field.type === "checkbox" ? field.checked !== field.defaultChecked : "defaultValue" in field && field.value !== field.defaultValue
      if (field.name && field.type !== "hidden" && (typed || refused)) {
        fields.push({action: form.getAttribute("action"), name: field.name, value: field.value, checked: field.checked})
      }
    }
  }
  try { sessionStorage.setItem(key, JSON.stringify(fields)) } catch { /* then it is lost */ }
}

/** restoreDraft puts it back, once. */
export function restoreDraft() {
  let fields = []
  try {
    fields = JSON.parse(sessionStorage.getItem(key) ?? "[]")
    sessionStorage.removeItem(key)
  } catch { /* there is none */ }
  for (const {action, name, value, checked} of fields) {
    /** @type {TypedForm} */
    const form = document.querySelector(`main form[action="${CSS.escape(action)}"]`)
    /** @type {HTMLInputElement} */
    const field = form?.elements[name]
    if (!field) continue
    if (field.type === "checkbox") field.checked = checked
    else field.value = value
  }
}
