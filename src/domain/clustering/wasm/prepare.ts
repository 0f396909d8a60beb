import { mortonBits } from '../../kernels/layout.ts'
import { symmetricEigen } from '../../numeric/jacobi.ts'
import type { Matrix } from '../../numeric/matrix.ts'
import { coarseRows } from './coarse.ts'
import { type Crew, type Member, onlyMember } from './crew.ts'
import type { Frame, StageOrders, StageResults } from './orders.ts'
import type { Space } from './space.ts'
import { inSteps, ROWS_BETWEEN_POLLS, share } from './steps.ts'

/** Rows looked at to choose the origin, the rotation and the ends of the Morton curve: only speed depends on them. */
const SAMPLE = 2048
/** Of these, rows that are sorted to find the ends. */
const ENDS_SAMPLE = 512
/** Share of the sample beyond each end of the Morton curve, so that a far outlier does not squeeze all others together. */
const TAIL = 0.002
/** Numbers in a data set above which its order is made by all members. */
const WORTH_SHARING = 50_000
const FLOAT32_UNIT = 2 ** -24
const FLOAT64_UNIT = 2 ** -53

type PrepareStage = 'cells' | 'sort' | 'place'

/** Has some members do a stage. */
interface Helpers {
  size: number
  run<Name extends PrepareStage>(stage: Name, order: StageOrders[Name]): StageResults[Name][]
}

/**
 * Brings rows into the memory and into spatial order: the crew's members know the data set when this returns.
 *
 * @throws RangeError when a value is beyond 1e140, when d is more than 50, or when the memory's limit is too small
 */
export function prepare(crew: Crew, space: Space, matrix: Matrix, weights?: Float64Array): Frame {
  const together: Helpers = { size: crew.size, run: (stage, order) => crew.run(stage, order) }
  const helpers = matrix.n * matrix.d >= WORTH_SHARING ? together : alone(space, crew.poll)
  const frame = place(space, helpers, matrix, weights)
  if (space.coarse !== null) {
    const { rows, weights, hidden } = coarseRows(space)
    crew.poll()
    space.coarse.use()
    frame.coarse = { ...place(space.coarse, alone(space.coarse, crew.poll), rows, weights), hidden }
  }
  crew.tell('frame', frame)
  return frame
}

const alone = (space: Space, poll: () => void): Helpers => ({
  size: 1,
  run: (stage, order) => [prepareStages[stage](space, order, onlyMember(poll))]
})

function place(space: Space, helpers: Helpers, matrix: Matrix, weights?: Float64Array): Frame {
  const { n, d, width, shared } = space.layout
  space.doubles(shared.input, n * d).set(matrix.data.subarray(0, n * d))
  if (weights !== undefined) space.doubles(shared.inputWeights, n).set(weights)

  const orthogonality = chooseAxes(space, matrix)
  const dimensions = Math.min(3, d)
  const bits = mortonBits(n, dimensions)
  const cellCount = 2 ** (bits * dimensions)
  space.integers(shared.histograms, helpers.size * cellCount).fill(0)

  const longest = Math.sqrt(Math.max(...helpers.run('cells', { dimensions, bits })))
  if (!Number.isFinite(longest) || longest > 1e140) throw new RangeError('the kernels take values up to 1e140')
  space.run.startCells(shared.histograms, cellCount, helpers.size)
  helpers.run('sort', { cellCount })
  const scale = longest > 0 ? 2 ** -Math.ceil(Math.log2(longest) + 2 ** -40) : 1
  helpers.run('place', { scale })

  // Where squares of differences leave the range of float64, every decision is left to the float64 scan.
  const tame = longest === 0 || longest > 1e-140
  return {
    scale,
    relativeError: tame ? 1.01 * ((width + 7) * FLOAT32_UNIT + 2 * orthogonality) : 1e10,
    orthogonalityError: orthogonality,
    absoluteError: 2 ** -100,
    meanVariance: meanVariance(space),
    hidden: 0,
    coarse: null
  }
}

export const prepareStages: {
  [Name in PrepareStage]: (space: Space, order: StageOrders[Name], member: Member) => StageResults[Name]
} = {
  cells(space, { dimensions, bits }, member) {
    const { n, shared } = space.layout
    const [from, to] = share(n, member)
    const histogram = shared.histograms + member.index * 2 ** (bits * dimensions) * 4
    let longest = 0
    inSteps(from, to, ROWS_BETWEEN_POLLS, member, (start, end) => {
      longest = Math.max(longest, space.run.findCells(start, end, bits, shared.frame, histogram))
    })
    return longest
  },

  sort(space, { cellCount }, member) {
    const { n, shared } = space.layout
    const [from, to] = share(n, member)
    inSteps(from, to, ROWS_BETWEEN_POLLS, member, (start, end) => {
      space.run.sortByCell(start, end, shared.histograms + member.index * cellCount * 4)
    })
  },

  place(space, { scale }, member) {
    const [from, to] = share(space.layout.superBlocks, member)
    space.kernels.set({ scale })
    inSteps(from, to, Math.ceil(ROWS_BETWEEN_POLLS / (16 * space.layout.blockSize)), member, (start, end) => {
      space.run.place(start, end)
    })
  }
}

