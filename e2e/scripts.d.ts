// What the scripts in public/js deal with, for tsc and for whoever reads their @type: the wire's forms, as socket/wire.go and dao/models have them.

type Kind = "product" | "cart" | "message" | "setting" | "order"

interface Variant {
  _id: string
  options: Record<string, string>
  price: number
  stock: number
}

interface Product {
  _id: string
  title: string
  description: string
  code: string
  price: number
  status: boolean
  stock: number
  category: string
  thumbnails: string[]
  compareAt?: number
  variants?: Variant[]
  createdAt: string
  updatedAt: string
  rev: number
}

interface Message extends Sign {
  _id: string
  message: string
  createdAt: string
  email?: string
}

/** What is shown of who writes; under --open, no more than what he has given. */
interface Sign {
  user: string
  mark?: string
  staff?: boolean
}

/** A change of the feed; doc is what is there now, by kind. */
interface Change {
  position: string
  kind: Kind
  op: "put" | "delete"
  id: string
  rev: number
  doc: any
}

type LiveState = "connecting" | "connected" | "offline" | "limited"

/** What Live tells, by what one asks it with on. */
interface Told {
  change: Change
  ack: {id: string, position: string}
  error: {id: string, error: string, retryAfter?: number}
  welcome: {store?: string, position: string, recovered: boolean, people?: string[], count?: number}
  presence: {joined?: string[], left?: string[], count?: number}
  typing: {user: string}
  position: {position: string}
  store: {available: boolean}
  bye: {reason: string}
  state: LiveState
  stale: undefined
}

interface Hello {
  type: "hello"
  since: string | null
  topics: string[]
  user?: string
}

/** A way to the shop that is open. */
interface Line {
  send(frame: object): boolean
  close(): void
}

/** A message that is not stored yet. */
interface Item {
  id: string
  user: string
  message: string
  state: "sending" | "stored" | "failed" | "asked"
  store: string
  unkept?: boolean
  why?: string
  wait?: number
}

/** How the shop took a message: where it stands, or why not and for how many seconds. */
interface Answer {
  position?: string | null
  why?: string
  wait?: number
}

type WriteForm = HTMLFormElement & {elements: {message: HTMLTextAreaElement, user: HTMLInputElement}}

interface TypedForm extends Element {
  elements: Iterable<HTMLInputElement> & Record<string, HTMLInputElement>
}

// All that is looked for on our pages is HTML.
interface ParentNode {
  querySelector<E extends Element = HTMLElement>(selectors: string): E | null
  querySelectorAll<E extends Element = HTMLElement>(selectors: string): NodeListOf<E>
}
interface Element {
  closest<E extends Element = HTMLElement>(selectors: string): E | null
}
interface ChildNode {
  id?: string
  data?: string
}
