import { receiveMessageOnPort, workerData } from 'node:worker_threads'
import { Bench } from '../../domain/clustering/wasm/stages.ts'
import { Kernels } from '../../domain/kernels/kernels.ts'
import { attempt, DONE, type HelperData, memberOf, TURN } from './crew.ts'

const { module, memory, control, port, index, size } = workerData as HelperData
const bench = new Bench(new Kernels(module, memory))
const member = memberOf(control, index, size, () => {})

for (let turn = 0; ; turn++) {
  while (Atomics.load(control, TURN) <= turn) Atomics.wait(control, TURN, turn)
  // What was only told comes before the stage to work on.
  let message = receiveMessageOnPort(port)!.message
  for (; message.silent; message = receiveMessageOnPort(port)!.message) bench.do(message.stage, message.order, member)
  const { stage, order } = message
  port.postMessage(attempt(() => bench.do(stage, order, member), control))
  Atomics.add(control, DONE, 1)
  Atomics.notify(control, DONE)
}
