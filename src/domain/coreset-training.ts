import { arrange } from './clustering/arrange.ts'
import { type Coreset, weightedInertia } from './clustering/coreset.ts'
import type { Engines } from './clustering/engine.ts'
import { METRICS } from './clustering/metric.ts'
import type { TrainingHooks } from './clustering/pace.ts'
import { type Population, type Prepared, prepareTraining } from './clustering/prepare.ts'
import { selectClustering } from './clustering/select.ts'
import { type Candidate, measure, toScanEntry } from './clustering/sweep.ts'
import { Workshop } from './clustering/workshop.ts'
import { takeCustomers } from './features/outliers.ts'
import { scaleCustomers } from './features/scaling.ts'
import { countDistinctRows } from './numeric/matrix.ts'
import { placeAll, setRadii } from './placed.ts'
import { readMetrics } from './quality/reading.ts'
import { bootstrapStability } from './quality/stability.ts'
import { structureVerdict } from './quality/structure.ts'
import type { FeatureColumns, KScanEntry, ModelFit, TrainingOptions, TrainingOutcome } from './records/model.ts'
import { prepareAssigner } from './serving/assign.ts'
import { countBeyond, fitAxes } from './streaming/axes.ts'
import type { CustomerChunks } from './streaming/customer-chunks.ts'
import { drawCoreset } from './streaming/draw-coreset.ts'
import { type PlacedChunk, PlacementTally, placeCustomers } from './streaming/placements.ts'
import { type PopulationTotals, SegmentTotals } from './streaming/segment-totals.ts'
import { type Survey, surveyCustomers } from './streaming/survey.ts'
import {
  fitOf,
  hintsFor,
  notesOnSize,
  notesOnStructure,
  orderOfSegments,
  segmentFigures,
  separated
} from './training.ts'

/** Where each stage ends, as a fraction of the training. */
const ENDS = {
  survey: 0.1,
  scaling: 0.25,
  coreset: 0.35,
  clustering: 0.6,
  evidence: 0.7,
  stability: 0.75,
  placing: 0.88
}

/** What a training beyond memory returns. The arrays have a row for each customer of the sample. */
export interface CoresetOutcome extends TrainingOutcome {
  /** The sample in which segments are described, with every feature. */
  sample: Pick<Survey, 'rows'> & { features: FeatureColumns }
  totals: PopulationTotals
}

export interface CoresetRequest {
  /** Customers of the uniform sample, and draws of the coreset. */
  size: number
  /** The features that are clustered. */
  names: string[]
  options: TrainingOptions
  /** Told where every customer belongs, in order, at the end. */
  place: (placed: PlacedChunk) => void
}

/**
 * As trainClusters, for customers who do not fit into memory: they are read chunk by chunk, a few times. Centroids are found on
 * a lightweight coreset, a weighted sample; all that compares clusterings with each other (the choice of k, silhouettes,
 * structure, stability) rests on a uniform sample. Centre and scale of the axes, the size of each segment, inertia, explained
 * share, Davies-Bouldin and Calinski-Harabasz are those of all customers.
 *
 * Every customer ends in the segment that `prepareAssigner(fit)` gives. The same customers, options and size give the same
 * bytes, however the customers are cut into chunks.
 *
 * Only Euclidean distance knows a coreset. With the other distances, or an engine without weights, the uniform
 * sample is clustered.
 *
 * @throws TrainingRefused when the data cannot be clustered as asked
 * @throws TrainingCancelled soon after `hooks.cancelled()` turned true
 */
