// Reads a products.json of the assignment into a store: node import.js FILE STORE
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { newID } from './dao/files.js'

const [file, store] = process.argv.slice(2)
const now = new Date().toISOString()
const codes = new Set()
const products = JSON.parse(await readFile(file, 'utf8')).map(given => {
  const { _id = newID(), title, description, code, price, status = true, stock, category, thumbnails = [], createdAt = now } = given
  if (!title || !description || !code || !category || !(price >= 0) || !Number.isInteger(stock) || stock < 0) throw new Error(`${code}: a field is missing or wrong`)
  if (codes.has(code)) throw new Error(`${code}: is there twice`)
  codes.add(code)
  return { _id, title, description, code, price, status, stock, category, thumbnails, createdAt, updatedAt: createdAt }
})
await mkdir(store, { recursive: true })
const path = join(store, 'products.json')
const to = await open(path + '.tmp', 'w')
await to.writeFile(JSON.stringify(products, null, 2))
await to.sync()
await to.close()
await rename(path + '.tmp', path)
