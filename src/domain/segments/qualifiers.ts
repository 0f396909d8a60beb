import { AXES, type Axis, type Position } from './meanings.ts'

/** Differences below this many standard deviations are not worth a word. */
const NOTICEABLE = 0.25

/** From here on a segment is far from everybody, not only from its namesake. */
const FAR = 0.5

interface Side {
  /** Compared with the namesake alone. */
  relative: string
  /** Where the segment lies far out on that side as well. */
  absolute: string
}

const WORDS: Readonly<Record<Axis, { more: Side; less: Side }>> = {
  average_order_value: {
    more: { relative: 'larger basket', absolute: 'high basket' },
    less: { relative: 'smaller basket', absolute: 'small basket' }
  },
  recency: {
    more: { relative: 'less recent', absolute: 'long gone' },
    less: { relative: 'more recent', absolute: 'more recent' }
  },
  frequency: {
    more: { relative: 'more orders', absolute: 'more orders' },
    less: { relative: 'fewer orders', absolute: 'fewer orders' }
  },
  value: {
    more: { relative: 'higher spend', absolute: 'higher spend' },
    less: { relative: 'lower spend', absolute: 'lower spend' }
  }
}

interface Named {
  base: string
  position: Position
}

/**
 * What to add to names that several segments share, so that no two are equal.
 *
 * The first bearer of a name in the given order keeps it plain. Each further one is told by what
 * separates it most from the first ("Retain — high basket"), or numbered where nothing is left to say.
 *
 * @returns one qualifier or null per entry
 */
export function qualify(entries: readonly Named[]): (string | null)[] {
  const firsts = new Map<string, Position>()
  const taken = new Set<string>()
  const key = (text: string) => text.trim().toLowerCase()
  const claim = (text: string) => !taken.has(key(text)) && taken.add(key(text)) !== undefined

  const plain = entries.map(({ base, position }) => {
    if (!claim(base)) return false
    firsts.set(key(base), position)
    return true
  })
  return entries.map(({ base, position }, i) => {
    if (plain[i]) return null
    const free = differences(position, firsts.get(key(base))!).find((word) => claim(withQualifier(base, word)))
    if (free !== undefined) return free
    for (let number = 2; ; number++) {
      if (claim(withQualifier(base, `group ${number}`))) return `group ${number}`
    }
  })
}

export const withQualifier = (base: string, qualifier: string | null): string =>
  qualifier === null ? base : `${base} — ${qualifier}`

/** Words for the noticeable differences, the greatest first. */
function differences(position: Position, first: Position): string[] {
  return AXES.map((axis) => ({ axis, difference: position[axis] - first[axis] }))
    .filter(({ difference }) => Math.abs(difference) >= NOTICEABLE)
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference))
    .map(({ axis, difference }) => {
      const side = WORDS[axis][difference > 0 ? 'more' : 'less']
      return position[axis] * Math.sign(difference) >= FAR ? side.absolute : side.relative
    })
}
