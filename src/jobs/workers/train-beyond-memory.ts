import { storeCustomerFeatures } from '../../data/feature-chunks.ts'
import type { MemberFile } from '../../data/member-file.ts'
import type { Engines } from '../../domain/clustering/engine.ts'
import { type CoresetOutcome, trainOnCoreset } from '../../domain/coreset-training.ts'
import { REVENUE_FEATURE } from '../../domain/streaming/segment-totals.ts'
import type { TaskControl } from '../task-control.ts'
import type { TrainMessage, TrainResult } from '../tasks.ts'
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

    // Names, texts and pictures from the sample, with the figures of all customers.
    const { totals, sample } = outcome
    const { features } = sample
    const spent = features.columns[features.names.indexOf(REVENUE_FEATURE)]!
    const described = describeTraining(
      { features, clustered: names, revenue: spent, outcome, preferences, totals },
      message,
      control
    )
    goOn(control)
    control.progress({ stage: 'writing', fraction: 0.95, message: 'Writing the members.' })
    members.setSilhouettes(sample.rows, outcome.silhouettes)
    return {
      fit: outcome.fit,
      k_choice: outcome.k_choice,
      metrics: outcome.metrics,
      ...described,
      reconciliation: {
        customers: members.n,
        members: totals.segments.reduce((sum, { size }) => sum + size, 0),
        revenue: roundMoney(revenue),
        segment_revenue: roundMoney(totals.revenue)
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
