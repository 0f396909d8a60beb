import type { KRange, Model, OutlierOptions, OwnVocabulary } from '../../domain/records/model.ts'
import type { Distance, Scale, TrainingMethod, Transform, VocabularyName } from '../../domain/vocabulary.ts'

/** The body of POST /models: what is absent takes the documented default. */
export interface TrainingRequest {
  dataset_id: string
  name?: string | undefined
  reference_date?: string | undefined
  window_days?: number | undefined
  features?: string[] | undefined
  transform?: Transform | undefined
  scale?: Scale | undefined
  outliers?: { [Key in keyof OutlierOptions]?: OutlierOptions[Key] | undefined } | undefined
  k?: number | KRange | undefined
  min_segment_share?: number | undefined
  min_segment_size?: number | undefined
  distance?: Distance | undefined
  restarts?: number | undefined
  max_iterations?: number | undefined
  seed?: number | undefined
  vocabulary?: VocabularyName | OwnVocabulary | undefined
  method?: TrainingMethod | undefined
  promote?: boolean | undefined
}

/** A model as a list shows it. */
export type ModelWithState = Model & { champion: boolean }

/** What tells the segments of a model apart. */
export interface ModelExplanation {
  model_id: string
  /** Null where the model has no tree. */
  surrogate: {
    depth: number
    fidelity: number
    leaves: { segment_id: string; rule: string; precision: number; coverage: number; customers: number }[]
  } | null
  /** In the model's order; of each segment the feature that sets it apart most comes first. */
  segments: {
    segment_id: string
    features: {
      feature: string
      /** Whether the model clusters on it, or it only differs too. */
      clustered: boolean
      relative_importance: number | null
      standardized_difference: number | null
    }[]
  }[]
  limitations: string[]
}
