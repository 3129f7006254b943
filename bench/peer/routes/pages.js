import { Router } from 'express'

export function pageRoutes(store) {
  const router = Router()

  router.get('/', async (request, response) => {
    const { total, products } = await store.list({}, 24, 1)
    const categories = await store.categories()
    response.render('home', { title: 'Pasá, hay de todo', total, categories, products: products.map(shown), pages: Math.ceil(total / 24) })
  })

  return router
}

function shown(product) {
  return { ...product, picture: product.thumbnails[0] ?? '/img/parcel.svg', available: product.status && product.stock > 0 }
}
