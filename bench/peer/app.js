// The assignment on Express 5, express-handlebars, Socket.IO 4 and JSON files, as one would write it who knows that stack:
// what bench measures beside the shop. STORE is the folder, PORT the port to listen on.
import express from 'express'
import { engine } from 'express-handlebars'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { openFiles } from './dao/files.js'
import { cartRoutes } from './routes/carts.js'
import { messageRoutes } from './routes/messages.js'
import { pageRoutes } from './routes/pages.js'
import { productRoutes } from './routes/products.js'
import { chat } from './socket.js'

const { STORE = 'data', PORT = '3000' } = process.env
const store = await openFiles(STORE)
const app = express()
const server = createServer(app)
const say = chat(server, store)

app.disable('x-powered-by')
app.engine('handlebars', engine({ helpers: { money } }))
app.set('view engine', 'handlebars')
app.set('views', join(import.meta.dirname, 'views'))
app.enable('view cache')
app.use(express.json({ limit: '1mb' }))
app.use('/api/products', productRoutes(store))
app.use('/api/carts', cartRoutes(store))
app.use('/api/messages', messageRoutes(store, say))
app.use('/', pageRoutes(store))
app.get('/readyz', (request, response) => response.json({ status: 'success' }))
app.use((request, response) => fail(response, 404, 'not_found'))
app.use((error, request, response, _next) => fail(response, error.status ?? 500, error.code ?? 'internal'))

server.listen(Number(PORT), '127.0.0.1')
process.on('SIGTERM', async () => {
  server.close()
  await store.close()
  process.exit(0)
})

const pesos = new Intl.NumberFormat('es-AR', { style: 'currency', currency: 'ARS' })

function money(amount) {
  return pesos.format(amount)
}

function fail(response, status, error) {
  response.status(status).json({ status: 'error', error })
}
