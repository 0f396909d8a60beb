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
const POINTS = LIMITS + BLOCK
const ROWS = POINTS + NUMBER * BLOCK * MOST_FEATURES
const END = ROWS + NUMBER * BLOCK * (OWN_NUMBERS + MOST_SEGMENTS)
const PAGES = Math.ceil(END / PAGE)

/**
 * Placing by WebAssembly, two customers at a time, of models with Euclidean distances: as Assigner.placeRows, to the last bit.
 * There is one for the process: it works within a call, and from call to call it keeps nothing but a model.
 */
export class RowKernel {
  private readonly kernels: Kernels
  private readonly place: (n: number) => void
  private readonly numbers: Float64Array
  private readonly limits: Uint8Array
  private fit: ModelFit | undefined
  private axes: AxisNumbers[] = []

  /** @param module of assembly/place-rows.as */
  constructor(module: WebAssembly.Module) {
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: false })
    this.kernels = new Kernels(module, memory)
    this.place = this.kernels.get('place')
    this.numbers = new Float64Array(memory.buffer)
    this.limits = new Uint8Array(memory.buffer, LIMITS, BLOCK)
    const places = { centroids: CENTROIDS, kinds: KINDS, radii: RADII, ranks: RANKS, limits: LIMITS, points: POINTS }
    this.kernels.set({ ...places, rows: ROWS, planeBytes: NUMBER * BLOCK })
  }

  takes({ distance, segments, features }: ModelFit): boolean {
    return distance === 'euclidean' && segments.length <= MOST_SEGMENTS && features.length <= MOST_FEATURES
  }

  /** As Assigner.placeRows. @param fit one that it takes */
  placeRows(fit: ModelFit, placements: Placements, from: number, to: number, runs: readonly FeatureRun[]): void {
    if (fit !== this.fit) this.load(fit)
    const { width, segments: told } = placements
    this.kernels.set({ rowBytes: NUMBER * width, told })
    for (let first = from; first < to; first += BLOCK) {
      const last = Math.min(to, first + BLOCK)
      this.limits.fill(0)
      for (const [j, axis] of this.axes.entries()) {
        scaleRows(axis, runs[j]!, first, last, this.numbers, POINTS / NUMBER + j * BLOCK, 1, this.limits)
      }
      this.place(last - first)
      const rows = ROWS / NUMBER
      placements.numbers.set(this.numbers.subarray(rows, rows + (last - first) * width), first * width)
    }
  }

  private load(fit: ModelFit): void {
    const { segments, features, fences } = fit
    this.axes = axisNumbers(fit)
    for (const [index, { centroid, kind, radius }] of segments.entries()) {
      this.numbers.set(centroid, CENTROIDS / NUMBER + index * features.length)
      this.numbers[KINDS / NUMBER + index] = fences.length > 0 && kind === 'outlier' ? 1 : 0
      this.numbers[RADII / NUMBER + index] = DOMAIN_RADII * radius
    }
    this.kernels.set({ d: features.length, segments: segments.length })
    this.fit = fit
  }
}
