import { bySize, type Clustering, countMembers } from './clustering/arrange.ts'
import type { Engines } from './clustering/engine.ts'
import { groupOutliers } from './clustering/outlier-groups.ts'
import type { TrainingHooks } from './clustering/pace.ts'
import { type Prepared, prepareTraining } from './clustering/prepare.ts'
import { type Selection, selectClustering } from './clustering/select.ts'
import { type Candidate, type Hints, sweep, toScanEntry } from './clustering/sweep.ts'
import { Workshop } from './clustering/workshop.ts'
import { fencesCrossed, takeCustomers } from './features/outliers.ts'
import { scaleCustomers } from './features/scaling.ts'
import { type Placed, placeAll, setRadii } from './placed.ts'
import { gatherEvidence } from './quality/evidence.ts'
import { readMetrics } from './quality/reading.ts'
import { bootstrapStability, scanStability, stabilityBand } from './quality/stability.ts'
import { hasClusters, structureVerdict } from './quality/structure.ts'
import type { FeatureColumns, ModelFit, ModelMetrics, TrainingOptions, TrainingOutcome } from './records/model.ts'
import { prepareAssigner } from './serving/assign.ts'

export type { Engines } from './clustering/engine.ts'
export { estimateTrainingBytes } from './clustering/memory.ts'
export type { TrainingHooks } from './clustering/pace.ts'
export { TrainingCancelled, TrainingRefused } from './clustering/refusal.ts'

/** Where each stage ends, as a fraction of the training. */
const ENDS = { scaling: 0.05, clustering: 0.55, evidence: 0.75, stability: 0.9 }

/**
 * Customers to segments: outlier policy, transform and scale, k-means for each k, the choice of k, quality, and the
 * segment of every customer. Segments are in order of size, clusters before outlier segments.
 *
 * Every customer, outlier or not, ends in exactly one segment, and it is the one that `prepareAssigner(fit)` gives it.
 * The same columns and options give the same bytes.
 *
 * @param columns exactly the clustered features; raw values, NaN where absent
 * @param engines in place of the plain ones
 * @throws TrainingRefused when the data cannot be clustered as asked
 * @throws TrainingCancelled soon after `hooks.cancelled()` turned true
 */
export function trainClusters(
  columns: FeatureColumns,
  options: TrainingOptions,
  hooks: TrainingHooks,
  engines?: Engines
): TrainingOutcome {
  const workshop = new Workshop(() => hooks.cancelled(), engines)
  hooks.progress('scaling', 0, `Scaling ${columns.names.length} features of ${columns.n} customers.`)
  const prepared = prepareTraining(columns, options, workshop)
  const { matrix, limitations } = prepared

  const during = ENDS.clustering - ENDS.scaling
  const candidates = sweep(
    matrix,
    prepared.ks,
    { ...options, ...(prepared.minSize > 0 && { minSize: prepared.minSize }) },
    (done, message) => hooks.progress('clustering', ENDS.scaling + during * done, message),
    workshop
  )

  hooks.progress('evidence', ENDS.clustering, 'Comparing the customers with crowds that have no groups.')
  const hints = hintsFor(prepared, candidates, options, workshop)
  const selection = selectClustering(matrix, candidates, { ...options, minSize: prepared.minSize }, workshop, hints)
  const { clustering } = selection.candidate

  hooks.progress('stability', ENDS.evidence, 'Measuring how stable the segments are.')
  const stability = bootstrapStability(matrix, clustering, options, workshop)

  hooks.progress('assigning', ENDS.stability, 'Assigning every customer to a segment.')
  const outlierGroups = separated(columns, prepared, options, workshop)
  let fit = fitOf(columns, prepared, clustering, outlierGroups, options)
  let placed = placeAll(columns, prepareAssigner(fit), workshop)
  const order = orderOfSegments(fit, countMembers(placed.labels, fit.segments.length))
  if (order.some((from, to) => from !== to)) {
    fit = { ...fit, segments: order.map((from) => fit.segments[from]!) }
    placed = placeAll(columns, prepareAssigner(fit), workshop)
  }
  setRadii(fit, placed, workshop)

  const silhouettes = new Float64Array(columns.n).fill(Number.NaN)
  const { inliers } = prepared
  const { values } = selection.candidate.silhouette
  for (let i = 0; i < inliers.length; i++) silhouettes[inliers[i]!] = values[i]!
  workshop.poll()
  const jaccard = stability && order.filter((from) => from < clustering.k).map((from) => stability.jaccard[from]!)
  return {
    fit,
    ...placed,
    silhouettes,
    k_choice: selection.choice,
    metrics: metricsOf(
      prepared,
      options,
      candidates,
      selection,
      hints,
      stability && { ...stability, jaccard: jaccard! },
      { ...placed, silhouettes, segments: fit.segments.length }
    ),
    limitations: [
      ...limitations,
      ...selection.limitations,
      ...notesOn(selection.candidate, matrix.n),
      ...notesOnSize(countMembers(placed.labels, fit.segments.length), options),
      ...notesOnStructure(hints, jaccard)
    ]
  }
}

/** Where the caller gave k there is nothing to choose, and only the structure is looked at. */
export function hintsFor(
  { matrix, ks }: Prepared,
  candidates: Candidate[],
  options: TrainingOptions,
  workshop: Workshop
): Hints {
  const evidence = gatherEvidence(matrix, ks, options, workshop)
  if (ks.length === 1) return { evidence }
  const clusterings = candidates.map(({ clustering }) => clustering)
  return { evidence, stability: scanStability(matrix, clusterings, options, workshop) }
}

