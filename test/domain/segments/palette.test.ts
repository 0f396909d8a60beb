import { describe, expect, it } from 'vitest'
import { MEANINGS } from '../../../src/domain/segments/meanings.ts'
import { assignColors, PALETTE } from '../../../src/domain/segments/palette.ts'

type Triple = [number, number, number]

/** Severity 1 matrices for linear RGB of Machado, Oliveira & Fernandes (2009), after those for full sight. */
const SIGHTS: Record<string, [Triple, Triple, Triple]> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1]
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998]
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881]
  ]
}

const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

/** CIELAB (D65) of an sRGB colour as seen with one kind of sight. */
function lab(hex: string, sight: string): Triple {
  const linear = [1, 3, 5].map((at) => {
    const level = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4
  }) as Triple
  const seen = SIGHTS[sight]!.map((row) => Math.min(1, Math.max(0, dot(row, linear)))) as Triple
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27) * (t / 116) + 16 / 116)
  const x = f(dot([0.4124564, 0.3575761, 0.1804375], seen) / 0.95047)
  const y = f(dot([0.2126729, 0.7151522, 0.072175], seen))
  const z = f(dot([0.0193339, 0.119192, 0.9503041], seen) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

describe('PALETTE', () => {
  it.each(Object.keys(SIGHTS))('keeps any two colours apart with %s colour vision', (sight) => {
    // A difference (CIE 1976) of about 2.3 is just noticeable; 15 is plain at a glance.
    for (const a of PALETTE) {
      for (const b of PALETTE) {
        if (a === b) continue
        const [p, q] = [lab(a, sight), lab(b, sight)]
        expect(Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]), `${a} ${b}`).toBeGreaterThan(15)
      }
    }
  })
})

describe('assignColors', () => {
  it('gives the four basic names blue, orange, green and red', () => {
    expect(assignColors(['retain', 're_engage', 'nurture', 'reward'])).toEqual([
      '#0072B2',
      '#E69F00',
      '#009E73',
      '#D55E00'
    ])
  })

  it('keeps the colour of a meaning whatever stands beside it', () => {
    const [first] = assignColors(['upsell'])
    expect(assignColors(['reward', 'retain', 'upsell'])[2]).toBe(first)
    expect(assignColors(['retain', 'retain', 'upsell'])[2]).toBe(first)
  })

  it.each([14, 40, 200])('never gives two of %i segments one colour', (count) => {
    const colors = assignColors(Array.from({ length: count }, (_, i) => MEANINGS[(i * i) % MEANINGS.length]!))
    expect(new Set(colors).size).toBe(count)
    for (const color of colors) expect(color).toMatch(/^#[0-9A-F]{6}$/)
  })

  it('uses the whole palette before it makes up colours', () => {
    const colors = assignColors(new Array(PALETTE.length).fill('retain'))
    expect(new Set(colors)).toEqual(new Set(PALETTE))
  })
})
