import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { Bench } from '../../domain/clustering/wasm/stages.ts'
import type { Crew, Member, StageName, StageOrders, StageResults } from '../../domain/clustering/wasm/crew.ts'
import { Kernels } from '../../domain/kernels/kernels.ts'
import { TrainingCancelled } from '../../domain/clustering/refusal.ts'
import { entryPoint } from '../../entry.ts'

/** Words of the control block, an Int32Array on shared memory. */
export const TURN = 0
export const DONE = 1
export const NEXT = 2
export const STOP = 3

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
  readonly #control = new Int32Array(new SharedArrayBuffer(16))
  readonly #helpers: { worker: Worker; port: MessagePort }[]
  readonly #poll: () => void

  /**
   * @param size threads, the caller among them
   * @param poll throws to cancel; all members then stop within a few milliseconds
   */
  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, size: number, poll: () => void = () => {}) {
    this.size = size
    this.bench = new Bench(new Kernels(module, memory))
    this.#poll = poll
    this.#helpers = Array.from({ length: size - 1 }, (_, h) => {
      const { port1, port2 } = new MessageChannel()
      const workerData: HelperData = { module, memory, control: this.#control, port: port2, index: h + 1, size }
      const worker = new Worker(entryPoint('jobs/workers/crew.worker.ts'), { workerData, transferList: [port2] })
      worker.unref()
      port1.unref()
      return { worker, port: port1 }
    })
  }

  run<Name extends StageName>(stage: Name, order: StageOrders[Name]): StageResults[Name][] {
    const control = this.#control
    Atomics.store(control, DONE, 0)
    Atomics.store(control, NEXT, 0)
    Atomics.store(control, STOP, 0)
    for (const { port } of this.#helpers) port.postMessage({ stage, order })
    Atomics.add(control, TURN, 1)
    Atomics.notify(control, TURN)

    const failures: unknown[] = []
    const results: StageResults[Name][] = []
    try {
      results.push(this.bench.do(stage, order, memberOf(control, 0, this.size, this.#poll)))
    } catch (error) {
      failures.push(error)
      Atomics.store(control, STOP, 1)
    }
    this.#await()
    for (const { port } of this.#helpers) {
      const { result, failure } = receiveMessageOnPort(port)?.message ?? {}
      if (failure !== undefined) failures.push(failure)
      results.push(result)
    }
    if (failures.length > 0) throw failures.find((each) => !(each instanceof TrainingCancelled)) ?? failures[0]
    return results
  }

  #await(): void {
    const expected = this.#helpers.length
    for (let done = Atomics.load(this.#control, DONE); done < expected; done = Atomics.load(this.#control, DONE)) {
      Atomics.wait(this.#control, DONE, done)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#helpers.map(({ worker }) => worker.terminate()))
  }
}

/** @param poll what the member asks beside the others' stop */
export function memberOf(control: Int32Array, index: number, size: number, poll: () => void): Member {
  return {
    index,
    size,
    claim: () => Atomics.add(control, NEXT, 1),
    poll() {
      poll()
      if (Atomics.load(control, STOP) === 1) throw new TrainingCancelled()
    }
  }
}
