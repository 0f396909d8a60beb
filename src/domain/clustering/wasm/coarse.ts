import { blocksApart } from '../../kernels/layout.ts'
import type { Matrix } from '../../numeric/matrix.ts'
import type { Space } from './space.ts'

/**
 * Rows that stand for those of a data set: the mean of each block with its weight, and of the blocks whose rows lie farthest
 * from their mean (the few that hold outliers) each row by itself. They are as many as their layout has place for.
 *
 * @returns them, and the sum of weight · squared distance of all rows to those that stand for them
 */
export function coarseRows(space: Space): { rows: Matrix; weights: Float64Array; hidden: number } {
  const { n, d, width, blocks, blockSize, shared, weighted, coarse } = space.layout
  const row = width + 3
  const masses = space.doubles(shared.masses, blocks * row)
  const origin = space.doubles(shared.origin, width)
  const points = space.doubles(shared.rows, n * width)
  const weightOf = weighted ? space.doubles(shared.weights, n) : null
  const rows = { data: new Float64Array(coarse!.n * d), n: coarse!.n, d }
  const weights = new Float64Array(coarse!.n)
  const apart = widestBlocks(masses, row, blocks - 1, blocksApart(space.layout)).add(blocks - 1)
  let at = 0
  let hidden = 0
  for (let b = 0; b < blocks; b++) {
    if (apart.has(b)) {
      for (let p = b * blockSize; p < Math.min(n, (b + 1) * blockSize); p++, at++) {
        rows.data.set(points.subarray(p * width, p * width + d), at * d)
        weights[at] = weightOf?.[p] ?? 1
      }
      continue
    }
    const weight = masses[b * row + width]!
    for (let j = 0; j < d; j++) rows.data[at * d + j] = origin[j]! + masses[b * row + j]! / weight
    weights[at++] = weight
    hidden += masses[b * row + width + 2]!
  }
  return { rows, weights, hidden }
}

/** @returns the `count` of the first `blocks` that lose most when their mean stands for them, the first of equal ones */
function widestBlocks(masses: Float64Array, row: number, blocks: number, count: number): Set<number> {
  const squares = Float64Array.from({ length: blocks }, (_, b) => masses[b * row + row - 1]!)
  const least = squares.slice().sort()[blocks - count]!
  const chosen = new Set<number>()
  const take = (fits: (square: number) => boolean) => {
    for (let b = 0; b < blocks && chosen.size < count; b++) if (fits(squares[b]!)) chosen.add(b)
  }
  take((square) => square > least)
  take((square) => square === least)
  return chosen
}
