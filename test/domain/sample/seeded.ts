import type { RandomSource } from '../../../src/domain/sample/chance.ts'

/** mulberry32 (Tommy Ettinger, public domain): small, and independent of the generators under src/. */
export function seeded(seed: number): RandomSource {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
