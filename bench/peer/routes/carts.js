import { Router } from 'express'

export function cartRoutes(store) {
  const router = Router()

  router.post('/', async (request, response) => {
    response.status(201).json({ status: 'success', payload: await store.createCart() })
  })

  router.post('/:cid/product/:pid', async (request, response) => {
    const { cid, pid } = request.params
    const quantity = request.body?.quantity ?? 1
    if (!Number.isInteger(quantity) || quantity < 1) return response.status(400).json({ status: 'error', error: 'invalid' })
    const cart = await store.addToCart(cid, pid, quantity)
    if (!cart) return response.status(404).json({ status: 'error', error: 'not_found' })
    response.json({ status: 'success', payload: cart })
  })

  router.post('/:cid/purchase', async (request, response) => {
    const sold = await store.purchase(request.params.cid, request.body?.purchaser ?? 'course@localhost')
    if (!sold) return response.status(404).json({ status: 'error', error: 'not_found' })
    response.status(201).json({ status: 'success', payload: sold })
  })

  return router
}