/** The outlier groups in the space of the other customers; null where outliers have no segments of their own. */
export function separated(
  columns: FeatureColumns,
  { fences, features, outliers, minSize }: Prepared,
  options: TrainingOptions,
  workshop: Workshop
) {
  if (fences.length === 0) return null
  const spend = (units: number) => workshop.spend(units)
  const taken = takeCustomers(columns, outliers, spend)
  const matrix = scaleCustomers(taken, { features, distance: options.distance }, spend)
  const minMembers = Math.max(2, Math.ceil(options.min_segment_share * columns.n), minSize)
  return groupOutliers(matrix, fencesCrossed(columns, fences, outliers, spend), minMembers, options, workshop)
}

export function fitOf(
  columns: FeatureColumns,
  { features, fences }: Prepared,
  clusters: Clustering,
  outlierGroups: Clustering | null,
  { distance }: TrainingOptions
): ModelFit {
  const d = features.length
  const segmentsOf = ({ centroids, k }: Clustering, kind: 'cluster' | 'outlier') =>
    Array.from({ length: k }, (_, c) => ({
      kind,
      centroid: Array.from(centroids.subarray(c * d, (c + 1) * d)),
      radius: 0
    }))
  return {
    features,
    distance,
    fences,
    segments: [...segmentsOf(clusters, 'cluster'), ...(outlierGroups ? segmentsOf(outlierGroups, 'outlier') : [])],
    ranges: columns.names.map((feature, j) => ({ feature, ...rangeOf(columns.columns[j]!) }))
  }
}

/** Smallest and largest present value; 0 to 0 for none. */
function rangeOf(column: Float64Array): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!
    if (value < min) min = value
    if (value > max) max = value
  }
  return min <= max ? { min, max } : { min: 0, max: 0 }
}

/** Clusters by the customers they have in the end, then outlier segments likewise; equal sizes stay as they were. */
export function orderOfSegments({ segments }: ModelFit, sizes: ArrayLike<number>): number[] {
  const order = bySize(sizes)
  const ofKind = (kind: 'cluster' | 'outlier') => order.filter((index) => segments[index]!.kind === kind)
  return [...ofKind('cluster'), ...ofKind('outlier')]
}

function metricsOf(
  { matrix }: Prepared,
  { distance }: TrainingOptions,
  candidates: Candidate[],
  { candidate }: Selection,
  hints: Hints,
  stability: ModelMetrics['stability'],
  rows: Placed & { silhouettes: Float64Array; segments: number }
): ModelMetrics {
  const { clustering, compactness, silhouette: score } = candidate
  const silhouette = { value: score.mean, variant: distance, exact: score.exact, sample_size: score.sample_size }
  const figures = { k: clustering.k, ...compactness, silhouette, stability }
  return {
    n: matrix.n,
    d: matrix.d,
    ...figures,
    structure: structureVerdict(score.mean, hints.evidence, stability?.jaccard ?? null),
    segments: segmentFigures(rows, stability?.jaccard ?? []),
    k_scan: candidates.map((each) => toScanEntry(each, hints)),
    reading: readMetrics(figures)
  }
}

export function segmentFigures(
  { labels, distances, silhouettes, segments }: Placed & { silhouettes: Float64Array; segments: number },
  jaccards: number[]
): ModelMetrics['segments'] {
  const sums = Array.from({ length: segments }, () => ({ size: 0, distance: 0, silhouette: 0, measured: 0 }))
  for (let i = 0; i < labels.length; i++) {
    const sum = sums[labels[i]!]!
    sum.size++
    sum.distance += distances[i]!
    if (Number.isNaN(silhouettes[i]!)) continue
    sum.silhouette += silhouettes[i]!
    sum.measured++
  }
  // Clusters come before outlier segments, which are not resampled.
  return sums.map(({ size, distance, silhouette, measured }, index) => {
    const jaccard = jaccards[index] ?? null
    return {
      size,
      silhouette: measured > 0 ? silhouette / measured : null,
      mean_distance: size > 0 ? distance / size : 0,
      jaccard,
      stability: jaccard === null ? null : stabilityBand(jaccard)
    }
  })
}

export function notesOnStructure({ evidence }: Hints, jaccard: number[] | null): string[] {
  const notes: string[] = []
  if (hasClusters(evidence) === false) {
    notes.push(
      'The customers form one population without separate groups: these segments are slices of it, useful for targeting, not discoveries.'
    )
  }
  const dissolved = jaccard?.filter((value) => stabilityBand(value) === 'dissolved').length ?? 0
  if (dissolved > 0) {
    notes.push(
      `${dissolved} of ${jaccard!.length} clusters do not come back when the customers are drawn anew (Jaccard below 0.60): do not build on them.`
    )
  }
  return notes
}

/** Where a least size was asked for and yet not reached: outliers are together what they are, and a sample only estimates. */
export function notesOnSize(sizes: ArrayLike<number>, { min_segment_size: least }: TrainingOptions): string[] {
  const smallest = Math.min(...Array.from(sizes))
  return least === undefined || smallest >= least
    ? []
    : [`The smallest segment has ${smallest} customers, fewer than the min_segment_size of ${least}.`]
}

function notesOn({ silhouette, converged }: Candidate, n: number): string[] {
  const notes: string[] = []
  if (!converged)
    notes.push('The clustering stopped at max_iterations before it settled: allow more, or fewer segments.')
  if (!silhouette.exact && silhouette.mean !== null) {
    notes.push(
      `The silhouette was measured on a stratified sample of ${silhouette.sample_size} of ${n} customers, each against all others.`
    )
  }
  return notes
}
