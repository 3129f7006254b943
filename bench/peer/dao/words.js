// words are those of a product as a search compares them, without accents and case.
export function words(...texts) {
  return texts.join(' ').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean)
}

// Vocabulary finds products by the beginnings of their words.
export class Vocabulary {
  #products = new Map() // word → products
  #sorted = null

  add(product) {
    for (const word of new Set(words(product.title, product.description, product.code, product.category))) {
      const list = this.#products.get(word)
      if (list) list.push(product)
      else this.#products.set(word, [product])
    }
    this.#sorted = null
  }

  find(text) {
    this.#sorted ??= [...this.#products.keys()].sort()
    let found
    for (const begin of words(text)) {
      const some = new Set()
      for (let i = lowerBound(this.#sorted, word => word < begin); this.#sorted[i]?.startsWith(begin); i++) {
        for (const product of this.#products.get(this.#sorted[i])) some.add(product)
      }
      found = found ? found.intersection?.(some) ?? new Set([...found].filter(one => some.has(one))) : some
    }
    return found ?? new Set()
  }
}

// lowerBound returns the first index of a sorted list for which before is false.
export function lowerBound(list, before) {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (before(list[middle])) low = middle + 1
    else high = middle
  }
  return low
}
