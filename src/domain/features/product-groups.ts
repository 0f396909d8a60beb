import { type GroupLabel, labels, nameGroups } from './group-names.ts'

/**
 * What a customer's spend is divided into: the leading categories, or groups of products that are bought together.
 * Plain data, so that it is stored as JSON with a model.
 */
export interface ProductGroups {
  kind: 'category' | 'co_purchase'
  /** At most MOST_GROUPS. The slug ends the name of the group's column, `preference_<slug>`. */
  groups: GroupLabel[]
  /** Category or product id to the index of its group; what is not listed is in none. */
  members: [string, number][]
}

/** A product and the name to show for it. */
export interface Product {
  id: string
  name: string
}

export const MOST_GROUPS = 8

/** How often each of `size` products was bought, and how often each two were bought in the same order. */
export interface CoPurchases {
  size: number
  /** Symmetric, row after row; the diagonal holds a product's own orders. */
  orders: Float64Array
}

/** The products of orders as indices: those of order b lie from starts[b] to before starts[b + 1]. */
export interface Baskets {
  starts: Int32Array
  products: Int32Array
}

/**
 * Puts the lines of orders together, whatever order they come in.
 *
 * @param orders of each line, 0 and up
 * @param products of each line
 * @param widest lines of a basket at most: one with more is left empty
 */
export function fillBaskets(orders: ArrayLike<number>, products: ArrayLike<number>, widest: number): Baskets {
  let count = 0
  for (let line = 0; line < orders.length; line++) count = Math.max(count, orders[line]! + 1)
  const sizes = new Int32Array(count)
  for (let line = 0; line < orders.length; line++) sizes[orders[line]!]!++
  const starts = new Int32Array(count + 1)
  for (let b = 0; b < count; b++) starts[b + 1] = starts[b]! + (sizes[b]! <= widest ? sizes[b]! : 0)
  const filled = new Int32Array(starts.at(-1)!)
  const next = starts.slice()
  for (let line = 0; line < orders.length; line++) {
    const basket = orders[line]!
    if (sizes[basket]! <= widest) filled[next[basket]!++] = products[line]!
  }
  return { starts, products: filled }
}

/**
 * Counts orders, given the products of each as indices into [0, size); repetitions count once.
 * Costs O(size² + the sum of squared basket sizes).
 */
export function countCoPurchases({ starts, products }: Baskets, size: number): CoPurchases {
  const orders = new Float64Array(size * size)
  const lastSeen = new Int32Array(size).fill(-1)
  const different = new Int32Array(size)
  for (let order = 0; order + 1 < starts.length; order++) {
    let count = 0
    for (let line = starts[order]!; line < starts[order + 1]!; line++) {
      const product = products[line]!
      if (lastSeen[product] !== order) different[count++] = product
      lastSeen[product] = order
    }
    for (let i = 0; i < count; i++) {
      const row = different[i]! * size
      for (let j = 0; j < count; j++) orders[row + different[j]!]!++
    }
  }
  return { size, orders }
}

/**
 * Groups of products that are bought with the same other products.
 *
 * Two products are alike when their rows of the similarity matrix n_ab / √(n_a n_b) point the same way: cups and
 * saucers are, and so are two colours of one cup that nobody buys together but everybody buys with saucers. The groups
 * are those of spherical k-means on the rows (Dhillon & Modha 2001, "Concept decompositions for large sparse text
 * data using clustering"), started from the products that cover all others best, chosen greedily (facility location;
 * Nemhauser, Wolsey & Fisher 1978). Neither step draws lots: the same counts always give the same groups.
 *
 * A product that was bought with no other product is in no group, unless it leads one of its own.
 *
 * @param products the most widely bought first; a tie of any kind goes to the earlier product
 * @returns null when there are no products
 */
export function groupProducts(products: readonly Product[], counts: CoPurchases): ProductGroups | null {
  if (products.length === 0) return null
  const likeness = likenessOfRows(cosines(counts), counts.size)
  const seeds = coveringProducts(likeness, counts.size, MOST_GROUPS)
  const group = refine(likeness, counts.size, seeds)

  const leaders = [...new Set(group)].filter((index) => index >= 0).sort((a, b) => group.indexOf(a) - group.indexOf(b))
  const position = new Map(leaders.map((index, at) => [index, at]))
  const members = products.flatMap(({ id }, product): [string, number][] => {
    const at = position.get(group[product]!)
    return at === undefined ? [] : [[id, at]]
  })
  const names = leaders.map((index) =>
    products.filter((_, product) => group[product] === index).map(({ name }) => name)
  )
  return { kind: 'co_purchase', groups: nameGroups(names), members }
}

/** The groups of a dataset whose lines name their category. @param categories the leading ones, at most MOST_GROUPS */
export function groupCategories(categories: readonly string[]): ProductGroups {
  return {
    kind: 'category',
    groups: labels(categories),
    members: categories.map((category, index) => [category, index])
  }
}