export function trainOnCoreset(
  chunks: CustomerChunks,
  { size, names, options, place }: CoresetRequest,
  hooks: TrainingHooks,
  engines?: Engines
): CoresetOutcome {
  const workshop = new Workshop(() => hooks.cancelled(), engines)
  hooks.progress('scaling', 0, `Looking at ${chunks.n} customers.`)
  const survey = surveyCustomers(chunks, size, options.seed, workshop)
  const columns = pickColumns(survey.sample, names)
  hooks.progress('scaling', ENDS.survey, `Scaling ${names.length} features of ${chunks.n} customers.`)
  const { prepared, cloud } = prepare(chunks, columns, survey, options, workshop)
  const { matrix, apart } = prepared

  hooks.progress('clustering', ENDS.scaling, `Drawing ${size} of ${cloud.n} customers to cluster.`)
  const coreset =
    options.distance === 'euclidean'
      ? drawCoreset(chunks, prepared.features, cloud, { apart, size, seed: options.seed }, workshop)
      : undefined
  hooks.progress('clustering', ENDS.coreset, `Clustering ${coreset?.matrix.n ?? matrix.n} customers for all.`)
  const candidates = measure(matrix, cluster(prepared, coreset, options, workshop), options, workshop)

  hooks.progress('evidence', ENDS.clustering, 'Comparing the customers with crowds that have no groups.')
  const hints = hintsFor(prepared, candidates, options, workshop)
  const selection = selectClustering(matrix, candidates, { ...options, minSize: prepared.minSize }, workshop, hints)
  const { candidate } = selection
  hooks.progress('stability', ENDS.evidence, 'Measuring how stable the segments are.')
  const stability = bootstrapStability(matrix, candidate.clustering, options, workshop)

  hooks.progress('assigning', ENDS.stability, 'Assigning every customer to a segment.')
  const drafted: ModelFit = {
    ...fitOf(columns, prepared, candidate.clustering, separated(columns, prepared, options, workshop), options),
    ranges: names.map((feature) => ({ feature, ...rangeOf(survey, feature) }))
  }
  const { fit, order, tally } = inOrderOfSize(chunks, drafted, apart, workshop)
  hooks.progress('assigning', ENDS.placing, 'Adding up the segments.')
  const totals = new SegmentTotals(chunks.names, fit.segments.length)
  placeCustomers(chunks, fit, apart, chunks.names, workshop, (placed) => {
    tally.addSpread(placed)
    totals.add(placed)
    place(placed)
  })
  const placed = placeAll(columns, prepareAssigner(fit), workshop)
  setRadii(fit, placed, workshop)

  const silhouettes = new Float64Array(columns.n).fill(Number.NaN)
  prepared.inliers.forEach((row, i) => {
    silhouettes[row] = candidate.silhouette.values[i]!
  })
  const jaccard =
    stability && order.filter((from) => from < candidate.clustering.k).map((from) => stability.jaccard[from]!)
  const { mean, exact, sample_size } = candidate.silhouette
  const whole = columns.n === chunks.n
  const figures = {
    k: candidate.clustering.k,
    ...tally.compactness(),
    silhouette: { value: mean, variant: options.distance, exact: exact && whole, sample_size },
    stability: stability && { ...stability, jaccard: jaccard! }
  }
  const segments = segmentFigures({ ...placed, silhouettes, segments: fit.segments.length }, jaccard ?? [])
  const share = cloud.n / matrix.n
  const estimate = (each: Candidate) =>
    coreset ? weightedInertia(coreset, each.clustering.centroids) : each.compactness.inertia * share
  return {
    fit,
    ...placed,
    silhouettes,
    k_choice: selection.choice,
    metrics: {
      n: cloud.n,
      d: matrix.d,
      ...figures,
      coreset: { size: coreset?.matrix.n ?? matrix.n, inertia_estimate: estimate(candidate) },
      structure: structureVerdict(mean, hints.evidence, jaccard),
      segments: segments.map((figure, index) => ({
        ...figure,
        size: tally.sizes[index]!,
        mean_distance: tally.sizes[index]! > 0 ? tally.distances[index]! / tally.sizes[index]! : 0
      })),
      k_scan: candidates.map((each) => ofAll(toScanEntry(each, hints), estimate(each), matrix.n, cloud.n)),
      reading: readMetrics(figures)
    },
    limitations: [
      ...notesOnSampling(chunks.n, columns.n, coreset),
      ...prepared.limitations,
      ...selection.limitations.map((note) => `In a sample of ${matrix.n} customers: ${note}`),
      ...(candidate.converged
        ? []
        : ['The clustering stopped at max_iterations before it settled: allow more, or fewer segments.']),
      ...notesOnSize(tally.sizes, options),
      ...notesOnStructure(hints, jaccard)
    ],
    sample: { rows: survey.rows, features: survey.sample },
    totals: totals.finish()
  }
}

