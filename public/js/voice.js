// How the shop speaks: texts, numbers, amounts and times, as views/voice.go writes them. The server gives the texts and
// the forms of the page's language in data attributes.

/** @type {Record<string, any>} */
const texts = Object.assign({}, ...[...document.querySelectorAll("[data-texts]")].map(e => JSON.parse(e.dataset.texts)))
/** @type {{thousands: string, point: string, sign: string, unit: number}} */
const forms = JSON.parse(document.body.dataset.numbers)

/**
 * say returns the text of a key with its arguments in the places that name them. The number n chooses between one and
 * many; whole numbers are written as the language groups their digits.
 * @type {(key: string, args?: Record<string, unknown>) => string}
 */
export function say(key, args = {}) {
  const text = texts[key] ?? key
  const form = typeof text === "string" ? text : args.n === 1 ? text.one : text.other
  return form.replace(/\{([a-z]+)\}/gi, (/** @type {string} */ _, /** @type {string} */ name) => typeof args[name] === "number" ? number(args[name]) : String(args[name]))
}

/** number writes a whole number, a Number or a BigInt, with its digits in groups of three.
 * @type {(n: number | bigint) => string} */
export function number(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, forms.thousands)
}

/** amountOf returns the thousandths of an amount as the API writes it: up to 10^13, which a double tells apart.
 * @type {(price: number) => number} */
export function amountOf(price) {
  return Math.round(price * 1000)
}

/** money writes an amount of thousandths with the currency's sign, rounded to its smallest unit.
 * @type {(amount: number) => string} */
export function money(amount) {
  const all = BigInt(amount)
  const unit = BigInt(forms.unit)
  const size = ((all < 0n ? -all : all) + unit / 2n) / unit * unit
  const rest = forms.unit === 1000 ? "" : forms.point + String((1000n + size % 1000n) / unit).slice(1)
  return (all < 0n ? "-" : "") + forms.sign + number(size / 1000n) + rest
}

/** @type {(n: number) => string} */
const two = n => String(n).padStart(2, "0")

/** clock writes the time of day where the visitor is: "18:05".
 * @type {(time: Date) => string} */
export function clock(time) {
  return two(time.getHours()) + ":" + two(time.getMinutes())
}

/** dateOf writes the day where the visitor is as a computer sorts it: "2026-11-23".
 * @type {(time: Date) => string} */
export function dateOf(time) {
  return String(time.getFullYear()).padStart(4, "0") + "-" + two(time.getMonth() + 1) + "-" + two(time.getDate())
}

/** dayOf names a day: today, yesterday, or "lunes 23 de noviembre de 2026".
 * @type {(time: Date, now?: Date) => string} */
export function dayOf(time, now = new Date()) {
  const date = dateOf(time)
  if (date === dateOf(now)) return say("date.today")
  if (date === dateOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return say("date.yesterday")
  return say("date.day", {
    weekday: say("date.weekdays").split(" ")[time.getDay()], day: time.getDate(),
    month: say("date.months").split(" ")[time.getMonth()], year: String(time.getFullYear()),
  })
}

/** nameOf returns what is shown of who writes: a name as it is, of an e-mail address its first word of letters, as models.ShownName has it.
 * @type {(user: string) => string} */
export function nameOf(user) {
  const [local, ...address] = user.split("@")
  return address.length === 0 ? user : local.match(/[\p{L}\p{M}]+/u)?.[0] ?? "?"
}

/** handleOf returns by what the author of a message is called among who is here: ana@k7, and ana@k7@staff of the shop itself.
 * Under --open it is what he has given.
 * @type {(message: Message) => string} */
export function handleOf({user, mark, staff}) {
  return mark === undefined ? user : user + "@" + mark + (staff ? "@staff" : "")
}

/** signOf takes a handle apart.
 * @type {(handle: string) => Sign} */
export function signOf(handle) {
  const [, user, mark, staff] = handle.match(/^([^@]*)@([a-z2-7]{2})(@staff)?$/) ?? []
  return user === undefined ? {user: nameOf(handle)} : {user, mark, staff: staff !== undefined}
}
