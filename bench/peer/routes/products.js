import { Router } from 'express'

const isID = text => /^[0-9a-f]{24}$/.test(text)

export function productRoutes(store) {
  const router = Router()

  router.get('/', async (request, response) => {
    const { query } = request
    const limit = Math.min(Number(query.limit) || 10, 1000)
    const page = Number(query.page) || 1
    const wanted = {
      category: query.category,
      minPrice: query.minPrice && Number(query.minPrice),
      maxPrice: query.maxPrice && Number(query.maxPrice),
      available: query.available === 'true',
      sort: query.sort,
      q: query.q,
    }
    const { total, products } = await store.list(wanted, limit, page)
    const totalPages = Math.max(1, Math.ceil(total / limit))
    const prevPage = page > 1 ? Math.min(page - 1, totalPages) : null
    const nextPage = page < totalPages ? page + 1 : null
    const link = to => to && '/api/products?' + new URLSearchParams({ ...query, page: to })
    response.json({
      status: 'success', payload: products, total, totalPages, page, prevPage, nextPage,
      hasPrevPage: prevPage !== null, hasNextPage: nextPage !== null, prevLink: link(prevPage), nextLink: link(nextPage),
    })
  })

  router.get('/:pid', async (request, response) => {
    const { pid } = request.params
    const product = isID(pid) && await store.product(pid)
    if (!product) return response.status(isID(pid) ? 404 : 400).json({ status: 'error', error: isID(pid) ? 'not_found' : 'invalid' })
    response.json({ status: 'success', payload: product })
  })

  return router
}
