import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Engines } from '../../domain/clustering/engine.ts'
import { ENGINES } from '../../domain/clustering/engines.ts'
import { Pace } from '../../domain/clustering/pace.ts'
import { wasmEngine } from '../../domain/clustering/wasm-engine.ts'
import { createMemory } from '../../domain/kernels/kernels.ts'
import { ThreadCrew } from './crew.ts'

/** What the kernels of one thread can address. */
const MOST_BYTES = 2 ** 32
/** A memory up to here is kept for the next training; WebAssembly memory never shrinks, so a larger one is given up. */
const KEPT_BYTES = 2 ** 26
/** Rows of the fit that makes a new crew warm: enough for the compiler to see that the kernels are worth its time. */
const WARM_ROWS = 2000

/** The threads and the memory that the trainings of one thread work with, one after the other. */
export class TrainingCrew {
  readonly #module: WebAssembly.Module
  readonly #threads: number
  #crew: ThreadCrew
  engines: Engines

  /** @param threads of one training, the calling one among them */
  constructor(module: WebAssembly.Module, threads: number) {
    this.#module = module
    this.#threads = threads
    this.#crew = this.#start()
    this.engines = this.#enginesOf(this.#crew)
  }

  /** To be called after a training: gives back what it took beyond what is worth keeping. */
  async rest(): Promise<void> {
    if (this.#crew.bytes <= KEPT_BYTES) return
    await this.#crew.close()
    this.#crew = this.#start()
    this.engines = this.#enginesOf(this.#crew)
    collectGarbage()
  }

  /** Fits something small, so that a first training finds threads that run and kernels that are compiled. */
  warm(): void {
    const n = WARM_ROWS
    const rows = { data: Float64Array.from({ length: 3 * n }, (_, at) => ((at * 7919) % 1009) / 1009), n, d: 3 }
    const pace = new Pace(() => false)
    const options = { ks: [2, 3], restarts: 2, max_iterations: 10, seed: 1 }
    const open = this.engines.euclidean.open(rows, 2, pace)
    open.silhouettes?.(open.sweep(options).map(({ labels }, index) => ({ labels, k: options.ks[index]! })))
    this.engines.euclidean.sweepEach([{ matrix: rows, options }], pace)
  }

  async close(): Promise<void> {
    await this.#crew.close()
  }

  #start(): ThreadCrew {
    return new ThreadCrew(this.#module, createMemory(MOST_BYTES), this.#threads)
  }

  #enginesOf(crew: ThreadCrew): Engines {
    return { ...ENGINES, euclidean: wasmEngine(crew, ENGINES.euclidean) }
  }
}

/** The memory is freed once its handle is collected, and V8 sees only how small the handle is. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
