/** Ids as UTF-8 in one run of bytes: id `row` is bytes[offsets[row]] up to bytes[offsets[row + 1]]. */
export interface IdArena {
  bytes: Uint8Array
  /** One more than there are ids. */
  offsets: Uint32Array
}

/** A lookup gives up hashing after so many slots and searches the order instead. */
const LONGEST_PROBE = 32
const FREE = 0
/** Rows between two pauses of whoever prepares or encodes them: a few milliseconds of work. */
const STRETCH = 20_000
const UNPAIRED_SURROGATE = /\p{Surrogate}/u

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** An index ready for use, in memory that threads share. */
export interface PreparedIndex {
  arena: IdArena
  /** A row + 1, or FREE. */
  slots: Uint32Array
  /** In bytes. */
  longestId: number
}

/**
 * Checks the ids and enters them into the table; whoever runs it may do something else wherever it yields.
 * @param arena its ids ascend strictly by bytes
 * @throws RangeError when they do not, or an offset is out of place
 */
export function* prepareIndex(arena: IdArena): Generator<undefined, PreparedIndex> {
  const { bytes, offsets } = arena
  const size = offsets.length - 1
  if (size < 0 || offsets[0] !== 0 || offsets[size] !== bytes.length)
    throw new RangeError('the ids must fill the arena')
  const places = 2 ** Math.ceil(Math.log2(Math.max(2, size * 1.5)))
  const slots = new Uint32Array(new SharedArrayBuffer(places * Uint32Array.BYTES_PER_ELEMENT))
  let longestId = 0
  for (let row = 0; row < size; row++) {
    longestId = Math.max(longestId, checkedLength(arena, row))
    if (row % STRETCH === STRETCH - 1) yield
  }
  for (let row = 0; row < size; row++) {
    enter(arena, slots, row)
    if (row % STRETCH === STRETCH - 1) yield
  }
  return { arena, slots, longestId }
}

/** What the steps come to, without a pause. */
export function atOnce<Result>(steps: Generator<undefined, Result>): Result {
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/**
 * Row numbers by customer id, the ids kept exactly.
 *
 * A hash table with open addressing over the bytes of the ids: two typed arrays instead of a million strings, nothing
 * for the garbage collector to walk. Whoever chooses the ids may choose them to collide. The ids are therefore in
 * ascending order too: where 32 slots in a row are taken, building leaves the id out and a lookup halves the order,
 * so that nothing ever takes more than O(log n) steps.
 */
export class CustomerIndex {
  readonly size: number
  private readonly arena: IdArena
  private readonly slots: Uint32Array
  private readonly mask: number
  private readonly longestId: number
  private readonly wanted: Uint8Array

  constructor({ arena, slots, longestId }: PreparedIndex) {
    this.size = arena.offsets.length - 1
    this.arena = arena
    this.slots = slots
    this.mask = slots.length - 1
    this.longestId = longestId
    this.wanted = new Uint8Array(longestId + 4)
  }

  /** @returns undefined for an id that is not there */
  rowOf(id: string): number | undefined {
    const length = this.encode(id)
    if (length === undefined) return undefined

    const { bytes, offsets } = this.arena
    let slot = hash(this.wanted, 0, length) & this.mask
    for (let probe = 0; probe < LONGEST_PROBE; probe++) {
      const entry = this.slots[slot]!
      if (entry === FREE) return undefined
      const start = offsets[entry - 1]!
      if (offsets[entry]! - start === length && startsWith(bytes, start, this.wanted, length)) return entry - 1
      slot = (slot + 1) & this.mask
    }
    return this.search(length)
  }

  idOf(row: number): string {
    if (!(row >= 0 && row < this.size)) throw new RangeError(`row must lie in [0, ${this.size})`)
    return decoder.decode(this.arena.bytes.subarray(this.arena.offsets[row], this.arena.offsets[row + 1]))
  }

  /** Puts the id's bytes into `wanted`. @returns how many, or undefined when no id has that many or none can read so */
  private encode(id: string): number | undefined {
    if (id.length > this.longestId) return undefined
    let ascii = 0
    while (ascii < id.length && id.charCodeAt(ascii) < 0x80) {
      this.wanted[ascii] = id.charCodeAt(ascii)
      ascii++
    }
    if (ascii === id.length) return ascii

    const { read, written } = encoder.encodeInto(id, this.wanted)
    const fits = read === id.length && written <= this.longestId
    return fits && !UNPAIRED_SURROGATE.test(id) ? written : undefined
  }

  /** Binary search for the first `length` bytes of `wanted`. */
  private search(length: number): number | undefined {
    const { bytes, offsets } = this.arena
    let low = 0
    let high = this.size - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const order = compareBytes(bytes, offsets[middle]!, offsets[middle + 1]!, this.wanted, 0, length)
      if (order === 0) return middle
      if (order < 0) low = middle + 1
      else high = middle - 1
    }
    return undefined
  }
}

