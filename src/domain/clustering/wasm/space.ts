import type { Kernels } from '../../kernels/kernels.ts'
import { ensureBytes } from '../../kernels/kernels.ts'
import { type Layout, layOut, type Shape } from '../../kernels/layout.ts'
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
  /** The pass over the pairs that is under way. */
  plan: TilePlan | undefined
  readonly kernels: Kernels
  readonly worker: number

  constructor(kernels: Kernels, shape: Shape, worker: number) {
    this.kernels = kernels
    this.worker = worker
    this.layout = layOut(shape)
    ensureBytes(kernels.memory, this.layout.end)
    const { shared, scratch, n, d, width, blockSize, blocks } = this.layout
    const { frame: _, histograms: __, ...globals } = shared
    kernels.set({
      ...globals,
      ...scratch[worker]!,
      count: n,
      features: d,
      paddedFeatures: width,
      blockSize,
      axisBytes: blocks * blockSize * 4
    })
    this.run = Object.fromEntries([
      ...COPIES.map((name) => [name, kernels.get(`${name}_${width}`)]),
      ...COMMON.map((name) => [name, kernels.get(name)])
    ])
  }

  useFrame({ meanVariance: _, ...globals }: Frame): void {
    this.kernels.set({ ...globals })
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
