import { receiveMessageOnPort, workerData } from 'node:worker_threads'
import { Bench } from '../../domain/clustering/wasm/stages.ts'
import { Kernels } from '../../domain/kernels/kernels.ts'
import { DONE, type HelperData, memberOf, STOP, TURN } from './crew.ts'

const { module, memory, control, port, index, size } = workerData as HelperData
const bench = new Bench(new Kernels(module, memory))
const member = memberOf(control, index, size, () => {})

for (let turn = 0; ; turn++) {
  while (Atomics.load(control, TURN) <= turn) Atomics.wait(control, TURN, turn)
  const { stage, order } = receiveMessageOnPort(port)!.message
  try {
    port.postMessage({ result: bench.do(stage, order, member) })
  } catch (failure) {
    Atomics.store(control, STOP, 1)
    port.postMessage({ failure })
  }
  Atomics.add(control, DONE, 1)
  Atomics.notify(control, DONE)
}
