/** The label of a group and the end of its column's name. */
export interface GroupLabel {
  slug: string
  name: string
}

const LONGEST_SLUG = 40
const LONGEST_NAME = 80
const MOST_WORDS = 3

/** Words of product names that say how a thing is packed or how big it is, not what it is. */
const EMPTY_WORDS = new Set(
  'the and for with from set pack box pair kit assorted asstd design designs style colour color small medium large mini size new pcs piece pieces'.split(
    ' '
  )
)

/**
 * A name for each group of products, made of up to three words that many of its products have and few others:
 * "Hot water bottle", "Lunch bag". Where no word stands out it is the name of the leading product.
 *
 * A word's weight is its products in the group times their share of all its products.
 *
 * @param groups the names of each group's products, the leading product first; none empty
 */
export function nameGroups(groups: readonly (readonly string[])[]): GroupLabel[] {
  const wordsOf = groups.map((names) => names.map(wordsIn))
  const everywhere = countProducts(wordsOf.flat())
  const taken = new Set<string>()
  return labels(
    groups.map((names, group) => {
      const common = commonWords(wordsOf[group]!, everywhere)
      const name = common === null || taken.has(common) ? names[0]! : common
      taken.add(name)
      return name
    })
  )
}

/**
 * Names with a slug each: lower-case ASCII letters, digits and underscores, at most 40, unique among them.
 * A name without any such letter gets its number.
 */
export function labels(names: readonly string[]): GroupLabel[] {
  const taken = new Set<string>()
  return names.map((name, index) => {
    const base = slugOf(name) || `group_${index + 1}`
    let slug = base
    for (let copy = 2; taken.has(slug); copy++) slug = `${base.slice(0, LONGEST_SLUG - 4)}_${copy}`
    taken.add(slug)
    return { slug, name: shorten(name.trim(), LONGEST_NAME) || `Group ${index + 1}` }
  })
}

function slugOf(name: string): string {
  const plain = shorten(name, 4 * LONGEST_NAME)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_/, '')
  return plain.slice(0, LONGEST_SLUG).replace(/_$/, '')
}

/** Whole code points only: half of a surrogate pair would not survive UTF-8. */
const shorten = (text: string, most: number): string =>
  text.length <= most ? text : [...text.slice(0, 2 * most)].slice(0, most).join('')

function wordsIn(name: string): string[] {
  const words =
    shorten(name, 4 * LONGEST_NAME)
      .toLowerCase()
      .match(/\p{L}[\p{L}\p{N}]+/gu) ?? []
  return [...new Set(words)].filter((word) => word.length > 2 && !EMPTY_WORDS.has(word))
}

function countProducts(products: readonly (readonly string[])[]): Map<string, number> {
  const count = new Map<string, number>()
  for (const words of products) for (const word of words) count.set(word, (count.get(word) ?? 0) + 1)
  return count
}

function commonWords(products: readonly (readonly string[])[], everywhere: ReadonlyMap<string, number>): string | null {
  const weights = [...countProducts(products)]
    .filter(([, here]) => here >= 2 && here >= products.length / 8)
    .map(([word, here]) => ({ word, weight: here ** 2 / everywhere.get(word)! }))
    .sort((a, b) => b.weight - a.weight)
  const [heaviest] = weights
  if (heaviest === undefined) return null

  const words = weights
    .filter(({ weight }) => weight >= heaviest.weight / 2)
    .slice(0, MOST_WORDS)
    .map(({ word }) => word)
  const name = inReadingOrder(words, products).join(' ')
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** As the first product that has all the words puts them; else, the heaviest word alone. */
function inReadingOrder(words: readonly string[], products: readonly (readonly string[])[]): readonly string[] {
  const model = products.find((product) => words.every((word) => product.includes(word)))
  return model === undefined ? words.slice(0, 1) : model.filter((word) => words.includes(word))
}
