/** Points x with normal · x ≤ offset; the normal has length 1. */
export interface HalfSpace {
  normal: Float64Array
  offset: number
}

export interface Box {
  lower: Float64Array
  upper: Float64Array
}

/** Work that may still be done, in multiplications or what costs as much. */
export interface Budget {
  left: number
}

/** A point so far outside is inside. */
const TOLERANCE = 1e-11
/** Squared length that is left of a normal where the others span it. */
const DEPENDENT = 1e-14

/** A side of the box or a half-space that the point is held to, and how hard. */
interface Hold {
  normal: Float64Array
  offset: number
  multiplier: number
}

/**
 * The point of a box and of half-spaces that lies nearest to `start`: the dual active-set method of Goldfarb & Idnani
 * (1983) for the identity matrix, exact to rounding and done in finitely many steps. Deterministic.
 *
 * @param farthest points at this distance or farther are of no interest
 * @returns null where there is no such point nearer than `farthest`, or the work allowed did not suffice
 */
export function nearestInside(
  start: Float64Array,
  box: Box,
  halfSpaces: readonly HalfSpace[],
  budget: Budget,
  farthest = Number.POSITIVE_INFINITY
): Float64Array | null {
  const sides = [...halfSpaces, ...sidesOf(box)]
  const x = start.slice()
  const holds: Hold[] = []
  while (budget.left > 0) {
    budget.left -= sides.length * start.length
    const broken = mostBroken(sides, x)
    if (broken === null) return x
    if (!hold(x, holds, broken, budget)) return null
    // Each step is the nearest point of ever more sides, so it only gets farther.
    if (distance(x, start) >= farthest) return null
  }
  return null
}

/** Moves x onto the broken side with as little as the other holds allow, letting go of those that pull no more. */
function hold(x: Float64Array, holds: Hold[], { normal, offset }: HalfSpace, budget: Budget): boolean {
  let multiplier = 0
  while (budget.left > 0) {
    budget.left -= holds.length ** 3 + 4 * (holds.length + 1) * x.length
    const shares = sharesOf(normal, holds)
    const free = normal.slice()
    for (const [i, each] of holds.entries()) add(free, each.normal, -shares[i]!)
    const length = dot(free, free)

    // How far the multiplier can grow until another one is 0, and until the side is met.
    let first = -1
    let until = Number.POSITIVE_INFINITY
    holds.forEach((each, i) => {
      if (shares[i]! > 0 && each.multiplier / shares[i]! < until) {
        until = each.multiplier / shares[i]!
        first = i
      }
    })
    const met = length > DEPENDENT ? (dot(normal, x) - offset) / length : Number.POSITIVE_INFINITY
    const step = Math.min(until, met)
    if (step === Number.POSITIVE_INFINITY) return false

    if (met < Number.POSITIVE_INFINITY) add(x, free, -step)
    holds.forEach((each, i) => {
      each.multiplier -= step * shares[i]!
    })
    multiplier += step
    if (met <= until) {
      holds.push({ normal, offset, multiplier })
      return true
    }
    holds.splice(first, 1)
  }
  return false
}

/** The combination of the held normals that comes nearest to `normal`, by Gaussian elimination of their products. */
function sharesOf(normal: Float64Array, holds: readonly Hold[]): Float64Array {
  const q = holds.length
  const rows = holds.map((row) =>
    Float64Array.of(...holds.map((column) => dot(row.normal, column.normal)), dot(row.normal, normal))
  )
  for (let pivot = 0; pivot < q; pivot++) {
    // Positive definite, so no row need be exchanged.
    for (let i = pivot + 1; i < q; i++) add(rows[i]!, rows[pivot]!, -rows[i]![pivot]! / rows[pivot]![pivot]!)
  }
  const shares = new Float64Array(q)
  for (let i = q - 1; i >= 0; i--) {
    let rest = rows[i]![q]!
    for (let j = i + 1; j < q; j++) rest -= rows[i]![j]! * shares[j]!
    shares[i] = rest / rows[i]![i]!
  }
  return shares
}

function sidesOf({ lower, upper }: Box): HalfSpace[] {
  const d = lower.length
  const along = (j: number, direction: 1 | -1) => new Float64Array(d).fill(direction, j, j + 1)
  return [...lower.keys()].flatMap((j) => [
    { normal: along(j, 1), offset: upper[j]! },
    { normal: along(j, -1), offset: -lower[j]! }
  ])
}

function mostBroken(sides: readonly HalfSpace[], x: Float64Array): HalfSpace | null {
  let most = TOLERANCE
  let broken: HalfSpace | null = null
  for (const side of sides) {
    const excess = dot(side.normal, x) - side.offset
    if (excess <= most) continue
    most = excess
    broken = side
  }
  return broken
}

function distance(a: Float64Array, b: Float64Array): number {
  let squares = 0
  for (let j = 0; j < a.length; j++) squares += (a[j]! - b[j]!) ** 2
  return Math.sqrt(squares)
}

function add(to: Float64Array, what: Float64Array, times: number): void {
  for (let j = 0; j < to.length; j++) to[j]! += times * what[j]!
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!
  return sum
}
