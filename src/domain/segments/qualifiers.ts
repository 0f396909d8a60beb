import { AXES, type Axis, type Position } from './meanings.ts'

/** Differences below this many standard deviations are not worth a word. */
const NOTICEABLE = 0.25

const WORDS: Readonly<Record<Axis, { more: string; less: string }>> = {
  average_order_value: { more: 'high basket', less: 'small basket' },
  recency: { more: 'long gone', less: 'more recent' },
  frequency: { more: 'more orders', less: 'fewer orders' },
  value: { more: 'higher spend', less: 'lower spend' }
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
    .map(({ axis, difference }) => WORDS[axis][difference > 0 ? 'more' : 'less'])
}