/**
 * @param ids ascending by code point
 * @param poll called every few milliseconds; may throw to end
 * @throws RangeError for half a surrogate pair, or more than 4 GiB of ids
 */
export function encodeIds(ids: readonly string[], poll: () => void = () => {}): IdArena {
  const offsets = new Uint32Array(ids.length + 1)
  let bytes = new Uint8Array(Math.max(64, ids.length * 8))
  let end = 0
  for (const [row, id] of ids.entries()) {
    if (row % STRETCH === 0) poll()
    if (UNPAIRED_SURROGATE.test(id)) throw new RangeError('an id must be well-formed Unicode')
    if (end + 3 * id.length > bytes.length) bytes = grown(bytes, end + 3 * id.length)
    end += encoder.encodeInto(id, bytes.subarray(end)).written
    if (end > 0xffff_ffff) throw new RangeError('the ids must take less than 4 GiB')
    offsets[row + 1] = end
  }
  return { bytes: bytes.slice(0, end), offsets }
}

function grown(bytes: Uint8Array<ArrayBuffer>, least: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(least, 2 * bytes.length))
  larger.set(bytes)
  return larger
}

/** @returns the bytes of the id in this row. @throws RangeError when it does not come after the one before */
function checkedLength({ bytes, offsets }: IdArena, row: number): number {
  const start = offsets[row]!
  const end = offsets[row + 1]!
  if (end < start) throw new RangeError('the offsets of ids must not fall')
  if (row > 0 && compareBytes(bytes, offsets[row - 1]!, start, bytes, start, end) >= 0) {
    throw new RangeError('the ids must ascend')
  }
  return end - start
}

function enter({ bytes, offsets }: IdArena, slots: Uint32Array, row: number): void {
  const mask = slots.length - 1
  let slot = hash(bytes, offsets[row]!, offsets[row + 1]!) & mask
  for (let probe = 0; probe < LONGEST_PROBE; probe++) {
    if (slots[slot] === FREE) {
      slots[slot] = row + 1
      return
    }
    slot = (slot + 1) & mask
  }
}

/** FNV-1a over 32 bits, its low bits stirred by the finaliser of MurmurHash3: they alone choose the slot. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let state = 0x811c9dc5
  for (let at = start; at < end; at++) state = Math.imul(state ^ bytes[at]!, 0x01000193)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return state ^ (state >>> 16)
}

function startsWith(bytes: Uint8Array, start: number, wanted: Uint8Array, length: number): boolean {
  for (let at = 0; at < length; at++) if (bytes[start + at] !== wanted[at]) return false
  return true
}

/** Below, at or above 0 as a comes before, with or after b. UTF-8 orders bytes as it orders code points. */
function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number
): number {
  const shared = Math.min(aEnd - aStart, bEnd - bStart)
  for (let at = 0; at < shared; at++) {
    const difference = a[aStart + at]! - b[bStart + at]!
    if (difference !== 0) return difference
  }
  return aEnd - aStart - (bEnd - bStart)
}
