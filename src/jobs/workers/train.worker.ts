import { workerData } from 'node:worker_threads'
import { type CustomerFeatures, readCustomerFeatures } from '../../data/features.ts'
import { kernelModule } from '../../data/kernel-module.ts'
import { writeMembers } from '../../data/members.ts'
import { verifyFolder } from '../../data/published-folder.ts'
import type { FeatureColumns, Reconciliation, TrainingOutcome } from '../../domain/records/model.ts'
import { trainClusters } from '../../domain/training.ts'
import { runTask, type TaskControl } from '../task-control.ts'
import type { TrainMessage, TrainResult } from '../tasks.ts'
import { loadDatabase, rehearseTraining } from './rehearsal.ts'
import { trainBeyondMemory } from './train-beyond-memory.ts'
import { TrainingCrew } from './training-crew.ts'
import {
  acceptFeatures,
  askForFeatures,
  asProblem,
  clusteredNames,
  describeTraining,
  goOn,
  hooksOf,
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

/** What a first training would take longer for than all others, done ahead of it; ends as soon as it is asked to. */
export const rehearse = runTask<null, null>(async (_, control) => {
  await loadDatabase(control)
  if (!control.cancelled()) rehearseTraining(crew.engines, control)
  return null
})

async function trainInMemory(message: TrainMessage, control: TaskControl): Promise<TrainResult> {
  const { request, hooks } = askForFeatures(message, control)
  const customers = await readCustomerFeatures(request, hooks)
  acceptFeatures(customers.features.n, control)
  const clustered = columnsOf(customers.features, message.options.features)
  const outcome = cluster(clustered, message, control)

  const { features, revenue, preferences } = customers
  const described = describeTraining(
    { features, clustered: clustered.names, revenue, outcome, preferences },
    message,
    control
  )
  goOn(control)
  control.progress({ stage: 'writing', fraction: 0.95, message: 'Writing the members.' })
  await writeMembers(message.modelFolder, memberTable(customers, outcome), customers.preferences, () => goOn(control))
  return {
    fit: outcome.fit,
    k_choice: outcome.k_choice,
    metrics: outcome.metrics,
    ...described,
    reconciliation: reconcile(customers, described.segments),
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
