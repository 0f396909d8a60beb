import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { TrainingCancelled } from '../../domain/clustering/refusal.ts'
import { type Crew, type Member, onlyMember, type Watch } from '../../domain/clustering/wasm/crew.ts'
import type { StageName, StageOrders, StageResults } from '../../domain/clustering/wasm/orders.ts'
import { Bench } from '../../domain/clustering/wasm/stages.ts'
import { Kernels } from '../../domain/kernels/kernels.ts'
import { entryPoint } from '../../entry.ts'

/** Words of the control block, an Int32Array on shared memory. */
export const TURN = 0
export const DONE = 1
export const NEXT = 2
export const STOP = 3
const FINISHED = 4
const WORDS = 5

/** How long the caller, its own part done, waits for the others before it polls again. */
const POLL_MS = 5

export interface HelperData {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  control: Int32Array
  port: MessagePort
  index: number
  size: number
}

/**
 * Threads that work on one memory together with the thread that calls, which waits for them: the maths stays one
 * straight story without promises. Orders and results go over message ports that are read without an event loop;
 * a word of shared memory says when.
 */
export class ThreadCrew implements Crew {
  readonly size: number
  readonly bench: Bench
  readonly #memory: WebAssembly.Memory
  readonly #control = new Int32Array(new SharedArrayBuffer(WORDS * 4))
  readonly #helpers: { worker: Worker; port: MessagePort }[]
  poll: () => void

  /**
   * @param size threads, the caller among them
   * @param poll throws to cancel; all members then stop within a few milliseconds
   */
  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, size: number, poll: () => void = () => {}) {
    this.size = size
    this.#memory = memory
    this.bench = new Bench(new Kernels(module, memory))
    this.poll = poll
    this.#helpers = Array.from({ length: size - 1 }, (_, h) => {
      const { port1, port2 } = new MessageChannel()
      const workerData: HelperData = { module, memory, control: this.#control, port: port2, index: h + 1, size }
      const worker = new Worker(entryPoint('jobs/workers/crew.worker.ts'), { workerData, transferList: [port2] })
      worker.unref()
      port1.unref()
      return { worker, port: port1 }
    })
  }

  run<Name extends StageName>(stage: Name, order: StageOrders[Name], watch?: Watch): StageResults[Name][] {
    const control = this.#control
    for (const word of [DONE, NEXT, STOP, FINISHED]) Atomics.store(control, word, 0)
    for (const { port } of this.#helpers) port.postMessage({ stage, order })
    Atomics.add(control, TURN, 1)
    Atomics.notify(control, TURN)

    const tell = teller(control, watch)
    const member = memberOf(control, 0, this.size, () => {
      tell()
      this.poll()
    })
    const own = attempt(() => this.bench.do(stage, order, member), control)
    const interruption = this.#await(member)
    const others = this.#helpers.map(({ port }): Outcome => receiveMessageOnPort(port)!.message)
    const outcomes = [own, ...others]
    // When one fails the others are stopped: their stop is not what went wrong.
    const failed = [...outcomes, interruption].find((each) => each.failure !== undefined)
    if (failed !== undefined) throw failed.failure
    if ([...outcomes, interruption].some((each) => each.stopped)) throw new TrainingCancelled()
    tell()
    return outcomes.map((each) => each.result as StageResults[Name])
  }

  runAlone<Name extends StageName>(stage: Name, order: StageOrders[Name], watch?: Watch): StageResults[Name] {
    return this.bench.do(stage, order, onlyMember(this.poll, watch))
  }

  tell<Name extends 'open' | 'frame'>(stage: Name, order: StageOrders[Name]): void {
    this.bench.do(stage, order, memberOf(this.#control, 0, this.size, this.poll))
    for (const { port } of this.#helpers) port.postMessage({ stage, order, silent: true })
  }

  /** Until the others have done their parts. @returns what the poll meanwhile threw */
  #await(member: Member): Outcome {
    const expected = this.#helpers.length
    let outcome: Outcome = {}
    for (let done = Atomics.load(this.#control, DONE); done < expected; done = Atomics.load(this.#control, DONE)) {
      if (Atomics.wait(this.#control, DONE, done, POLL_MS) !== 'timed-out' || outcome.stopped || outcome.failure)
        continue
      const asked = attempt(() => member.poll(), this.#control)
      if (asked.stopped || asked.failure !== undefined) outcome = asked
    }
    return outcome
  }

  /** Size of the memory, which never falls. */
  get bytes(): number {
    // Another thread may have grown it: growing by nothing takes note of that.
    this.#memory.grow(0)
    return this.#memory.buffer.byteLength
  }

  async close(): Promise<void> {
    await Promise.all(this.#helpers.map(({ worker }) => worker.terminate()))
  }
}

/** Says how many pieces have ended, when there are more than it said before. */
function teller(control: Int32Array, watch: Watch | undefined): () => void {
  let told = 0
  return () => {
    const finished = Atomics.load(control, FINISHED)
    if (finished > told) watch?.(finished)
    told = finished
  }
}

interface Outcome {
  result?: unknown
  stopped?: boolean
  failure?: unknown
}

/** Does one member's part; when it fails all are told to stop. */
export function attempt(work: () => unknown, control: Int32Array): Outcome {
  try {
    return { result: work() }
  } catch (error) {
    Atomics.store(control, STOP, 1)
    return error instanceof TrainingCancelled ? { stopped: true } : { failure: error }
  }
}

/** @param poll what the member asks beside the others' stop */
export function memberOf(control: Int32Array, index: number, size: number, poll: () => void): Member {
  return {
    index,
    size,
    claim: () => Atomics.add(control, NEXT, 1),
    done: () => void Atomics.add(control, FINISHED, 1),
    poll() {
      poll()
      if (Atomics.load(control, STOP) === 1) throw new TrainingCancelled()
    }
  }
}
