/** Numbers of features the kernels are compiled for, as in scripts/kernels.mjs. */
const WIDTHS = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 50]

export const MAX_FEATURES = 50
export const MAX_CLUSTERS = 50
/** Trials of greedy k-means++ for the largest k, and more: 2 + ⌊ln 50⌋ = 5. */
export const MAX_TRIALS = 8
const SUPER = 16
const STATE_BYTES = 64
const TABLE_BYTES = 256

export interface Shape {
  n: number
  d: number
  weighted: boolean
  /** Threads that work on the data at once, each with its own scratch. */
  workers: number
  /** Sets of labels kept side by side, one for each k of a sweep. */
  labelSets: number
}

/** Where everything lies in the memory, in bytes from its start. The names are those of the kernels' globals. */
export interface Layout extends Shape {
  /** d padded to a width the kernels know. */
  width: number
  blockSize: number
  blocks: number
  superBlocks: number
  shared: Readonly<Record<SharedRegion, number>>
  scratch: readonly Readonly<Record<ScratchRegion, number>>[]
  /** Uint8 in spatial order, `stride` bytes each. */
  labelSetAt(slot: number): number
  /** Of the coarse rows, which stand for a large data set; null for a small one. */
  coarse: Layout | null
  /** The first byte after all that. */
  end: number
}

type SharedRegion =
  | 'input'
  | 'inputWeights'
  | 'origin'
  | 'rotation'
  | 'directions'
  | 'frame'
  | 'order'
  | 'cells'
  | 'rows'
  | 'weights'
  | 'axes'
  | 'boxes'
  | 'superBoxes'
  | 'masses'
  | 'superMasses'
  | 'histograms'
type ScratchRegion =
  | 'labels'
  | 'leases'
  | 'states'
  | 'superStates'
  | 'centroids'
  | 'sums'
  | 'splats'
  | 'lanes'
  | 'apart'
  | 'scratch'
  | 'shifts'
  | 'trialSplats'
  | 'trialLanes'
  | 'trialTotals'

/** Bits of the Morton cell: about six points a cell, at most 2^18 cells. */
export function mortonBits(n: number, dimensions: number): number {
  const wanted = Math.ceil(Math.log2(Math.max(8, n / 6)) / dimensions)
  return Math.max(1, Math.min(wanted, Math.floor(18 / dimensions)))
}

/** Rows from which coarse ones pay. */
const WORTH_COARSENING = 16384

/** Among the coarse rows a block is one, but so many are all their rows, and so is the last, which may be shorter. */
export const blocksApart = ({ blocks, blockSize }: Pick<Layout, 'blocks' | 'blockSize'>): number =>
  Math.floor(blocks / blockSize)

/** @param first byte that is free */
export function layOut(shape: Shape, first = 1024): Layout {
  const { n, d, weighted, workers, labelSets } = shape
  if (d < 1 || d > MAX_FEATURES) throw new RangeError(`the kernels take 1 to ${MAX_FEATURES} features, got ${d}`)
  const width = WIDTHS.find((each) => each >= d)!
  const blockSize = width <= 4 ? 64 : 32
  const blocks = Math.ceil(n / blockSize)
  const superBlocks = Math.ceil(blocks / SUPER)
  const padded = blocks * blockSize
  const cellCount = 2 ** (Math.min(3, d) * mortonBits(n, Math.min(3, d)))

  let next = first
  const take = (bytes: number) => {
    const address = next
    next = Math.ceil((next + bytes) / 64) * 64
    return address
  }
  const boxRow = (2 * width + 4) * 4
  const massRow = (width + 3) * 8
  const shared = {
    input: take(n * d * 8),
    inputWeights: weighted ? take(n * 8) : 0,
    origin: take(width * 8),
    rotation: take(d * (width + 1) * 8),
    directions: take(d * 32),
    frame: take(64),
    order: take(n * 4),
    cells: take(n * 4),
    rows: take(padded * width * 8),
    weights: weighted ? take(padded * 8) : 0,
    axes: take(padded * width * 4),
    boxes: take(blocks * boxRow),
    superBoxes: take(superBlocks * boxRow),
    masses: take(blocks * massRow),
    superMasses: take(superBlocks * massRow),
    histograms: take(workers * cellCount * 4)
  }
  const lanes = Math.ceil(MAX_CLUSTERS / 4) * 16
  const scratch = Array.from({ length: workers }, () => ({
    labels: take(padded),
    leases: take(padded * 4),
    states: take(blocks * STATE_BYTES),
    superStates: take(superBlocks * STATE_BYTES),
    centroids: take(MAX_CLUSTERS * width * 8),
    sums: take(MAX_CLUSTERS * (width + 2) * 8),
    splats: take(MAX_CLUSTERS * (width + 1) * 16),
    lanes: take((width + 3) * lanes),
    apart: take(MAX_CLUSTERS * width * lanes),
    scratch: take(TABLE_BYTES),
    shifts: take(MAX_CLUSTERS * 4),
    trialSplats: take(MAX_TRIALS * width * 16),
    trialLanes: take((MAX_TRIALS / 4) * width * 16),
    trialTotals: take(MAX_TRIALS * 8)
  }))
  const firstLabelSet = take(padded * labelSets)
  const rowsApart = blocksApart({ blocks, blockSize }) * blockSize + n - (blocks - 1) * blockSize
  const coarseRows = blocks - 1 - blocksApart({ blocks, blockSize }) + rowsApart
  const coarse = n < WORTH_COARSENING ? null : layOut({ n: coarseRows, d, weighted: true, workers, labelSets: 0 }, next)
  return {
    ...shape,
    width,
    blockSize,
    blocks,
    superBlocks,
    shared,
    scratch,
    labelSetAt: (slot) => firstLabelSet + slot * padded,
    coarse,
    end: coarse?.end ?? next
  }
}

/**
 * Bytes for the sums of a pass over the pairs, of all workers together; more labellings than fit are measured in several
 * passes. Enough for some hundred cells of a few thousand points, or of a sample of many.
 */
export const sumsBytes = (n: number): number => Math.min(2 ** 27, Math.max(2 ** 25, n * 2048))
