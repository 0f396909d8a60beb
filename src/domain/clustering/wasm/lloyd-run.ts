import { MAX_CLUSTERS } from '../../kernels/layout.ts'
import type { Member } from './crew.ts'
import type { Space } from './space.ts'

/** About 5 ms of work for the kernels: features times centroids times points between two polls. */
const WORK_BETWEEN_POLLS = 2e7

const POINTS_BETWEEN_POLLS = 2 ** 18

/** Rows beyond the reach of a processor's second cache. */
const FAR_BYTES = 2 ** 22

/**
 * Lloyd's algorithm on a prepared data set, from given centroids, in one worker's scratch.
 * Every label equals that of a float64 scan over all centroids, the lower index on a tie.
 */
export class LloydRun {
  readonly #space: Space
  readonly #member: Member
  readonly #scale: number
  readonly #k: number
  readonly centroids: Float64Array
  readonly #sums: Float64Array
  readonly #origin: Float64Array
  readonly #superBlocksAtOnce: number
  /** Way of each centroid since the last assignment, in the kernels' scale. */
  readonly #shifts: Float32Array
  /** Assignments since the labels were forgotten. */
  #turn = 0

  /**
   * @param exactSums whether centroids are means of the float64 rows throughout; else, of a large data set, of rows rounded
   * to float32 where that is faster
   */
  constructor(space: Space, member: Member, k: number, exactSums: boolean) {
    if (k < 1 || k > MAX_CLUSTERS) throw new RangeError(`the kernels take 1 to ${MAX_CLUSTERS} clusters, got ${k}`)
    const { shared, scratch, width, blockSize } = space.layout
    this.#space = space
    this.#member = member
    this.#scale = space.frame.scale
    this.#k = k
    const own = scratch[space.worker]!
    this.centroids = space.doubles(own.centroids, k * width)
    this.#sums = space.doubles(own.sums, k * (width + 2))
    this.#shifts = space.floats(own.shifts, k)
    this.#origin = space.doubles(shared.origin, width)
    this.#superBlocksAtOnce = Math.max(1, Math.floor(WORK_BETWEEN_POLLS / (width * k * blockSize * 16)))
    space.use()
    space.kernels.set({
      clusters: k,
      lanesOfCentres: Math.ceil(k / 4),
      exactSums: exactSums || space.layout.n * width * 8 <= FAR_BYTES ? 1 : 0
    })
  }

  /** Forgets all labels. @param centroids k rows of d */
  restart(centroids: Float64Array): void {
    const { d, width } = this.#space.layout
    this.centroids.fill(0)
    for (let c = 0; c < this.#k; c++) {
      for (let j = 0; j < d; j++) this.centroids[c * width + j] = centroids[c * d + j]!
    }
    this.forget()
  }

  /** Forgets all labels, so that the next assignment adds the sums up anew. */
  forget(): void {
    this.#sums.fill(0)
    this.#shifts.fill(0)
    this.#turn = 0
    this.#space.run.resetStates()
  }

