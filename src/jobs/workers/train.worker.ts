import { workerData } from 'node:worker_threads'
import { type CustomerFeatures, readCustomerFeatures } from '../../data/features.ts'
import { kernelModule } from '../../data/kernel-module.ts'
import { writeMembers } from '../../data/members.ts'
import { verifyFolder } from '../../data/published-folder.ts'
import { projectCustomers } from '../../domain/features/pca.ts'
import type { FeatureColumns, Reconciliation, TrainingOutcome } from '../../domain/records/model.ts'
import { describeSegments, RULE_FEATURES } from '../../domain/segments/describe.ts'
import { mimicSegments } from '../../domain/segments/surrogate.ts'
import { trainClusters } from '../../domain/training.ts'
import { runTask, type TaskControl } from '../task-control.ts'
import type { TrainMessage, TrainResult } from '../tasks.ts'
import { trainBeyondMemory } from './train-beyond-memory.ts'
import { TrainingCrew } from './training-crew.ts'
import {
  acceptFeatures,
  askForFeatures,
  asProblem,
  CLUSTERING_ENDS,
  clusteredNames,
  hooksOf,
  preferenceNamesOf,
  roundMoney
} from './training-steps.ts'

const crew = new TrainingCrew(kernelModule(), (workerData as { threads: number }).threads)
crew.warm()

/** From a dataset's folder to a model: reads features, clusters, describes, writes the members beside. */
export default runTask<TrainMessage, TrainResult>(async (message, control) => {
  await verifyFolder(message.datasetFolder)
  try {
    return message.sampleSize === null
      ? await trainInMemory(message, control)
      : await trainBeyondMemory(message, message.sampleSize, control, crew.engines)
  } finally {
    await crew.rest()
  }
})

async function trainInMemory(message: TrainMessage, control: TaskControl): Promise<TrainResult> {
  const { request, hooks } = askForFeatures(message, control)
  const customers = await readCustomerFeatures(request, hooks)
  acceptFeatures(customers.features.n, control)
  const clustered = columnsOf(customers.features, message.options.features)
  const outcome = cluster(clustered, message, control)

  control.progress({ stage: 'describing', fraction: CLUSTERING_ENDS, message: 'Naming the segments.' })
  const preferenceNames = preferenceNamesOf(customers.preferences)
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
}

function columnsOf(features: FeatureColumns, wanted: string[]): FeatureColumns {
  const names = clusteredNames(features.names, wanted)
  return { names, columns: names.map((name) => features.columns[features.names.indexOf(name)]!), n: features.n }
}

function cluster(clustered: FeatureColumns, message: TrainMessage, control: TaskControl): TrainingOutcome {
  try {
    return trainClusters(clustered, message.options, hooksOf(control), crew.engines)
  } catch (error) {
    throw asProblem(error)
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
  return {
    customers: customers.features.n,
    members: segments.reduce((sum, segment) => sum + segment.size, 0),
    revenue: roundMoney(customers.revenue.reduce((sum, value) => sum + value, 0)),
    segment_revenue: roundMoney(segments.reduce((sum, segment) => sum + segment.revenue, 0))
  }
}