/** The outlier policy and the transforms by the sample, the axes by all customers. */
function prepare(
  chunks: CustomerChunks,
  columns: FeatureColumns,
  { extents }: Survey,
  options: TrainingOptions,
  workshop: Workshop
) {
  const population: Population = {
    n: chunks.n,
    extents,
    countBeyond: (fences) => countBeyond(chunks, fences, workshop)
  }
  const drafted = prepareTraining(columns, options, workshop, population)
  const { features, cloud } = fitAxes(chunks, drafted.features, drafted.apart, options.scale, workshop)
  const clustered = drafted.outliers.length > 0 ? takeCustomers(columns, drafted.inliers) : columns
  const matrix = scaleCustomers(clustered, { features, distance: options.distance }, (units) => workshop.spend(units))
  return { prepared: { ...drafted, features, matrix }, cloud }
}

/** Centroids from the coreset, the clusters that they make of the sample. */
function cluster({ matrix, ks }: Prepared, coreset: Coreset | undefined, options: TrainingOptions, workshop: Workshop) {
  const { distance, restarts, max_iterations, seed } = options
  const engine = workshop.engines[distance]
  const most = Math.max(...ks)
  // Rare rows may be missing in the coreset: with fewer different rows than clusters it says nothing.
  const rich = coreset !== undefined && countDistinctRows(coreset.matrix, most) === most
  const weighted = rich ? engine.openWeighted?.(coreset.matrix, coreset.weights, ks.length, workshop) : undefined
  const rows = weighted ?? engine.open(matrix, ks.length, workshop)
  return rows.sweep({ ks, restarts, max_iterations, seed }).map(({ centroids, converged }, index) => ({
    k: ks[index]!,
    converged,
    clustering: arrange(matrix, centroids, METRICS[distance], workshop)
  }))
}

/** The segments by the customers they have in the end, with what these come to. */
function inOrderOfSize(
  chunks: CustomerChunks,
  drafted: ModelFit,
  apart: Prepared['apart'],
  workshop: Workshop
): { fit: ModelFit; order: number[]; tally: PlacementTally } {
  const tallyOf = (fit: ModelFit) => {
    const tally = new PlacementTally(fit)
    placeCustomers(chunks, fit, apart, [], workshop, (placed) => tally.add(placed))
    return tally
  }
  const tally = tallyOf(drafted)
  const order = orderOfSegments(drafted, tally.sizes)
  if (order.every((from, to) => from === to)) return { fit: drafted, order, tally }
  const fit = { ...drafted, segments: order.map((from) => drafted.segments[from]!) }
  return { fit, order, tally: tallyOf(fit) }
}

/** The figures that grow with the customers, for all of them. */
function ofAll(entry: KScanEntry, inertia: number, sampled: number, customers: number): KScanEntry {
  const { k, calinski_harabasz: ratio } = entry
  const freedom = (customers - k) / (sampled - k)
  return { ...entry, inertia, calinski_harabasz: ratio === null ? null : ratio * freedom }
}

const rangeOf = ({ extents }: Survey, feature: string): { min: number; max: number } => {
  const { min, max } = extents.get(feature)!
  return min <= max ? { min, max } : { min: 0, max: 0 }
}

const pickColumns = ({ names, columns, n }: FeatureColumns, wanted: string[]): FeatureColumns => ({
  names: wanted,
  columns: wanted.map((name) => columns[names.indexOf(name)]!),
  n
})

/** Groups of this many expected members are missed by one sample in twenty: e^−3. */
const HARDLY_MISSED = 3

function notesOnSampling(customers: number, sampled: number, coreset: Coreset | undefined): string[] {
  const found =
    coreset === undefined
      ? `a uniform sample of ${sampled} of ${customers} customers`
      : `a weighted sample of ${coreset.matrix.n} of ${customers} customers (a lightweight coreset)`
  const missed = Math.ceil((HARDLY_MISSED * customers) / sampled)
  return [
    `The segments were formed on ${found}, then every customer was assigned. Sizes, revenue, means, inertia, explained_ss, Davies-Bouldin and Calinski-Harabasz are those of all customers.`,
    ...(sampled < customers
      ? [
          `Silhouettes, structure, stability, the choice of k, transforms, outlier limits, medians and quartiles, rules and the tree rest on a uniform sample of ${sampled} customers, and k_scan on estimates; groups of fewer than about ${missed} customers may have been missed.`
        ]
      : [])
  ]
}
