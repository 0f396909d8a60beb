import { limited } from '../features/scaling.ts'
import { LOGARITHMS } from '../features/transforms.ts'
import { Kernels } from '../kernels/kernels.ts'
import type { ModelFit } from '../records/model.ts'
import { DOMAIN_RADII } from './assign.ts'
import { OWN_NUMBERS, type Placements } from './placements.ts'
import { type AxisNumbers, axisNumbers, type FeatureRun, scaleRows } from './scale-rows.ts'

const PAGE = 65_536
const NUMBER = Float64Array.BYTES_PER_ELEMENT
/** Customers whose points are kept at a time: so many stay in the processor's cache. An even number. */
const BLOCK = 512
/** Larger models are placed by their Assigner. */
const MOST_SEGMENTS = 64
const MOST_FEATURES = 50

/** Where everything lies in the memory. */
const CENTROIDS = 1024
const KINDS = CENTROIDS + NUMBER * MOST_SEGMENTS * MOST_FEATURES
const RADII = KINDS + NUMBER * MOST_SEGMENTS
const RANKS = RADII + NUMBER * MOST_SEGMENTS
const LIMITS = RANKS + 2 * NUMBER * MOST_SEGMENTS
const AXES = LIMITS + BLOCK
/** Of each feature, in the order of assembly/place-rows.as. */
const AXIS_NUMBERS = 9
const LEFT = AXES + NUMBER * AXIS_NUMBERS * MOST_FEATURES
const LOGARITHM_TABLE = LEFT + 2 * NUMBER * BLOCK
const POINTS = LOGARITHM_TABLE + NUMBER * LOGARITHMS.length
const ROWS = POINTS + NUMBER * BLOCK * MOST_FEATURES
const END = ROWS + NUMBER * BLOCK * (OWN_NUMBERS + MOST_SEGMENTS)
const PAGES = Math.ceil(END / PAGE)

/**
 * Scaling and placing by WebAssembly, two customers at a time, of models with Euclidean distances: as Assigner.placeRows, to the last bit.
 * There is one for the process: it works within a call, and from call to call it keeps nothing but a model.
 */
export class RowKernel {
  private readonly kernels: Kernels
  private readonly scalePlane: (plane: number, axis: number, logarithmic: number, n: number) => number
  private readonly place: (n: number) => void
  private readonly numbers: Float64Array
  private readonly limits: Uint8Array
  private fit: ModelFit | undefined
  private axes: AxisNumbers[] = []

  /** @param module of assembly/place-rows.as */
  constructor(module: WebAssembly.Module) {
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: false })
    this.kernels = new Kernels(module, memory)
    this.scalePlane = this.kernels.get('scale')
    this.place = this.kernels.get('place')
    this.numbers = new Float64Array(memory.buffer)
    this.limits = new Uint8Array(memory.buffer, LIMITS, BLOCK)
    const places = { centroids: CENTROIDS, kinds: KINDS, radii: RADII, ranks: RANKS, limits: LIMITS, points: POINTS }
    const table = { left: LEFT, logarithms: LOGARITHM_TABLE, logarithmsEnd: LOGARITHMS.length }
    this.kernels.set({ ...places, ...table, rows: ROWS, planeBytes: NUMBER * BLOCK })
    this.numbers.set(LOGARITHMS, LOGARITHM_TABLE / NUMBER)
  }

  takes({ distance, segments, features }: ModelFit): boolean {
    return distance === 'euclidean' && segments.length <= MOST_SEGMENTS && features.length <= MOST_FEATURES
  }

  /** As Assigner.placeRows. @param fit one that it takes */
  placeRows(fit: ModelFit, placements: Placements, from: number, to: number, runs: readonly FeatureRun[]): boolean {
    if (fit !== this.fit) this.load(fit)
    const { width, segments: told } = placements
    this.kernels.set({ rowBytes: NUMBER * width, told })
    for (let first = from; first < to; first += BLOCK) {
      const last = Math.min(to, first + BLOCK)
      this.limits.fill(0)
      for (const [j, axis] of this.axes.entries()) {
        const plane = POINTS / NUMBER + j * BLOCK
        // Powers are for JavaScript.
        const scaled =
          axis.transform === 'yeo_johnson'
            ? scaleRows(axis, runs[j]!, first, last, this.numbers, plane, 1, this.limits)
            : this.scale(axis, runs[j]!, first, last, plane, AXES + NUMBER * AXIS_NUMBERS * j)
        if (!scaled) return false
      }
      this.place(last - first)
      const rows = ROWS / NUMBER
      placements.numbers.set(this.numbers.subarray(rows, rows + (last - first) * width), first * width)
    }
    return true
  }

  /** As scaleRows. */
  private scale(axis: AxisNumbers, run: FeatureRun, from: number, to: number, plane: number, place: number): boolean {
    const { numbers } = this
    const n = to - from
    const { column, start, step } = run
    if (step === 1) numbers.set(column.subarray(start + from, start + to), plane)
    else for (let row = 0, at = start + from * step; row < n; row++, at += step) numbers[plane + row] = column[at]!
    // The other one of a pair.
    if (n % 2 === 1) numbers[plane + n] = numbers[plane + n - 1]!
    const logarithmic = axis.transform === 'log1p'
    if (this.scalePlane(NUMBER * plane, place, logarithmic ? 1 : 0, n) === 0) return false
    if (!logarithmic) return true
    const end = LEFT / NUMBER + 2 * this.kernels.read('leftCount')
    for (let pair = LEFT / NUMBER; pair < end; pair += 2) {
      const logarithm = Math.log1p(numbers[pair + 1]!)
      numbers[plane + numbers[pair]!] = limited((limited(logarithm) - axis.center) / axis.scale)
    }
    return true
  }

  private load(fit: ModelFit): void {
    const { segments, features, fences } = fit
    this.axes = axisNumbers(fit)
    for (const [index, { centroid, kind, radius }] of segments.entries()) {
      this.numbers.set(centroid, CENTROIDS / NUMBER + index * features.length)
      this.numbers[KINDS / NUMBER + index] = fences.length > 0 && kind === 'outlier' ? 1 : 0
      this.numbers[RADII / NUMBER + index] = DOMAIN_RADII * radius
    }
    for (const [j, { impute, lower, upper, fence, range, center, scale }] of this.axes.entries()) {
      const axis = [impute, lower, upper, fence.min, fence.max, range.min, range.max, center, scale]
      this.numbers.set(axis, AXES / NUMBER + j * AXIS_NUMBERS)
    }
    this.kernels.set({ d: features.length, segments: segments.length })
    this.fit = fit
  }
}
