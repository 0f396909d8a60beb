/**
 * Seeded source of chance: xoshiro128** 1.1 (Blackman & Vigna 2018), its state filled by splitmix32.
 * The same seeds give the same numbers on every machine; not for secrets.
 */
export interface RandomSource {
  /** Uniform in [0, 1), 53 bits. */
  next(): number
  /** Uniform integer in [0, limit). */
  below(limit: number): number
}

const rotateLeft = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits))

/** One step of splitmix32: a bijection on 32 bits in which close inputs give unlike outputs. */
function scramble(word: number): number {
  let z = (word + 0x9e3779b9) | 0
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}

/**
 * A 32-bit seed that depends on every part, so that each restart of each k draws its own numbers whatever ran before it.
 *
 * @param parts integers of at most 53 bits
 */
export function deriveSeed(...parts: number[]): number {
  let seed = 0
  for (const part of parts) {
    seed = scramble(seed ^ (part >>> 0))
    seed = scramble(seed ^ (Math.floor(part / 2 ** 32) >>> 0))
  }
  return seed
}

/** @param parts integers that together are the seed */
export function createRandom(...parts: number[]): RandomSource {
  const seed = deriveSeed(...parts)
  let a = scramble(seed)
  let b = scramble(a ^ seed)
  let c = scramble(b)
  let d = scramble(c) | 1 // a state of zeros would stay zero

  const word = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotateLeft(d, 11)
    return result
  }
  const next = () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53
  return { next, below: (limit) => Math.floor(next() * limit) }
}

/** `count` different indices in [0, size), each set equally likely, in ascending order. */
export function sampleIndices(size: number, count: number, random: RandomSource): Int32Array {
  const indices = new Int32Array(size)
  for (let i = 0; i < size; i++) indices[i] = i
  const taken = Math.min(count, size)
  for (let i = 0; i < taken; i++) {
    const other = i + random.below(size - i)
    const held = indices[i]!
    indices[i] = indices[other]!
    indices[other] = held
  }
  return indices.subarray(0, taken).slice().sort()
}
