import { Router } from 'express'

export function messageRoutes(store, say) {
  const router = Router()

  router.get('/', async (request, response) => {
    const limit = Math.min(Number(request.query.limit) || 50, 200)
    response.json({ status: 'success', payload: await store.messages(request.query.before, limit) })
  })

  router.post('/', async (request, response) => {
    const { user, message } = request.body ?? {}
    if (typeof user !== 'string' || !user.includes('@') || typeof message !== 'string' || !message.trim()) {
      return response.status(400).json({ status: 'error', error: 'invalid' })
    }
    const stored = await store.append({ user, message: message.trim() })
    say(stored)
    response.status(201).json({ status: 'success', payload: stored })
  })

  return router
}
