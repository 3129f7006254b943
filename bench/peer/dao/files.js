import { randomBytes, randomUUID } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { open, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openLog } from './log.js'
import { Vocabulary, lowerBound } from './words.js'

// newID makes an id as MongoDB does: four bytes of time and eight by chance.
export function newID() {
  return Math.floor(Date.now() / 1000).toString(16).padStart(8, '0') + randomBytes(8).toString('hex')
}

// openFiles keeps products and carts in memory, and messages in a file of which memory holds only where each begins. Products are read from
// products.json; carts and messages are logs that are only appended to, durable before anybody hears of it.
export async function openFiles(dir) {
  const catalogue = await openCatalogue(join(dir, 'products.json'))
  const carts = await openCarts(join(dir, 'carts.jsonl'), catalogue)
  const till = await openTickets(dir, catalogue, carts)
  const chat = await openMessages(join(dir, 'messages.jsonl'))
  return { ...catalogue, ...carts, ...till, ...chat, close: () => Promise.all([carts.close(), till.close(), chat.close()]) }
}

async function openCatalogue(path) {
  const all = existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : []
  const byID = new Map(all.map(product => [product._id, product]))
  const byCategory = Map.groupBy ? Map.groupBy(all, product => product.category) : groupBy(all, product => product.category)
  const byPrice = new Map([...byCategory].map(([name, list]) => [name, list.toSorted((a, b) => a.price - b.price)]))
  const allByPrice = all.toSorted((a, b) => a.price - b.price)
  const vocabulary = new Vocabulary()
  all.forEach((product, i) => vocabulary.add(product, i))

  function list({ category, minPrice = 0, maxPrice = Infinity, available, sort, q }, limit, page) {
    const fits = product => product.price >= minPrice && product.price <= maxPrice && (!category || product.category === category) &&
      (!available || product.status && product.stock > 0)
    const first = (page - 1) * limit
    if (q) { // few, mostly: those that are found, in the order of the catalogue
      const products = vocabulary.find(q).map(i => all[i]).filter(fits)
      if (sort) products.sort((a, b) => sort === 'desc' ? b.price - a.price : a.price - b.price)
      return { total: products.length, products: products.slice(first, first + limit) }
    }
    if (!sort || available) {
      let products = category ? byCategory.get(category) ?? [] : all
      if (minPrice > 0 || maxPrice < Infinity || available) products = products.filter(fits)
      if (sort) products = products.toSorted((a, b) => sort === 'desc' ? b.price - a.price : a.price - b.price)
      return { total: products.length, products: products.slice(first, first + limit) }
    }
    const sorted = category ? byPrice.get(category) ?? [] : allByPrice
    const from = lowerBound(sorted, product => product.price < minPrice)
    const to = lowerBound(sorted, product => product.price <= maxPrice)
    const products = sort === 'desc'
      ? sorted.slice(Math.max(from, to - first - limit), Math.max(from, to - first)).reverse()
      : sorted.slice(from + first, Math.min(to, from + first + limit))
    return { total: to - from, products }
  }

  return {
    list,
    product: id => byID.get(id),
    findProduct: async id => byID.has(id) ? { ...byID.get(id) } : undefined, // a document of one's own, as a database gives it
    saveProduct: product => Object.assign(byID.get(product._id), product),
    categories: () => [...byCategory].map(([name, list]) => ({ name, products: list.length })),
  }
}

function groupBy(list, key) {
  const groups = new Map()
  for (const one of list) {
    if (!groups.has(key(one))) groups.set(key(one), [])
    groups.get(key(one)).push(one)
  }
  return groups
}

async function openCarts(path, catalogue) {
  const carts = new Map()
  if (existsSync(path)) {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      const cart = JSON.parse(line)
      carts.set(cart._id, cart)
    }
  }
  const log = await openLog(path)
  return {
    async createCart() {
      const cart = { _id: newID(), products: [], createdAt: new Date().toISOString() }
      await log.append(cart)
      carts.set(cart._id, cart)
      return cart
    },
    async addToCart(cid, pid, quantity) {
      const cart = carts.get(cid)
      if (!cart || !catalogue.product(pid)) return undefined
      const item = cart.products.find(one => one.product === pid)
      if (item) item.quantity += quantity
      else cart.products.push({ product: pid, quantity })
      await log.append(cart)
      return cart
    },
    cart: cid => carts.get(cid),
    keepCart: cart => log.append(cart),
    close: () => log.close(),
  }
}

// openTickets keeps what is sold, and how many are left of it. Each of its files is durable before the buyer hears of it; that they belong
// together nobody keeps, as nobody does who has a model for each: products are looked at, saved, and then the ticket and the cart. Who comes in
// between sees the same pieces: it sells more than there are, and a crash in between loses what was sold.
async function openTickets(dir, catalogue, carts) {
  const sold = join(dir, 'stocks.jsonl')
  if (existsSync(sold)) {
    for await (const line of createInterface({ input: createReadStream(sold) })) {
      const left = JSON.parse(line)
      if (catalogue.product(left._id)) catalogue.saveProduct(left)
    }
  }
  const stocks = await openLog(sold)
  const tickets = await openLog(join(dir, 'tickets.jsonl'))
  return {
    async purchase(cid, purchaser) {
      const cart = carts.cart(cid)
      if (!cart) return undefined
      const notProcessed = []
      let amount = 0
      for (const item of cart.products) {
        const product = await catalogue.findProduct(item.product)
        if (!product?.status || product.stock < item.quantity) {
          notProcessed.push(item)
          continue
        }
        product.stock -= item.quantity
        await stocks.append({ _id: product._id, stock: product.stock })
        catalogue.saveProduct(product)
        amount += Math.round(product.price * 100) * item.quantity
      }
      const ticket = { _id: newID(), code: randomUUID(), purchase_datetime: new Date().toISOString(), amount: amount / 100, purchaser }
      await tickets.append(ticket)
      cart.products = notProcessed
      await carts.keepCart(cart)
      return { ...ticket, notProcessed }
    },
    close: () => Promise.all([stocks.close(), tickets.close()]),
  }
}

async function openMessages(path) {
  const ids = new Map()
  const begins = []
  let size = 0
  if (existsSync(path)) {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      ids.set(JSON.parse(line)._id, begins.length)
      begins.push(size)
      size += Buffer.byteLength(line) + 1
    }
    await truncate(path, size)
  }
  const log = await openLog(path)
  const file = await open(path, 'r')
  return {
    async append(message) {
      const stored = { _id: newID(), ...message, createdAt: new Date().toISOString() }
      ids.set(stored._id, begins.length)
      begins.push(size)
      size += Buffer.byteLength(JSON.stringify(stored)) + 1
      await log.append(stored)
      return stored
    },
    async messages(before, limit) {
      const end = before ? ids.get(before) ?? 0 : begins.length
      const from = Math.max(0, end - limit)
      const length = (begins[end] ?? size) - begins[from]
      if (!length) return []
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, begins[from])
      return buffer.toString('utf8', 0, bytesRead).split('\n').filter(Boolean).map(line => JSON.parse(line))
    },
    close: async () => { await log.close(); await file.close() },
  }
}
