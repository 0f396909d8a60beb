import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  atOnce,
  CustomerIndex,
  encodeIds,
  type IdArena,
  prepareIndex
} from '../../../src/domain/serving/customer-index.ts'

/** Ascending by code point, as UTF-8 bytes are. */
const byCodePoint = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
const indexed = (arena: IdArena) => new CustomerIndex(atOnce(prepareIndex(arena)))
const indexOf = (ids: Iterable<string>) => indexed(encodeIds([...ids].sort(byCodePoint)))

const wellFormed = fc.string({ unit: 'binary', maxLength: 12 })
const hostile = fc.oneof(
  wellFormed,
  fc.integer({ min: 0, max: 300 }).map((n) => 'x'.repeat(n)),
  wellFormed.map((text) => `shared-prefix-of-many-customers-${text}`),
  fc.constantFrom('', '\0', '0', '00', '٠', '\uFEFF', '\uFFFD', 'é', 'é', '～', '😀', '__proto__', 'constructor'),
  fc.integer({ min: 1, max: 4 }).map((n) => '😀'.repeat(1000 * n))
)

describe('CustomerIndex', () => {
  it('answers as a Map does, whatever the ids', () => {
    fc.assert(
      fc.property(fc.uniqueArray(hostile, { maxLength: 200 }), fc.array(hostile), (ids, others) => {
        const sorted = [...ids].sort(byCodePoint)
        const rows = new Map(sorted.map((id, row) => [id, row]))
        const index = indexed(encodeIds(sorted))
        expect(index.size).toBe(ids.length)
        for (const id of [...ids, ...others]) expect(index.rowOf(id)).toBe(rows.get(id))
        for (const [id, row] of rows) expect(index.idOf(row)).toBe(id)
      }),
      { numRuns: 300 }
    )
  })

  it('finds every one of many ids and none beside them', () => {
    const ids = Array.from({ length: 50_000 }, (_, row) => String(2 * row + 1_000_000))
    const index = indexOf(ids)
    expect(ids.every((id, row) => index.rowOf(id) === row)).toBe(true)
    expect(ids.some((id) => index.rowOf(String(Number(id) + 1)) !== undefined)).toBe(false)
  })

  it('finds ids that were chosen to collide', () => {
    const colliding = idsOfOneSlot(200, 1023)
    const index = indexOf(colliding)
    for (const [row, id] of [...colliding].sort(byCodePoint).entries()) expect(index.rowOf(id)).toBe(row)
    for (const id of idsOfOneSlot(220, 1023).slice(200)) expect(index.rowOf(id)).toBeUndefined()
  })

  it('does not take half a surrogate pair for the character that replaces it', () => {
    const index = indexOf(['\uFFFD', 'a'])
    expect(index.rowOf('\uD800')).toBeUndefined()
    expect(index.rowOf('\uFFFD')).toBe(1)
    expect(() => encodeIds(['\uD800'])).toThrow(RangeError)
  })

  it('refuses ids that do not ascend and rows that do not exist', () => {
    expect(() => indexed(encodeIds(['b', 'a']))).toThrow('the ids must ascend')
    expect(() => indexed(encodeIds(['a', 'a']))).toThrow('the ids must ascend')
    expect(() => indexed({ bytes: new Uint8Array(2), offsets: Uint32Array.of(0, 1) })).toThrow(RangeError)
    expect(() => indexed({ bytes: new Uint8Array(2), offsets: Uint32Array.of(0, 3, 1, 2) })).toThrow(RangeError)
    expect(() => indexOf(['a']).idOf(1)).toThrow(RangeError)
    expect(() => indexOf(['a']).idOf(-1)).toThrow(RangeError)
  })

  it('holds no id in an empty index', () => {
    const index = indexOf([])
    expect(index.size).toBe(0)
    expect(index.rowOf('')).toBeUndefined()
  })
})

/** Ids whose hash ends in the same bits: FNV-1a with MurmurHash3's finaliser, as the index computes it. */
function idsOfOneSlot(count: number, mask: number): string[] {
  const ids: string[] = []
  for (let n = 0; ids.length < count; n++) {
    let state = 0x811c9dc5
    for (const byte of Buffer.from(`c${n}`)) state = Math.imul(state ^ byte, 0x01000193)
    state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
    state ^= state >>> 16
    if ((state & mask) === 7) ids.push(`c${n}`)
  }
  return ids
}
