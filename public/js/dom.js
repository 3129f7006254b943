// Making elements. Text is always text: nothing here reads HTML.

/** el makes an element with attributes and children. A child that is no node is text; null is left out.
 * @type {(name: string, attributes?: Record<string, unknown>, ...children: (Node | string | null)[]) => HTMLElement} */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false && value != null) element.setAttribute(key, value === true ? "" : String(value))
  }
  element.append(...children.filter(child => child != null))
  return element
}

/** put sets the text of an element, and says whether it was another one.
 * @type {(element: Element, text: string) => boolean} */
export function put(element, text) {
  if (element.textContent === text) return false
  element.textContent = text
  return true
}

/** glow lets an element light up for a second, unless the visitor has asked for less motion.
 * @type {(element: HTMLElement) => void} */
export function glow(element) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return
  element.classList.remove("glow")
  void element.offsetWidth // so that a second change begins anew
  element.classList.add("glow")
  element.addEventListener("animationend", () => element.classList.remove("glow"), {once: true})
}

/** announce has a screen reader say something when it has nothing else to say.
 * @type {(text: string) => void} */
export function announce(text) {
  document.querySelector("[data-announce]").textContent = text
}

/** linked returns a text as nodes in which web addresses are links. It finds the same ones as routes/pages/links.go.
 * @type {(text: string) => (Node | string)[]} */
export function linked(text) {
  const nodes = []
  let plain = ""
  while (text !== "") {
    const start = text.search(/https?:\/\//)
    if (start < 0) break
    plain += text.slice(0, start)
    text = text.slice(start)
    const address = addressIn(text)
    if (address === "") {
      plain += text.slice(0, 4)
      text = text.slice(4)
      continue
    }
    if (plain !== "") nodes.push(plain)
    plain = ""
    nodes.push(el("a", {href: address, rel: "noopener nofollow ugc"}, address))
    text = text.slice(address.length)
  }
  if (plain + text !== "") nodes.push(plain + text)
  return nodes
}

/** addressIn returns the address that a text begins with, without what belongs to the sentence around it, or "".
 * @type {(text: string) => string} */
function addressIn(text) {
  let address = text.split(/[ \t\r\n"<>`\u00a0\u200b\u2028\u2029]/, 1)[0].replace(/[.,;:!?'*_~»”’…\]}]+$/, "")
  if (!address.includes("(")) address = address.replace(/[).,;:!?]+$/, "")
  return URL.canParse(address) && new URL(address).hostname !== "" ? address : ""
}
