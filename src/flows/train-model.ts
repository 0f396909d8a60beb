import type { Dataset } from '../domain/records/dataset.ts'
import { queuedJob } from '../domain/records/job.ts'
import type { Model, TrainingOptions } from '../domain/records/model.ts'
import { estimateCoresetBytes, kernelsHold, planTraining } from '../domain/streaming/plan.ts'
import { estimateTrainingBytes } from '../domain/training.ts'
import { DEFAULT_FEATURES, FEATURES, PREFERENCE_PREFIX } from '../domain/vocabulary.ts'
import { Problem } from '../errors.ts'
import type { JobWork } from '../jobs/board.ts'
import type { TrainResult } from '../jobs/tasks.ts'
import type { Flows } from './flows.ts'
import { findDataset } from './lookup.ts'
import type { TrainingRequest } from './messages/models.ts'
import type { Tools } from './tools.ts'

/** All that the training needs, also after a restart: the same job gives the same model. */
interface TrainingJob {
  dataset_id: string
  model_id: string
  name: string
  reference_date: string
  options: TrainingOptions
  /** Part of the job, since the memory allowed may be another after a restart. Absent in jobs of a version that knew none. */
  sample_size?: number | null
  promote: boolean
}

/** Columns that product preferences may add; counted into the memory estimate before they are known. */
const MOST_PREFERENCES = 8

/** Start one training and answer at once with its job. */
export const trainModel =
  (tools: Tools): Flows['trainModel'] =>
  async (tenant, request, announce) => {
    const { board, clock, newId, trainingMemory } = tools
    const dataset = await findDataset(tools, tenant, request.dataset_id)
    const options = completeOptions(request)
    const reference = referenceDate(tools, dataset, request.reference_date)
    refuseTooManySegments(dataset, options)
    const plan = planTraining(dataset.counts.customers, columnsAtMost(options), options, trainingMemory.totalBytes)
    trainingMemory.check(plan.bytes)
    if (plan.sampleSize === null && !kernelsHold(dataset.counts.customers, columnsAtMost(options), options)) {
      throw new Problem(
        'training_too_large',
        'So many customers cannot be clustered all at once, whatever the memory: choose method auto or coreset, fewer features or a smaller range of k.'
      )
    }

    const job: TrainingJob = {
      dataset_id: dataset.id,
      model_id: newId('mdl'),
      name: request.name ?? `${dataset.name}, ${reference.slice(0, 10)}`,
      reference_date: reference,
      options,
      sample_size: plan.sampleSize,
      promote: request.promote ?? true
    }
    const jobId = newId('job')
    await announce?.(jobId)
    return board.submit(
      tenant,
      queuedJob({ id: jobId, kind: 'train', created_at: clock().toISOString(), request: job })
    )
  }

/** The work of such a job: train in a thread, publish the model's folder, then its record, then promote it. */
export const fitModel =
  (tools: Tools): JobWork =>
  async (tenant, job, { signal, progress }) => {
    const { stores, folders, modelFolders, members, pool, trainingMemory, limits } = tools
    const request = job.request as TrainingJob
    const result = { type: 'model' as const, id: request.model_id }
    // Killed between writing the record and settling the job: all but the promotion is done.
    if ((await stores.models.get(tenant, request.model_id)) === undefined) {
      const dataset = await findDataset(tools, tenant, request.dataset_id)
      const draft = await modelFolders.draft(tenant, request.model_id, job.id)
      const release = await trainingMemory.acquire(bytesNeeded(dataset, request), signal)
      try {
        const trained = await pool.run(
          'train',
          {
            datasetFolder: folders.dataset(tenant, dataset.id),
            modelFolder: draft.folder,
            spillFolder: draft.spillFolder,
            options: request.options,
            sampleSize: request.sample_size ?? null,
            referenceDate: request.reference_date,
            timezone: dataset.timezone,
            currency: dataset.currency,
            memoryBytes: limits.queryMemoryBytes,
            threads: 2
          },
          { signal, onProgress: progress }
        )
        await draft.publish()
        await stores.models.create(tenant, asModel(tools, request, dataset, trained))
      } finally {
        release()
        await draft.clear()
      }
    }
    if (request.promote) {
      // Read before it speaks, so that no caller waits for it.
      await members.open(tenant, request.model_id)
      await stores.champions.set(tenant, request.model_id)
    }
    return result
  }

