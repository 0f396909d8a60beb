import { TrainingCancelled } from './refusal.ts'

/** What a training tells its starter on the way, and asks of it. */
export interface TrainingHooks {
  /** @param fraction 0 to 1 over the whole training; never falls */
  progress(stage: string, fraction: number, message: string): void
  cancelled(): boolean
}

/** About 5 ms of multiplying and adding on an ordinary core. */
const UNITS_BETWEEN_POLLS = 4e6

/** Asks now and then whether to go on. A loop spends one unit for each feature value it touches. */
export class Pace {
  #spent = 0
  readonly #cancelled: () => boolean

  constructor(cancelled: () => boolean) {
    this.#cancelled = cancelled
  }

  /** @throws TrainingCancelled */
  spend(units: number): void {
    this.#spent += units
    if (this.#spent >= UNITS_BETWEEN_POLLS) this.poll()
  }

  /** Asks at once. @throws TrainingCancelled */
  poll(): void {
    this.#spent = 0
    if (this.#cancelled()) throw new TrainingCancelled()
  }

  /** Rows to work on before spending again, when each costs `units`. */
  static rowsPerSpend(units: number): number {
    return Math.max(1, Math.floor(UNITS_BETWEEN_POLLS / units))
  }
}
