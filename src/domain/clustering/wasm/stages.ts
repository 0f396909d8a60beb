import { createMemory, Kernels } from '../../kernels/kernels.ts'
import { layOut } from '../../kernels/layout.ts'
import { type Crew, type Member, onlyMember, type Watch } from './crew.ts'
import { sweepSets } from './each-set.ts'
import type { StageName, StageOrders, StageResults } from './orders.ts'
import { prepareStages } from './prepare.ts'
import { finish, runRestarts } from './restarts.ts'
import { silhouetteStages } from './silhouettes.ts'
import { Space } from './space.ts'

/** Small sets of rows that members work on alone. */
const OWN_BYTES = 2 ** 30

/** One member's side of a crew: keeps the data set it was told to open and does its part of each stage. */
export class Bench {
  readonly #kernels: Kernels
  #own: SoloCrew | undefined
  #space: Space | undefined

  constructor(kernels: Kernels) {
    this.#kernels = kernels
  }

  get space(): Space {
    if (this.#space === undefined) throw new Error('no data set is open')
    return this.#space
  }

  do<Name extends StageName>(stage: Name, order: StageOrders[Name], member: Member): StageResults[Name] {
    return this.#stages[stage](order, member)
  }

  readonly #stages: { [Name in StageName]: (order: StageOrders[Name], member: Member) => StageResults[Name] } = {
    open: (shape, member) => {
      this.#space = new Space(this.#kernels, layOut(shape), member.index)
      this.#space.use()
    },
    frame: (frame) => {
      this.space.takeFrame(frame)
      this.space.use()
    },
    cells: (order, member) => prepareStages.cells(this.space, order, member),
    sort: (order, member) => prepareStages.sort(this.space, order, member),
    place: (order, member) => prepareStages.place(this.space, order, member),
    restarts: (order, member) => runRestarts(this.space, order, member),
    finish: (order, member) => finish(this.space, order, member),
    tiles: (plan, member) => silhouetteStages.tiles(this.space, plan, member),
    pairs: (order, member) => silhouetteStages.pairs(this.space, order, member),
    samples: (order, member) => silhouetteStages.samples(this.space, order, member),
    values: (order, member) => silhouetteStages.values(this.space, order, member),
    sets: (tasks, member) => {
      this.#own ??= new SoloCrew(new Kernels(this.#kernels.module, createMemory(OWN_BYTES)))
      return sweepSets(this.#own, tasks, member)
    }
  }
}

/** A crew of one, on the thread that calls. */
export class SoloCrew implements Crew {
  readonly size = 1
  readonly bench: Bench
  poll: () => void

  constructor(kernels: Kernels, poll: () => void = () => {}) {
    this.bench = new Bench(kernels)
    this.poll = poll
  }

  run<Name extends StageName>(stage: Name, order: StageOrders[Name], watch?: Watch): StageResults[Name][] {
    return [this.runAlone(stage, order, watch)]
  }

  runAlone<Name extends StageName>(stage: Name, order: StageOrders[Name], watch?: Watch): StageResults[Name] {
    return this.bench.do(stage, order, onlyMember(this.poll, watch))
  }

  tell<Name extends 'open' | 'frame'>(stage: Name, order: StageOrders[Name]): void {
    this.runAlone(stage, order)
  }
}
