import { workerData } from 'node:worker_threads'
import { type CustomerFeatures, readCustomerFeatures } from '../../data/features.ts'
import { kernelModule } from '../../data/kernel-module.ts'
import { writeMembers } from '../../data/members.ts'
import { verifyFolder } from '../../data/published-folder.ts'
import { projectCustomers } from '../../domain/features/pca.ts'
import type { FeatureColumns, Reconciliation, TrainingOutcome } from '../../domain/records/model.ts'
import { describeSegments, RULE_FEATURES } from '../../domain/segments/describe.ts'
import { mimicSegments } from '../../domain/segments/surrogate.ts'
import { TrainingCancelled, type TrainingHooks, TrainingRefused, trainClusters } from '../../domain/training.ts'
import { PREFERENCE_FAMILY, PREFERENCE_PREFIX } from '../../domain/vocabulary.ts'
import { Problem } from '../../errors.ts'
import { runTask, type TaskControl } from '../task-control.ts'
import type { TrainMessage, TrainResult } from '../tasks.ts'
import { TrainingCrew } from './training-crew.ts'

/** How the stages share the whole job, as fractions at which each ends. */
const READING_ENDS = 0.15
const CLUSTERING_ENDS = 0.85

const crew = new TrainingCrew(kernelModule(), (workerData as { threads: number }).threads)
crew.warm()

/** From a dataset's folder to a model: reads features, clusters, describes, writes the members beside. */
export default runTask<TrainMessage, TrainResult>(async (message, control) => {
  await verifyFolder(message.datasetFolder)
  const customers = await readFeatures(message, control)
  const clustered = columnsOf(customers.features, message.options.features)
  const outcome = await cluster(clustered, message, control)

  control.progress({ stage: 'describing', fraction: CLUSTERING_ENDS, message: 'Naming the segments.' })
  const preferenceNames = Object.fromEntries(
    (customers.preferences?.groups ?? []).map(({ slug, name }) => [PREFERENCE_PREFIX + slug, name])
  )
  const { features } = customers
  const { labels } = outcome
  const segments = describeSegments({
    features,
    clustered: clustered.names,
    labels,
    kinds: outcome.fit.segments.map((segment) => segment.kind),
    revenue: customers.revenue,
    silhouettes: outcome.silhouettes,
    currency: message.currency,
    vocabulary: message.options.vocabulary,
    preferenceNames
  })
  const surrogate = mimicSegments({
    features,
    spoken: [...RULE_FEATURES, ...clustered.names],
    labels,
    segments: segments.length,
    currency: message.currency,
    preferenceNames
  })
  const projection = projectCustomers(clustered, outcome, { seed: message.options.seed, maxPoints: 5000 })

  control.progress({ stage: 'writing', fraction: 0.95, message: 'Writing the members.' })
  await writeMembers(message.modelFolder, memberTable(customers, outcome), customers.preferences)
  return {
    fit: outcome.fit,
    k_choice: outcome.k_choice,
    metrics: outcome.metrics,
    projection,
    surrogate,
    segments,
    reconciliation: reconcile(customers, segments),
    limitations: outcome.limitations,
    customers: customers.features.n
  }
})

async function readFeatures(message: TrainMessage, control: TaskControl): Promise<CustomerFeatures> {
  control.progress({ stage: 'features', fraction: 0.01, message: 'Computing the features of each customer.' })
  const wanted = message.options.features.some(
    (name) => name.startsWith(PREFERENCE_PREFIX) || name === PREFERENCE_FAMILY
  )
  const customers = await readCustomerFeatures(
    { ...message, windowDays: message.options.window_days, preferences: wanted },
    { onDuckDb: (db) => (db === null ? control.leaveNative() : control.enterNative(() => db.interrupt())) }
  )
  if (control.cancelled()) throw new Problem('job_cancelled', 'The training was cancelled.')
  if (customers.features.n === 0) {
    throw new Problem('too_few_customers', 'No customer has an order in the window before the reference date.')
  }
  control.progress({
    stage: 'features',
    fraction: READING_ENDS,
    message: `${customers.features.n} customers have orders in the window.`
  })
  return customers
}

function columnsOf(features: FeatureColumns, wanted: string[]): FeatureColumns {
  const names = wanted.flatMap((name) =>
    name === PREFERENCE_FAMILY ? features.names.filter((each) => each.startsWith(PREFERENCE_PREFIX)) : [name]
  )
  const missing = names.filter((name) => !features.names.includes(name))
  if (missing.length > 0) {
    const known = features.names.filter((name) => name.startsWith(PREFERENCE_PREFIX)).join(', ')
    throw new Problem('unknown_feature', `The dataset has no ${missing.join(', ')}. Its preferences are ${known}.`)
  }
  return {
    names,
    columns: names.map((name) => features.columns[features.names.indexOf(name)] as Float64Array),
    n: features.n
  }
}

async function cluster(
  clustered: FeatureColumns,
  message: TrainMessage,
  control: TaskControl
): Promise<TrainingOutcome> {
  const hooks: TrainingHooks = {
    progress: (stage, fraction, text) =>
      control.progress({
        stage,
        fraction: READING_ENDS + fraction * (CLUSTERING_ENDS - READING_ENDS),
        message: text
      }),
    cancelled: () => control.cancelled()
  }
  try {
    return trainClusters(clustered, message.options, hooks, crew.engines)
  } catch (error) {
    if (error instanceof TrainingRefused) throw new Problem(error.code, error.message)
    if (error instanceof TrainingCancelled) throw new Problem('job_cancelled', 'The training was cancelled.')
    throw error
  } finally {
    await crew.rest()
  }
}

function memberTable(customers: CustomerFeatures, outcome: TrainingOutcome) {
  return {
    customerIds: customers.customerIds,
    segments: outcome.labels,
    distances: outcome.distances,
    margins: outcome.margins,
    silhouettes: outcome.silhouettes,
    revenue: customers.revenue,
    features: customers.features
  }
}

function reconcile(customers: CustomerFeatures, segments: TrainResult['segments']): Reconciliation {
  const cents = (value: number) => Math.round(value * 1e4) / 1e4
  return {
    customers: customers.features.n,
    members: segments.reduce((sum, segment) => sum + segment.size, 0),
    revenue: cents(customers.revenue.reduce((sum, value) => sum + value, 0)),
    segment_revenue: cents(segments.reduce((sum, segment) => sum + segment.revenue, 0))
  }
}