function asModel({ clock, newId }: Tools, request: TrainingJob, dataset: Dataset, trained: TrainResult): Model {
  return {
    id: request.model_id,
    name: request.name,
    dataset_id: dataset.id,
    status: 'ready',
    created_at: clock().toISOString(),
    reference_date: request.reference_date,
    options: request.options,
    k: trained.k_choice.k,
    k_choice: trained.k_choice,
    metrics: trained.metrics,
    projection: trained.projection,
    surrogate: trained.surrogate,
    segments: trained.segments.map((segment) => ({
      ...segment,
      id: newId('seg'),
      model_id: request.model_id,
      owner: null,
      note: null,
      edited: []
    })),
    reconciliation: trained.reconciliation,
    limitations: trained.limitations,
    fit: trained.fit,
    revision: 1
  }
}

function completeOptions(request: TrainingRequest): TrainingOptions {
  const features = request.features ?? [...DEFAULT_FEATURES]
  const known = (name: string) => name.startsWith(PREFERENCE_PREFIX) || FEATURES.some((each) => each.name === name)
  const errors = features.flatMap((name, index) => {
    if (!known(name)) return [{ pointer: `/features/${index}`, code: 'unknown_feature', message: `no feature ${name}` }]
    if (features.indexOf(name) !== index)
      return [{ pointer: `/features/${index}`, code: 'duplicate_feature', message: `${name} is there twice` }]
    return []
  })
  const fenced = request.outliers?.features ?? features.filter((name) => DEFAULT_FEATURES.includes(name))
  for (const [index, name] of fenced.entries()) {
    if (!features.includes(name))
      errors.push({
        pointer: `/outliers/features/${index}`,
        code: 'unknown_feature',
        message: `${name} is not one of the model's features`
      })
  }
  if (errors.length > 0) {
    throw new Problem('unknown_feature', 'Use each feature of GET /features at most once.', { errors })
  }
  return {
    features,
    transform: request.transform ?? 'auto',
    scale: request.scale ?? 'standard',
    outliers: {
      policy: request.outliers?.policy ?? 'keep',
      method: 'iqr',
      factor: request.outliers?.factor ?? 1.5,
      features: fenced
    },
    k: request.k ?? { min: 2, max: 10 },
    min_segment_share: request.min_segment_share ?? 0.01,
    ...(request.min_segment_size !== undefined && { min_segment_size: request.min_segment_size }),
    distance: request.distance ?? 'euclidean',
    restarts: request.restarts ?? 10,
    max_iterations: request.max_iterations ?? 300,
    seed: request.seed ?? 42,
    vocabulary: request.vocabulary ?? 'auto',
    window_days: request.window_days ?? null,
    method: request.method ?? 'auto'
  }
}

function referenceDate({ calendar }: Tools, dataset: Dataset, given: string | undefined): string {
  if (given === undefined) return dataset.reference_date
  const reference = calendar.endOf(given, dataset.timezone).toISOString()
  if (Date.parse(reference) < Date.parse(dataset.period.from)) {
    throw new Problem(
      'invalid_reference_date',
      `The first order of the dataset is of ${dataset.period.from}: take a reference_date after it.`
    )
  }
  return reference
}

function refuseTooManySegments(dataset: Dataset, { k, min_segment_size: size = 1 }: TrainingOptions): void {
  const { customers } = dataset.counts
  if (typeof k === 'number' && k > customers) {
    throw new Problem('k_too_large', `The dataset has ${customers} customers: choose k of at most ${customers}.`)
  }
  const fewest = typeof k === 'number' ? k : Math.min(2, k.max)
  if (fewest * size > customers) {
    throw new Problem(
      'k_too_large',
      `The dataset has ${customers} customers, too few for ${fewest} segments of at least ${size}: choose a smaller min_segment_size${typeof k === 'number' ? ' or k' : ''}.`
    )
  }
}

const columnsAtMost = ({ features }: TrainingOptions): number => features.length + MOST_PREFERENCES

function bytesNeeded(dataset: Dataset, { options, sample_size: size }: TrainingJob): number {
  if (typeof size === 'number') return estimateCoresetBytes(size, columnsAtMost(options), options)
  return estimateTrainingBytes(dataset.counts.customers, columnsAtMost(options), options)
}
