import type {
  Distance,
  OutlierPolicy,
  Scale,
  StabilityBand,
  TrainingMethod,
  Transform,
  VocabularyName
} from '../vocabulary.ts'
import type { Segment } from './segment.ts'
import type { Surrogate } from './surrogate.ts'

export interface KRange {
  min: number
  max: number
}

export interface OutlierOptions {
  policy: OutlierPolicy
  method: 'iqr'
  /** Fences lie this many inter-quartile ranges outside the quartiles. */
  factor: number
  /** Names of the features that are fenced. */
  features: string[]
}

/** A caller's own names: 2 to 20, each optionally with the place in feature space it stands for. */
export interface OwnVocabulary {
  names: {
    name: string
    /** Where a typical member lies, in standard deviations between the segments; all optional, 0 where absent. */
    recency?: number
    frequency?: number
    value?: number
    average_order_value?: number
  }[]
}

/** How a model is trained: the request with every default filled in. */
export interface TrainingOptions {
  features: string[]
  transform: Transform
  scale: Scale
  outliers: OutlierOptions
  k: number | KRange
  /** Smallest share of the customers that a cluster may hold in an automatic choice of k. */
  min_segment_share: number
  /** Customers that every cluster must have, whatever k; absent where nobody asked for it. */
  min_segment_size?: number
  distance: Distance
  restarts: number
  max_iterations: number
  seed: number
  vocabulary: VocabularyName | OwnVocabulary
  window_days: number | null
  /** Absent in models of a version that knew none: exact. */
  method?: TrainingMethod
}

/** Columns of numbers, one row per customer. NaN stands for absent. */
export interface FeatureColumns {
  names: string[]
  columns: Float64Array[]
  /** Rows. */
  n: number
}

/** How one raw feature becomes one axis of the space in which distances are measured. */
export interface FeatureScaling {
  name: string
  transform: Exclude<Transform, 'auto'>
  /** Yeo-Johnson's parameter; null for the other transforms. */
  lambda: number | null
  center: number
  scale: number
  /** Raw value that stands for an absent one. */
  impute: number | null
  /** Winsorising limits in the feature's own unit; null where values are not limited. */
  lower: number | null
  upper: number | null
}

/** Beyond these raw values a customer counts as an outlier. */
export interface Fence {
  feature: string
  lower: number
  upper: number
}

/** Everything that assigning a customer needs. Axes are in the order of `features`, segments in their own order. */
export interface ModelFit {
  features: FeatureScaling[]
  distance: Distance
  /** Fences decide between the segments of kind cluster and outlier; empty unless outliers are separated. */
  fences: Fence[]
  segments: {
    kind: 'cluster' | 'outlier'
    /** In scaled space, one number per feature. */
    centroid: number[]
    /** 99th percentile of the members' distances to the centroid. */
    radius: number
  }[]
  /** Raw range of each feature over the training customers, for `out_of_domain`. */
  ranges: { feature: string; min: number; max: number }[]
}

export interface KScanEntry {
  k: number
  inertia: number
  silhouette: number | null
  davies_bouldin: number | null
  calinski_harabasz: number | null
  /** Of the clustered customers, 0 to 1. */
  smallest_share: number
  /** Gap statistic and its standard error, on a sample; null where it was not computed. */
  gap: number | null
  gap_se: number | null
  /** Jaccard similarity of the least stable cluster under a few resamples, 0 to 1; null where it was not computed. */
  stability: number | null
}

export interface KChoice {
  k: number
  /** Sentence. */
  reason: string
  /** Which k each criterion prefers; empty when the caller gave k. */
  votes: { criterion: string; k: number }[]
}

export interface SilhouetteFigure {
  value: number | null
  variant: 'euclidean' | 'manhattan' | 'cosine'
  exact: boolean
  sample_size: number
}

export interface ModelMetrics {
  /** Customers clustered. */
  n: number
  d: number
  k: number
  inertia: number
  /** Between-cluster over total sum of squares, 0 to 1. */
  explained_ss: number
  silhouette: SilhouetteFigure
  davies_bouldin: number | null
  calinski_harabasz: number | null
  structure: { verdict: 'strong' | 'reasonable' | 'weak' | 'none'; reason: string }
  stability: { ari_mean: number; jaccard: number[]; resamples: number } | null
  /** One per segment, in the model's order. */
  segments: {
    size: number
    silhouette: number | null
    mean_distance: number
    /** Under resampling; null for segments of outliers, and where it was not measured. */
    jaccard: number | null
    stability: StabilityBand | null
  }[]
  k_scan: KScanEntry[]
  /** Where the segments were formed on a weighted sample: its rows, and the inertia that it lets expect. */
  coreset?: { size: number; inertia_estimate: number }
  /** What the figures mean, in sentences. */
  reading: string
}

/** What training returns about the clustering itself. Row i of each array is row i of the feature columns. */
export interface TrainingOutcome {
  fit: ModelFit
  /** Index of the customer's segment in `fit.segments`. */
  labels: Int32Array
  /** To the own centroid, in scaled space. */
  distances: Float64Array
  /** 1 − d1/d2, 0 to 1. */
  margins: Float64Array
  /** NaN where it was not computed. */
  silhouettes: Float64Array
  k_choice: KChoice
  metrics: ModelMetrics
  limitations: string[]
}

export interface Projection {
  /** Names of the axes, `PC1` and `PC2`. */
  components: string[]
  explained_variance_ratio: number[]
  /** One row per component: feature name to weight. */
  loadings: Record<string, number>[]
  /** Stratified sample of the customers; `segment` is an index in the model's order. */
  points: { x: number; y: number; segment: number }[]
  centroids: { x: number; y: number; segment: number }[]
  limitations: string[]
}

export interface Reconciliation {
  /** Customers with an order in the window. */
  customers: number
  /** Sum of the segments' sizes; equals `customers`. */
  members: number
  revenue: number
  segment_revenue: number
}

export interface Model {
  id: string
  name: string
  dataset_id: string
  status: 'ready'
  created_at: string
  reference_date: string
  options: TrainingOptions
  k: number
  k_choice: KChoice
  metrics: ModelMetrics
  projection: Projection
  /** Absent in models of a version that grew none. */
  surrogate?: Surrogate
  segments: Segment[]
  reconciliation: Reconciliation
  limitations: string[]
  /** Inner: never sent. */
  fit: ModelFit
  /** Counts edits; part of the ETag. */
  revision: number
}
