import type { Meaning } from './meanings.ts'

/**
 * Fourteen colours that stay apart for people with protanopia and deuteranopia: those of Okabe & Ito (2008)
 * without black, then colours of Paul Tol's muted, pale and light schemes.
 */
export const PALETTE = [
  '#0072B2',
  '#E69F00',
  '#009E73',
  '#D55E00',
  '#56B4E9',
  '#F0E442',
  '#CC79A7',
  '#332288',
  '#117733',
  '#DDCC77',
  '#882255',
  '#99DDFF',
  '#CCDDAA',
  '#DDDDDD'
] as const

/** Blue keeps, orange has gone, green is new, red is best; names with the same idea share its colour. */
const PREFERRED: Readonly<Record<Meaning, (typeof PALETTE)[number]>> = {
  retain: '#0072B2',
  regular_valuable: '#0072B2',
  re_engage: '#E69F00',
  low_value: '#E69F00',
  nurture: '#009E73',
  reward: '#D55E00',
  high_value_frequent: '#D55E00',
  encourage: '#56B4E9',
  frequent_lower_spend: '#56B4E9',
  excite: '#F0E442',
  moderate_seasonal: '#F0E442',
  upsell: '#CC79A7',
  occasional_high_spenders: '#332288',
  average_valuable: '#009E73'
}

/**
 * One colour per segment, never two alike. A meaning keeps its colour from model to model; a second segment
 * of the same meaning takes the next free one, and beyond the palette colours are generated.
 *
 * @param meanings of the segments, in the order in which they may choose
 * @returns upper-case `#RRGGBB`, one per entry
 */
export function assignColors(meanings: readonly Meaning[]): string[] {
  const used = new Set<string>()
  const take = (color: string): string => {
    used.add(color)
    return color
  }
  const own = meanings.map((meaning) => (used.has(PREFERRED[meaning]) ? null : take(PREFERRED[meaning])))
  return own.map((color) => {
    if (color !== null) return color
    const free = PALETTE.find((candidate) => !used.has(candidate))
    if (free !== undefined) return take(free)
    for (let i = 0; ; i++) {
      const generated = generatedColor(i)
      if (!used.has(generated)) return take(generated)
    }
  })
}

/** Hues by the golden angle, so that neighbours in the list are far apart; lightness changes every step as well. */
function generatedColor(i: number): string {
  const hue = (i * 137.508 + 20) % 360
  const lightness = [0.35, 0.65, 0.5][i % 3]!
  const chroma = 0.65 * Math.min(lightness, 1 - lightness)
  const channel = (offset: number) => {
    const at = (offset + hue / 30) % 12
    const level = lightness - chroma * Math.max(-1, Math.min(at - 3, 9 - at, 1))
    return Math.round(level * 255)
      .toString(16)
      .padStart(2, '0')
  }
  return `#${channel(0)}${channel(8)}${channel(4)}`.toUpperCase()
}
