import type { Workshop } from '../clustering/workshop.ts'
import { toUnitLength } from '../features/scaling.ts'
import { countDistinctRows, type Matrix, takeRows } from '../numeric/matrix.ts'
import { createRandom, sampleIndices } from '../numeric/random.ts'
import type { Distance } from '../vocabulary.ts'
import { onePopulation, type Reference } from './one-population.ts'
import { spreadTies } from './spread-ties.ts'
import { uniformBox } from './uniform-box.ts'

/** What k clusters of these rows have over k clusters of rows that have none. */
export interface EvidenceAt {
  k: number
  /** Mean of ln W over the uniform references, less that of the rows. */
  gap: number
  /** Standard error of the gap: sd · √(1 + 1/B). */
  gap_se: number
  /** How many standard deviations tighter the rows fall into k than even rows in their principal box. */
  over_uniform: number
  /** The same against one population with the features' own skew, tails and correlation. */
  over_one_population: number
}

export interface Evidence {
  /** Rows it rests on: a random sample of those that were clustered. */
  rows: number
  /** Draws of each reference. */
  references: number
  /** For 1 and every k looked at, ascending. */
  at: EvidenceAt[]
}

const FEWEST_TELLING = 20
const MOST_ROWS = 800
const FEWEST_ROWS = 200
const REFERENCES = 15
const FEWEST_REFERENCES = 10
/** Always looked at, whatever k was asked for: what there is shows at the k of the data. */
const USUAL_KS = [2, 3, 4, 5, 6, 7, 8, 9, 10]
/** Good starts are near the end after a few steps, and rows and references stop alike. */
const ITERATIONS = 8
/** Multiplications all together: some tenths of a second. */
const WORK = 4e8

/**
 * Compares how tightly the rows fall into k clusters, for 1 to 10 and each of `ks`, with draws from two references that have no
 * clusters: a uniform box (Tibshirani, Walther & Hastie 2001) and one population of the same shape.
 *
 * @returns undefined for fewer than FEWEST_TELLING rows or three different ones, of which nothing can be said
 */
export function gatherEvidence(
  matrix: Matrix,
  ks: number[],
  { distance, seed }: { distance: Distance; seed: number },
  workshop: Workshop
): Evidence | undefined {
  if (matrix.n < FEWEST_TELLING) return undefined
  const random = createRandom(seed, 0xe71d)
  const wanted = [...new Set([1, ...USUAL_KS, ...ks])].sort((a, b) => a - b)
  const { rows, references } = budget(matrix, wanted)
  const drawn = takeRows(matrix, sampleIndices(matrix.n, rows, random))
  const most = countDistinctRows(drawn, wanted.at(-1)! + 1)
  const looked = wanted.filter((k) => k < most)
  if (looked.length < 2) return undefined

  const sample = spreadTies(drawn, random)
  const draws = (reference: Reference) =>
    Array.from({ length: references }, () => {
      workshop.poll()
      const drawn = reference(random)
      if (distance === 'cosine')
        for (let at = 0; at < drawn.data.length; at += drawn.d) toUnitLength(drawn.data, at, drawn.d)
      return drawn
    })
  const crowds = [sample, ...draws(uniformBox(sample)), ...draws(onePopulation(sample))]
  const seeds = crowds.map((_, index) => (index === 0 ? seed : seed + ((index - 1) % references) + 1))
  const [observed, ...rest] = spreads(crowds, looked, seeds, workshop) as [number[], ...number[][]]
  const uniform = rest.slice(0, references)
  const population = rest.slice(references)

  const at = looked.map((k, index) => {
    const within = uniform.map((each) => each[index]!)
    const { mean, deviation } = summary(within)
    // Divided by the spread around one centre, so that only the tightness into k counts and not the width of the box.
    const tighter = (drawn: number[][]) =>
      standing(
        share(observed, index),
        drawn.map((each) => share(each, index))
      )
    return {
      k,
      gap: mean - observed[index]!,
      gap_se: deviation * Math.sqrt(1 + 1 / references),
      over_uniform: k === 1 ? 0 : tighter(uniform),
      over_one_population: k === 1 ? 0 : tighter(population)
    }
  })
  return { rows: sample.n, references, at }
}

/** What of the spread k clusters take away, as a logarithm; the first entry is one cluster. */
const share = (spread: number[], index: number) => spread[0]! - spread[index]!

function budget({ n, d }: Matrix, ks: number[]): { rows: number; references: number } {
  // Seeding and steps go through every row and centroid about so many times; two references each.
  const oneRow = 2 * (ITERATIONS + 4) * d * ks.reduce((sum, k) => sum + k, 0)
  const rows = Math.min(n, Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, Math.floor(WORK / (oneRow * REFERENCES)))))
  const references = Math.floor(WORK / (oneRow * rows))
  return { rows, references: Math.min(REFERENCES, Math.max(FEWEST_REFERENCES, references)) }
}

/** For each of the matrices, ln W for each k: the logarithm of the summed squared distances to the means. */
function spreads(matrices: Matrix[], ks: number[], seeds: number[], workshop: Workshop): number[][] {
  const tasks = matrices.map((matrix, index) => ({
    matrix,
    options: { ks, restarts: 1, max_iterations: ITERATIONS, seed: seeds[index]! }
  }))
  return workshop.engines.euclidean
    .sweepEach(tasks, workshop)
    .map((results) => results.map(({ loss }) => Math.log(Math.max(loss, Number.MIN_VALUE))))
}

function standing(value: number, drawn: number[]): number {
  const { mean, deviation } = summary(drawn)
  return (value - mean) / Math.max(deviation, 1e-9)
}

function summary(values: number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) }
}