/**
 * Writes origin, rotation and the Morton curve's directions and ends, from a sample of rows.
 * Up to three features keep their axes; more are turned onto the principal ones, which makes the boxes tighter.
 *
 * @returns how far the rotation is from keeping lengths, with the float64 rounding of turning and of the oracle's scan
 */
function chooseAxes(space: Space, { data, n, d }: Matrix): number {
  const { shared, width } = space.layout
  const step = Math.max(1, Math.floor(n / SAMPLE))
  const sampled = Math.ceil(n / step)
  const origin = space.doubles(shared.origin, width).fill(0)
  for (let i = 0; i < n; i += step) for (let j = 0; j < d; j++) origin[j]! += data[i * d + j]! / sampled

  const vectors = d > 3 ? principalAxes(data, n, d, step, origin) : identity(d)
  const half = (width + 1) >> 1
  const rotation = space.doubles(shared.rotation, d * half * 2).fill(0)
  const directions = space.doubles(shared.directions, d * 4).fill(0)
  for (let q = 0; q < d; q++) {
    for (let a = 0; a < d; a++) rotation[q * half * 2 + a] = vectors[a]![q]!
    for (let a = 0; a < Math.min(3, d); a++) directions[q * 4 + a] = vectors[a]![q]!
  }

  const dimensions = Math.min(3, d)
  const stride = step * Math.max(1, Math.floor(sampled / ENDS_SAMPLE))
  const ends = Array.from({ length: dimensions }, (_, a) => {
    const along = new Float64Array(Math.ceil(n / stride))
    for (let i = 0, s = 0; i < n; i += stride, s++) {
      for (let j = 0; j < d; j++) along[s]! += (data[i * d + j]! - origin[j]!) * vectors[a]![j]!
    }
    along.sort()
    const tail = Math.floor(along.length * TAIL)
    return { low: along[tail]!, high: along[along.length - 1 - tail]! }
  })
  const widest = Math.max(...ends.map(({ low, high }) => high - low))
  const cellsPerUnit = widest > 0 ? 2 ** mortonBits(n, dimensions) / widest : 0
  const frame = space.doubles(shared.frame, 6).fill(0)
  ends.forEach(({ low }, a) => {
    frame[a * 2] = low
    frame[a * 2 + 1] = Number.isFinite(cellsPerUnit) ? cellsPerUnit : 0
  })
  return 2 * d * strayOf(vectors, d) + (8 * d + 32) * 2 * FLOAT64_UNIT
}

function identity(d: number): Float64Array[] {
  return Array.from({ length: d }, (_, a) => Float64Array.from({ length: d }, (_, q) => (a === q ? 1 : 0)))
}

function principalAxes(data: Float64Array, n: number, d: number, step: number, origin: Float64Array): Float64Array[] {
  let longest = 0
  for (let i = 0; i < n; i += step) {
    for (let j = 0; j < d; j++) longest = Math.max(longest, Math.abs(data[i * d + j]! - origin[j]!))
  }
  if (longest === 0) return identity(d)
  const covariance = new Float64Array(d * d)
  for (let i = 0; i < n; i += step) {
    for (let a = 0; a < d; a++) {
      const x = (data[i * d + a]! - origin[a]!) / longest
      for (let b = a; b < d; b++) covariance[a * d + b]! += x * ((data[i * d + b]! - origin[b]!) / longest)
    }
  }
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) covariance[a * d + b] = covariance[b * d + a]!
  return symmetricEigen(covariance, d).vectors
}

/** Largest entry of |VᵀV − 1|. */
function strayOf(vectors: Float64Array[], d: number): number {
  let largest = 0
  for (let a = 0; a < d; a++) {
    for (let b = a; b < d; b++) {
      let dot = a === b ? -1 : 0
      for (let q = 0; q < d; q++) dot += vectors[a]![q]! * vectors[b]![q]!
      largest = Math.max(largest, Math.abs(dot))
    }
  }
  return largest
}

/** From the masses of the super-blocks, always in their order. */
function meanVariance(space: Space): number {
  const { shared, superBlocks, width, n, d, weighted } = space.layout
  const row = width + 3
  const masses = space.doubles(shared.superMasses, superBlocks * row)
  const mean = new Float64Array(width)
  let weight = 0
  for (let s = 0; s < superBlocks; s++) {
    for (let j = 0; j < width; j++) mean[j]! += masses[s * row + j]!
    weight += masses[s * row + width]!
  }
  for (let j = 0; j < width; j++) mean[j]! /= weight
  let squares = 0
  for (let s = 0; s < superBlocks; s++) {
    const own = masses[s * row + width]!
    let between = 0
    for (let j = 0; j < width; j++) between += (masses[s * row + j]! / own - mean[j]!) ** 2
    squares += masses[s * row + width + 2]! + own * between
  }
  return squares / ((weighted ? weight : n) * d)
}
