import type { DuckDb } from '../../data/duckdb.ts'
import { Pace } from '../../domain/clustering/pace.ts'
import { type DescribedCustomers, describeModel, type ModelDescription } from '../../domain/segments/describe-model.ts'
import { TrainingCancelled, type TrainingHooks, TrainingRefused } from '../../domain/training.ts'
import { PREFERENCE_FAMILY, PREFERENCE_PREFIX } from '../../domain/vocabulary.ts'
import { Problem } from '../../errors.ts'
import type { TaskControl } from '../task-control.ts'
import type { TrainMessage } from '../tasks.ts'

// What trainings have in common, whether their customers fit into memory or not.

/** How the stages share the whole job, as fractions at which each ends. */
const READING_ENDS = 0.15
const CLUSTERING_ENDS = 0.85

/** What the queries are asked, and how they are interrupted. */
export function askForFeatures(message: TrainMessage, control: TaskControl) {
  control.progress({ stage: 'features', fraction: 0.01, message: 'Computing the features of each customer.' })
  // Loading the library and opening a database survive a termination as little as a query does.
  control.enterNative(() => {})
  const preferences = message.options.features.some(
    (name) => name.startsWith(PREFERENCE_PREFIX) || name === PREFERENCE_FAMILY
  )
  return {
    request: { ...message, windowDays: message.options.window_days, preferences },
    hooks: {
      onDuckDb: (db: DuckDb | null) =>
        db === null ? control.leaveNative() : control.enterNative(() => db.interrupt()),
      poll: () => goOn(control)
    }
  }
}

/** @throws Problem job_cancelled once the task was asked to end */
export function goOn(control: TaskControl): void {
  if (control.cancelled()) throw new Problem('job_cancelled', 'The training was cancelled.')
}

/** To be called once the features are there. @throws Problem job_cancelled, too_few_customers */
export function acceptFeatures(customers: number, control: TaskControl): void {
  goOn(control)
  if (customers === 0) {
    throw new Problem('too_few_customers', 'No customer has an order in the window before the reference date.')
  }
  control.progress({
    stage: 'features',
    fraction: READING_ENDS,
    message: `${customers} customers have orders in the window.`
  })
}

/** The columns that are clustered; a family stands for all of its own. @throws Problem unknown_feature */
export function clusteredNames(known: readonly string[], wanted: readonly string[]): string[] {
  const preferences = known.filter((name) => name.startsWith(PREFERENCE_PREFIX))
  const names = wanted.flatMap((name) => (name === PREFERENCE_FAMILY ? preferences : [name]))
  const missing = names.filter((name) => !known.includes(name))
  if (missing.length > 0) {
    throw new Problem(
      'unknown_feature',
      `The dataset has no ${missing.join(', ')}. Its preferences are ${preferences.join(', ')}.`
    )
  }
  return names
}

/** @throws Problem job_cancelled */
export function describeTraining(
  customers: DescribedCustomers,
  { currency, options }: TrainMessage,
  control: TaskControl
): ModelDescription {
  control.progress({ stage: 'describing', fraction: CLUSTERING_ENDS, message: 'Naming the segments.' })
  try {
    return describeModel(customers, { ...options, currency }, new Pace(() => control.cancelled()))
  } catch (error) {
    throw asProblem(error)
  }
}

export const hooksOf = (control: TaskControl): TrainingHooks => ({
  progress: (stage, fraction, text) =>
    control.progress({
      stage,
      fraction: READING_ENDS + fraction * (CLUSTERING_ENDS - READING_ENDS),
      message: text
    }),
  cancelled: () => control.cancelled()
})

/** What the caller of the service can act on. */
export function asProblem(error: unknown): unknown {
  if (error instanceof TrainingRefused) return new Problem(error.code, error.message)
  if (error instanceof TrainingCancelled) return new Problem('job_cancelled', 'The training was cancelled.')
  return error
}

/** Ten-thousandths of the currency, as the orders have them. */
export const roundMoney = (value: number): number => Math.round(value * 1e4) / 1e4