  /** @returns how many labels changed */
  assign(): number {
    const { run, layout } = this.#space
    const largest = this.#shifts.reduce((most, shift) => Math.max(most, shift), 0)
    run.prepareCentres(largest)
    let changed = 0
    for (let from = 0; from < layout.superBlocks; from += this.#superBlocksAtOnce) {
      changed += run.assign(from, Math.min(layout.superBlocks, from + this.#superBlocksAtOnce), this.#turn)
      this.#member.poll()
    }
    this.#turn++
    this.#shifts.fill(0)
    return changed
  }

  /**
   * Moves every centroid to the mean of its members; an empty one to the point farthest from its own centroid.
   *
   * @returns summed squared shift of all centroids
   */
  moveToMeans(): number {
    const { width } = this.#space.layout
    const { centroids } = this
    const row = width + 2
    const { sums, adopted } = this.#hasEmpty() ? this.#adopt() : { sums: this.#sums }
    let shift = 0
    for (let c = 0; c < this.#k; c++) {
      const weight = sums[c * row + width]!
      if (sums[c * row + width + 1]! < 0.5 || !(weight > 0)) continue
      const point = adopted?.get(c)
      let squared = 0
      for (let j = 0; j < width; j++) {
        const at = c * width + j
        const mean = point === undefined ? this.#origin[j]! + sums[c * row + j]! / weight : point[j]!
        squared += (mean - centroids[at]!) ** 2
        centroids[at] = mean
      }
      shift += squared
      // Rounded up, whatever float32 makes of it.
      this.#shifts[c]! += Math.sqrt(squared) * this.#scale * (1 + 2 ** -20)
    }
    return shift
  }

  /** Of weight · squared distance to the own centroid, over all points. */
  inertia(): number {
    return this.#space.run.inertia(0, this.#space.layout.superBlocks)
  }

  /** Number of points of each cluster. */
  sizes(): Float64Array {
    const row = this.#space.layout.width + 2
    return Float64Array.from({ length: this.#k }, (_, c) => this.#sums[c * row + row - 1]!)
  }

  /** k rows of d */
  centroidRows(): Float64Array {
    const { d, width } = this.#space.layout
    const rows = new Float64Array(this.#k * d)
    for (let c = 0; c < this.#k; c++) rows.set(this.centroids.subarray(c * width, c * width + d), c * d)
    return rows
  }

  #hasEmpty(): boolean {
    const row = this.#space.layout.width + 2
    for (let at = row - 1; at < this.#sums.length; at += row) if (this.#sums[at]! < 0.5) return true
    return false
  }

  /** The sums with one far point taken out of its cluster for each empty one. The labels follow at the next assignment. */
  #adopt(): { sums: Float64Array; adopted: Map<number, Float64Array> } {
    const { width, shared, scratch, superBlocks } = this.#space.layout
    const row = width + 2
    const empty = Array.from({ length: this.#k }, (_, c) => c).filter((c) => this.#sums[c * row + width + 1]! < 0.5)
    const adopted = new Map<number, Float64Array>()
    const labels = this.#space.bytes(scratch[this.#space.worker]!.labels, this.#space.layout.n)
    const taken = new Set<number>()
    this.#space.run.writeLabels(0, superBlocks)
    const sums = this.#sums.slice()
    for (const c of empty) {
      const point = this.#farthest(taken, labels, sums)
      if (point < 0) break
      taken.add(point)
      const from = labels[point]!
      const at = this.#space.doubles(shared.rows + point * width * 8, width).slice()
      const weight = this.#space.layout.weighted ? this.#space.doubles(shared.weights + point * 8, 1)[0]! : 1
      for (let j = 0; j < width; j++) sums[from * row + j]! -= (at[j]! - this.#origin[j]!) * weight
      sums[from * row + width]! -= weight
      sums[from * row + width + 1]!--
      sums[c * row + width] = weight
      sums[c * row + width + 1] = 1
      adopted.set(c, at)
    }
    return { sums, adopted }
  }

  /** The point farthest from its own centroid in a cluster that keeps others, the caller's lower index on a tie; or −1. */
  #farthest(taken: ReadonlySet<number>, labels: Uint8Array, sums: Float64Array): number {
    const { n, width, shared } = this.#space.layout
    const rows = this.#space.doubles(shared.rows, n * width)
    const order = this.#space.integers(shared.order, n)
    let chosen = -1
    let largest = 0
    for (let p = 0; p < n; p++) {
      if (p % POINTS_BETWEEN_POLLS === 0) this.#member.poll()
      const label = labels[p]!
      if (sums[label * (width + 2) + width + 1]! < 1.5 || taken.has(p)) continue
      let squared = 0
      for (let j = 0; j < width; j++) squared += (rows[p * width + j]! - this.centroids[label * width + j]!) ** 2
      const further = squared > largest || (squared === largest && squared > 0 && order[p]! < order[chosen]!)
      if (!further) continue
      largest = squared
      chosen = p
    }
    return chosen
  }
}
