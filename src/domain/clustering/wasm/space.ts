import type { Kernels } from '../../kernels/kernels.ts'
import { ensureBytes } from '../../kernels/kernels.ts'
import type { Layout } from '../../kernels/layout.ts'
import type { Frame, TilePlan } from './orders.ts'

const COPIES = [
  'findCells',
  'place',
  'prepareCentres',
  'assign',
  'inertia',
  'setTrial',
  'tryAll',
  'lowerTo',
  'drawTiles',
  'pairTiles',
  'sampleTiles'
] as const
const COMMON = [
  'resetStates',
  'resetNearest',
  'writeLabels',
  'exportLabels',
  'pick',
  'startCells',
  'sortByCell',
  'addInto'
] as const

type Kernel = (...args: number[]) => number

/** One worker's view of a data set in the memory of the kernels. */
export class Space {
  /** The copies of the kernels for this number of features, and those that need none. */
  readonly run: Readonly<Record<(typeof COPIES)[number] | (typeof COMMON)[number], Kernel>>
  readonly layout: Layout
  /** The rows that stand for those of a large data set. */
  readonly coarse: Space | null
  /** The pass over the pairs that is under way. */
  plan: TilePlan | undefined
  readonly kernels: Kernels
  readonly worker: number
  #frame: Frame | undefined
  /** Of the kernels: where everything lies, and what bounds their errors. */
  #globals: Readonly<Record<string, number>>

  constructor(kernels: Kernels, layout: Layout, worker: number) {
    this.kernels = kernels
    this.worker = worker
    this.layout = layout
    ensureBytes(kernels.memory, layout.end)
    this.coarse = layout.coarse && new Space(kernels, layout.coarse, worker)
    const { shared, scratch, n, d, width, blockSize, blocks } = layout
    const { frame: _, histograms: __, ...regions } = shared
    this.#globals = {
      ...regions,
      ...scratch[worker]!,
      count: n,
      features: d,
      paddedFeatures: width,
      blockSize,
      axisBytes: blocks * blockSize * 4
    }
    this.run = Object.fromEntries([
      ...COPIES.map((name) => [name, kernels.get(`${name}_${width}`)]),
      ...COMMON.map((name) => [name, kernels.get(name)])
    ])
  }

  get frame(): Frame {
    if (this.#frame === undefined) throw new Error('the data set is not prepared')
    return this.#frame
  }

  takeFrame(frame: Frame): void {
    this.#frame = frame
    const { scale, relativeError, orthogonalityError, absoluteError } = frame
    this.#globals = { ...this.#globals, scale, relativeError, orthogonalityError, absoluteError }
    if (frame.coarse !== null) this.coarse!.takeFrame(frame.coarse)
  }

  /** Points the kernels to this data set. */
  use(): void {
    this.kernels.point(this.#globals)
  }

  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.kernels.memory.buffer, address, length)
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.kernels.memory.buffer, address, length)
  }

  integers(address: number, length: number): Int32Array {
    return new Int32Array(this.kernels.memory.buffer, address, length)
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer, address, length)
  }
}
