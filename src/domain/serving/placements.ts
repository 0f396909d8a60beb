/** Numbers before the distances: segment, distance, margin, whether out of domain. */
export const OWN_NUMBERS = 4

/** Memory of its own costs more than all that is written for a few customers: those take theirs from a common piece. */
const PIECE = 1024
let piece = new Float64Array(PIECE)
let taken = 0

function room(count: number): Float64Array {
  if (count > PIECE / 8) return new Float64Array(count)
  if (taken + count > PIECE) {
    piece = new Float64Array(PIECE)
    taken = 0
  }
  taken += count
  return new Float64Array(piece.buffer, (taken - count) * Float64Array.BYTES_PER_ELEMENT, count)
}

/** The places of many customers among the segments, in one run of numbers instead of an object each. */
export class Placements {
  /** Of each customer: segment, distance, margin, 1 where out of domain, distances to all segments. */
  readonly numbers: Float64Array
  /** Numbers of a customer. */
  readonly width: number

  /** @param segments distances to be kept of each customer: of the model's segments, or 0 where nobody asks for them */
  constructor(
    readonly n: number,
    readonly segments: number
  ) {
    this.width = OWN_NUMBERS + segments
    this.numbers = room(n * this.width)
  }

  set(row: number, segment: number, distance: number, margin: number, outOfDomain: boolean): void {
    const at = row * this.width
    this.numbers[at] = segment
    this.numbers[at + 1] = distance
    this.numbers[at + 2] = margin
    this.numbers[at + 3] = outOfDomain ? 1 : 0
  }

  setDistanceTo(row: number, segment: number, distance: number): void {
    this.numbers[row * this.width + OWN_NUMBERS + segment] = distance
  }

  /** Index in the model's list. */
  segment(row: number): number {
    return this.numbers[row * this.width]!
  }

  /** To the centre of the own segment. */
  distance(row: number): number {
    return this.numbers[row * this.width + 1]!
  }

  margin(row: number): number {
    return this.numbers[row * this.width + 2]!
  }

  outOfDomain(row: number): boolean {
    return this.numbers[row * this.width + 3] === 1
  }

  distanceTo(row: number, segment: number): number {
    return this.numbers[row * this.width + OWN_NUMBERS + segment]!
  }
}
