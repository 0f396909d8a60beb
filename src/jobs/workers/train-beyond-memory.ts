import { storeCustomerFeatures } from '../../data/feature-chunks.ts'
import type { MemberFile } from '../../data/member-file.ts'
import type { Engines } from '../../domain/clustering/engine.ts'
import { type CoresetOutcome, trainOnCoreset } from '../../domain/coreset-training.ts'
import { projectCustomers } from '../../domain/features/pca.ts'
import type { ProductGroups } from '../../domain/features/product-groups.ts'
import { describeSegments, RULE_FEATURES } from '../../domain/segments/describe.ts'
import { mimicSegments } from '../../domain/segments/surrogate.ts'
import { REVENUE_FEATURE } from '../../domain/streaming/segment-totals.ts'
import type { TaskControl } from '../task-control.ts'
import type { TrainMessage, TrainResult } from '../tasks.ts'
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

/**
 * From a dataset's folder to a model in memory for a sample alone: the members' file of the model holds the customers from the
 * first to the last, and they are read from it chunk by chunk.
 *
 * @param sampleSize customers of the sample
 */
export async function trainBeyondMemory(
  message: TrainMessage,
  sampleSize: number,
  control: TaskControl,
  engines: Engines
): Promise<TrainResult> {
  const { request, hooks } = askForFeatures(message, control)
  const { members, revenue, preferences } = await storeCustomerFeatures(request, message.modelFolder, hooks)
  try {
    acceptFeatures(members.n, control)
    const names = clusteredNames(members.names, message.options.features)
    const outcome = cluster(members, names, message, sampleSize, control, engines)

    control.progress({ stage: 'describing', fraction: CLUSTERING_ENDS, message: 'Naming the segments.' })
    const described = describe(outcome, names, message, preferences)
    control.progress({ stage: 'writing', fraction: 0.95, message: 'Writing the members.' })
    members.setSilhouettes(outcome.sample.rows, outcome.silhouettes)
    return {
      fit: outcome.fit,
      k_choice: outcome.k_choice,
      metrics: outcome.metrics,
      ...described,
      reconciliation: {
        customers: members.n,
        members: outcome.totals.segments.reduce((sum, { size }) => sum + size, 0),
        revenue: roundMoney(revenue),
        segment_revenue: roundMoney(outcome.totals.revenue)
      },
      limitations: outcome.limitations,
      customers: members.n
    }
  } finally {
    members.close()
  }
}

function cluster(
  members: MemberFile,
  names: string[],
  { options }: TrainMessage,
  size: number,
  control: TaskControl,
  engines: Engines
): CoresetOutcome {
  const request = {
    size,
    names,
    options,
    place: ({ first, segments, distances, margins }: Parameters<Parameters<typeof trainOnCoreset>[1]['place']>[0]) =>
      members.place(first, segments, distances, margins)
  }
  try {
    return trainOnCoreset(members, request, hooksOf(control), engines)
  } catch (error) {
    throw asProblem(error)
  }
}

/** Names, texts and pictures from the sample, with the figures of all customers. */
function describe(
  outcome: CoresetOutcome,
  names: string[],
  { currency, options }: TrainMessage,
  preferences: ProductGroups | null
): Pick<TrainResult, 'segments' | 'surrogate' | 'projection'> {
  const { sample, labels, totals, fit } = outcome
  const { features } = sample
  const preferenceNames = preferenceNamesOf(preferences)
  const column = (name: string) => features.columns[features.names.indexOf(name)]!
  return {
    segments: describeSegments({
      features,
      clustered: names,
      labels,
      kinds: fit.segments.map(({ kind }) => kind),
      revenue: column(REVENUE_FEATURE),
      silhouettes: outcome.silhouettes,
      currency,
      vocabulary: options.vocabulary,
      preferenceNames,
      totals
    }),
    surrogate: mimicSegments({
      features,
      spoken: [...RULE_FEATURES, ...names],
      labels,
      segments: fit.segments.length,
      sizes: totals.segments.map(({ size }) => size),
      currency,
      preferenceNames
    }),
    projection: projectCustomers({ names, columns: names.map(column), n: features.n }, outcome, {
      seed: options.seed,
      maxPoints: 5000,
      customers: totals.customers
    })
  }
}
