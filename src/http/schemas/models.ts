import { z } from 'zod'
import type {
  KChoice,
  KScanEntry,
  ModelMetrics,
  OwnVocabulary,
  Projection,
  Reconciliation,
  TrainingOptions
} from '../../domain/records/model.ts'
import {
  DISTANCES,
  OUTLIER_POLICIES,
  SCALES,
  STABILITY_BANDS,
  TRAINING_METHODS,
  TRANSFORMS,
  VOCABULARIES
} from '../../domain/vocabulary.ts'
import type { ModelExplanation, TrainingRequest } from '../../flows/messages/models.ts'
import { Limitations, pageOf, Share } from './common.ts'
import { SegmentAnswer } from './segments.ts'
import { Id, Instant, line, Moment } from './text.ts'

const featureName = z.string().regex(/^[^\p{C}]{1,200}$/u, 'must be the name of a feature')
const features = z
  .array(featureName)
  .min(1)
  .max(50)
  .refine((names) => new Set(names).size === names.length, 'must not name a feature twice')
const k = z.int().min(2).max(50)
const kRange = z.strictObject({ min: k, max: k }).refine((range) => range.min <= range.max, 'must have min at most max')
const place = z.number().min(-100).max(100).exactOptional()

const OwnVocabularyRequest = z.strictObject({
  names: z
    .array(
      z.strictObject({
        name: line(200),
        recency: place,
        frequency: place,
        value: place,
        average_order_value: place
      })
    )
    .min(2)
    .max(20)
}) satisfies z.ZodType<OwnVocabulary>

export const TrainRequest = z
  .strictObject({
    dataset_id: Id,
    name: line(200).exactOptional(),
    reference_date: Moment.exactOptional().meta({
      description: '"Now" for recency: an instant, or a date that means its end. By default the last order.'
    }),
    window_days: z.int().min(1).max(36_500).exactOptional(),
    features: features.exactOptional(),
    transform: z.enum(TRANSFORMS).exactOptional(),
    scale: z.enum(SCALES).exactOptional(),
    outliers: z
      .strictObject({
        policy: z.enum(OUTLIER_POLICIES).exactOptional(),
        method: z.literal('iqr').exactOptional(),
        factor: z.number().min(0).max(10).exactOptional(),
        features: features.exactOptional()
      })
      .exactOptional(),
    k: z
      .union([k, kRange])
      .exactOptional()
      .meta({ description: 'A number, or the range in which the service chooses and says why (2 to 10).' }),
    min_segment_share: z.number().min(0).max(0.5).exactOptional().meta({
      description: 'Smallest share of the customers that a segment may hold for its k to be chosen from a range (0.01).'
    }),
    min_segment_size: z.int().min(2).max(1_000_000_000).exactOptional().meta({
      description:
        'Customers that every segment must have, whatever k: smaller ones are dissolved into their neighbours, which may leave fewer segments than k.'
    }),
    distance: z.enum(DISTANCES).exactOptional(),
    restarts: z.int().min(1).max(100).exactOptional(),
    max_iterations: z.int().min(1).max(1000).exactOptional(),
    seed: z.int().min(0).max(4_294_967_295).exactOptional(),
    vocabulary: z.union([z.enum(VOCABULARIES), OwnVocabularyRequest]).exactOptional(),
    method: z.enum(TRAINING_METHODS).exactOptional().meta({
      description:
        'exact: all customers in memory. coreset: on a weighted sample of them, for more than memory holds. auto (default): exact while it fits.'
    }),
    promote: z.boolean().exactOptional()
  })
  .meta({
    id: 'TrainingRequest',
    examples: [{ dataset_id: 'ds_8Qx1Zk3v', k: { min: 2, max: 10 }, outliers: { policy: 'separate' }, promote: true }]
  }) satisfies z.ZodType<TrainingRequest>

export const ChampionRequest = z
  .strictObject({ model_id: Id })
  .meta({ id: 'ChampionRequest', examples: [{ model_id: 'mdl_8Qx1Zk3v' }] })

const Options = z.object({
  features: z.array(z.string()),
  transform: z.enum(TRANSFORMS),
  scale: z.enum(SCALES),
  outliers: z.object({
    policy: z.enum(OUTLIER_POLICIES),
    method: z.literal('iqr'),
    factor: z.number(),
    features: z.array(z.string())
  }),
  k: z.union([z.int(), z.object({ min: z.int(), max: z.int() })]),
  min_segment_share: z.number(),
  min_segment_size: z.int().exactOptional(),
  distance: z.enum(DISTANCES),
  restarts: z.int(),
  max_iterations: z.int(),
  seed: z.int(),
  vocabulary: z.union([z.enum(VOCABULARIES), OwnVocabularyRequest]),
  window_days: z.int().nullable(),
  method: z.enum(TRAINING_METHODS).exactOptional()
}) satisfies z.ZodType<TrainingOptions>

const KChoiceAnswer = z.object({
  k: z.int(),
  reason: z.string(),
  votes: z.array(z.object({ criterion: z.string(), k: z.int() }))
}) satisfies z.ZodType<KChoice>

