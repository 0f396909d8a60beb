import type { Engines } from './engine.ts'
import { ENGINES } from './engines.ts'
import { Pace } from './pace.ts'

/** What a training works with: the engines, and the pace at which it asks whether to go on. */
export class Workshop extends Pace {
  /** @param engines give the same results whichever they are; some are faster where the thread has what they need */
  constructor(
    cancelled: () => boolean,
    readonly engines: Engines = ENGINES
  ) {
    super(cancelled)
  }
}