const indices = new WeakMap<ProductGroups, ReadonlyMap<string, number>>()

/** Category or product id to group; made once for each `groups`. */
export function groupOf(groups: ProductGroups): ReadonlyMap<string, number> {
  const index = indices.get(groups) ?? new Map(groups.members)
  indices.set(groups, index)
  return index
}

/** n_ab / √(n_a n_b), 0 to 1; the diagonal is 1 for a product in any order. */
function cosines({ size, orders }: CoPurchases): Float64Array {
  const cosine = new Float64Array(size * size)
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      const together = orders[a * size + b]!
      if (together > 0) cosine[a * size + b] = together / Math.sqrt(orders[a * size + a]! * orders[b * size + b]!)
    }
  }
  return cosine
}

/** The cosine of each two rows of a symmetric matrix, 0 where a row is empty. */
function likenessOfRows(matrix: Float64Array, size: number): Float64Array {
  // Up to a whole number of fours, filled up with zeros.
  const padded = Math.ceil(size / 4) * 4
  const rows = new Float64Array(size * padded)
  const columns = new Float64Array(padded * size)
  for (let a = 0; a < size; a++) {
    let squares = 0
    for (let b = 0; b < size; b++) squares += matrix[a * size + b]! ** 2
    const length = squares > 0 ? Math.sqrt(squares) : 1
    for (let b = 0; b < size; b++) {
      columns[b * size + a] = rows[a * padded + b] = matrix[a * size + b]! / length
    }
  }
  const likeness = new Float64Array(size * size)
  for (let a = 0; a < size; a++) {
    const own = likeness.subarray(a * size, (a + 1) * size)
    // Four terms of every sum after the other: sums that do not wait for each other are added several times as fast.
    for (let j = 0; j < padded; j += 4) {
      const cell = a * padded + j
      const [w, x, y, z] = [rows[cell]!, rows[cell + 1]!, rows[cell + 2]!, rows[cell + 3]!]
      if (w === 0 && x === 0 && y === 0 && z === 0) continue
      const at = j * size
      for (let b = a; b < size; b++) {
        own[b] =
          own[b]! +
          w * columns[at + b]! +
          x * columns[at + size + b]! +
          y * columns[at + 2 * size + b]! +
          z * columns[at + 3 * size + b]!
      }
    }
    for (let b = a; b < size; b++) likeness[b * size + a] = own[b]!
  }
  return likeness
}

/** Up to `most` products such that the likeness of every product to the nearest of them adds up to the most. */
function coveringProducts(likeness: Float64Array, size: number, most: number): number[] {
  const covered = new Float64Array(size)
  const gains = new Float64Array(size).fill(Number.POSITIVE_INFINITY)
  const chosen: number[] = []
  while (chosen.length < most) {
    let best = -1
    let largest = 0
    for (let candidate = 0; candidate < size; candidate++) {
      // What a product would add only falls as others are chosen.
      if (gains[candidate]! <= largest) continue
      let gain = 0
      for (let j = 0; j < size; j++) gain += Math.max(0, likeness[candidate * size + j]! - covered[j]!)
      gains[candidate] = gain
      if (gain > largest) {
        best = candidate
        largest = gain
      }
    }
    if (best === -1) break
    chosen.push(best)
    for (let j = 0; j < size; j++) covered[j] = Math.max(covered[j]!, likeness[best * size + j]!)
  }
  return chosen
}

const MOST_ROUNDS = 50

/**
 * Spherical k-means without centroids: the cosine of row i and the mean direction of group g is
 * Σ_{j∈g} likeness_ij / √(Σ_{j,l∈g} likeness_jl).
 *
 * @returns for each product its group, numbered as the seeds, or -1
 */
function refine(likeness: Float64Array, size: number, seeds: readonly number[]): Int32Array {
  const seedOf = (_: unknown, product: number) => seeds.indexOf(product)
  let group: Int32Array = Int32Array.from({ length: size }, seedOf)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = nearestGroups(likeness, size, group, seeds.length)
    if (next.every((value, product) => value === group[product])) break
    group = next
  }
  return group
}

function nearestGroups(likeness: Float64Array, size: number, group: Int32Array, k: number): Int32Array {
  const toGroup = new Float64Array(size * k)
  const within = new Float64Array(k)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) if (group[j]! >= 0) toGroup[i * k + group[j]!]! += likeness[i * size + j]!
    if (group[i]! >= 0) within[group[i]!]! += toGroup[i * k + group[i]!]!
  }
  return Int32Array.from({ length: size }, (_, i) => {
    let nearest = -1
    let largest = 0
    for (let g = 0; g < k; g++) {
      const cosine = within[g]! > 0 ? toGroup[i * k + g]! / Math.sqrt(within[g]!) : 0
      if (cosine > largest) [nearest, largest] = [g, cosine]
    }
    return nearest
  })
}