const KScan = z.object({
  k: z.int(),
  inertia: z.number(),
  silhouette: z.number().nullable(),
  davies_bouldin: z.number().nullable(),
  calinski_harabasz: z.number().nullable(),
  smallest_share: Share,
  gap: z.number().nullable().meta({ description: 'Gap statistic against a uniform box; null where not computed.' }),
  gap_se: z.number().nullable(),
  stability: z.number().nullable().meta({
    description: 'Jaccard similarity of the least stable cluster under a few resamples; null where not computed.'
  })
}) satisfies z.ZodType<KScanEntry>

export const MetricsAnswer = z
  .object({
    n: z.int(),
    d: z.int(),
    k: z.int(),
    inertia: z.number(),
    explained_ss: z.number(),
    silhouette: z.object({
      value: z.number().nullable(),
      variant: z.enum(['euclidean', 'manhattan', 'cosine']),
      exact: z.boolean(),
      sample_size: z.int()
    }),
    davies_bouldin: z.number().nullable(),
    calinski_harabasz: z.number().nullable(),
    structure: z.object({ verdict: z.enum(['strong', 'reasonable', 'weak', 'none']), reason: z.string() }),
    stability: z.object({ ari_mean: z.number(), jaccard: z.array(z.number()), resamples: z.int() }).nullable(),
    segments: z.array(
      z.object({
        segment_id: Id,
        size: z.int(),
        silhouette: z.number().nullable(),
        mean_distance: z.number(),
        jaccard: z.number().nullable(),
        stability: z.enum(STABILITY_BANDS).nullable().meta({
          description:
            'Jaccard similarity under resampling: from 0.85 highly stable, from 0.75 stable, from 0.60 a pattern, below dissolved.'
        })
      })
    ),
    k_scan: z.array(KScan),
    coreset: z
      .object({
        size: z.int().meta({ description: 'Customers in the weighted sample.' }),
        inertia_estimate: z.number().meta({ description: 'What the sample lets expect; inertia is that of all.' })
      })
      .exactOptional()
      .meta({ description: 'Where the segments were formed on a weighted sample.' }),
    reading: z.string().meta({ description: 'What the figures mean, in sentences.' })
  })
  .meta({ id: 'Metrics' }) satisfies z.ZodType<Omit<ModelMetrics, 'segments'>>

export const ModelAnswer = z
  .object({
    id: Id,
    name: z.string(),
    dataset_id: Id,
    status: z.literal('ready'),
    champion: z.boolean(),
    created_at: Instant,
    reference_date: z.string(),
    options: Options,
    features: z.array(
      z.object({
        name: z.string(),
        transform: z.enum(['log1p', 'yeo_johnson', 'none']),
        lambda: z.number().nullable(),
        center: z.number(),
        scale: z.number()
      })
    ),
    k: z.int(),
    k_choice: KChoiceAnswer,
    metrics: MetricsAnswer,
    segments: z.array(SegmentAnswer),
    reconciliation: z.object({
      customers: z.int(),
      members: z.int(),
      revenue: z.number(),
      segment_revenue: z.number()
    }) satisfies z.ZodType<Reconciliation>,
    limitations: Limitations
  })
  .meta({ id: 'Model' })

export const ModelPage = pageOf(ModelAnswer).meta({ id: 'ModelPage' })

const Place = z.object({ x: z.number(), y: z.number(), segment_id: Id })

export const ProjectionAnswer = z
  .object({
    components: z.array(z.string()),
    explained_variance_ratio: z.array(z.number()),
    loadings: z.array(z.record(z.string(), z.number())),
    points: z.array(Place).meta({ description: 'Stratified sample of the customers.' }),
    centroids: z.array(Place),
    limitations: Limitations
  })
  .meta({ id: 'Projection' }) satisfies z.ZodType<Omit<Projection, 'points' | 'centroids'>>

export const ModelExplanationAnswer = z
  .object({
    model_id: Id,
    surrogate: z
      .object({
        depth: z.int().meta({ description: 'Questions on the way to the deepest leaf.' }),
        fidelity: Share.meta({ description: 'Share of the customers whose leaf says their segment.' }),
        leaves: z.array(
          z.object({
            segment_id: Id,
            rule: z.string(),
            precision: Share.meta({ description: "Share of the leaf's customers who are in the segment." }),
            coverage: Share.meta({ description: "Share of the segment's customers who are in the leaf." }),
            customers: z.int()
          })
        )
      })
      .nullable()
      .meta({ description: 'A shallow decision tree on raw features that imitates the model.' }),
    segments: z
      .array(
        z.object({
          segment_id: Id,
          features: z.array(
            z.object({
              feature: z.string(),
              clustered: z.boolean().meta({ description: 'Whether the model clusters on it.' }),
              relative_importance: z.number().nullable(),
              standardized_difference: z.number().nullable()
            })
          )
        })
      )
      .meta({ description: 'Of each segment the feature that sets it apart most comes first.' }),
    limitations: Limitations
  })
  .meta({ id: 'ModelExplanation' }) satisfies z.ZodType<ModelExplanation>
