// words are those of a product as a search compares them, without accents and case.
export function words(...texts) {
  return texts.join(' ').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean)
}

// Vocabulary finds products, by their places in the catalogue, by the beginnings of their words.
export class Vocabulary {
  #places = new Map() // word → places, in order
  #sorted = null

  add(product, place) {
    for (const word of new Set(words(product.title, product.description, product.code, product.category))) {
      const list = this.#places.get(word)
      if (list) list.push(place)
      else this.#places.set(word, [place])
    }
    this.#sorted = null
  }

  // find returns the places of those that have a word for each beginning, in order.
  find(text) {
    this.#sorted ??= [...this.#places.keys()].sort()
    const sets = words(text).map(begin => {
      const some = new Set()
      for (let i = lowerBound(this.#sorted, word => word < begin); this.#sorted[i]?.startsWith(begin); i++) {
        for (const place of this.#places.get(this.#sorted[i])) some.add(place)
      }
      return some
    }).sort((a, b) => a.size - b.size)
    const [fewest = new Set(), ...others] = sets
    return [...fewest].filter(place => others.every(set => set.has(place))).sort((a, b) => a - b)
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
