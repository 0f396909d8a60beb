import type { StageName, StageOrders, StageResults } from './orders.ts'
import type { Space } from './space.ts'

/** One of those who work on a stage together. */
export interface Member {
  /** 0 to size − 1 */
  readonly index: number
  readonly size: number
  /** The next piece of work of this stage that nobody has taken: 0, 1, 2 … over all members together. */
  claim(): number
  /** A piece of work has ended. */
  done(): void
  /** @throws TrainingCancelled; to be called every few milliseconds */
  poll(): void
}

/** Told now and then how many pieces of a stage all members together have ended. */
export type Watch = (done: number) => void

/** Who does a whole stage. */
export function onlyMember(poll: () => void, watch?: Watch): Member {
  let next = 0
  let done = 0
  return { index: 0, size: 1, claim: () => next++, done: () => watch?.(++done), poll }
}

/**
 * Those who share the work on one memory. `run` has every member do its part of a stage and returns what they found,
 * by index. Which member does what must not show in the results.
 */
export interface Crew {
  readonly size: number
  /** The caller is a member too: its side of the memory. */
  readonly bench: { readonly space: Space }
  /** What the caller's member asks every few milliseconds; when it throws all members stop. */
  poll: () => void
  run<Name extends StageName>(stage: Name, order: StageOrders[Name], watch?: Watch): StageResults[Name][]
  /** The caller does the whole stage: for work that takes less time than to wake the others. */
  runAlone<Name extends StageName>(stage: Name, order: StageOrders[Name], watch?: Watch): StageResults[Name]
  /** Every member takes note, the others before the next stage they are in: for stages without work. */
  tell<Name extends 'open' | 'frame'>(stage: Name, order: StageOrders[Name]): void
}
