import { readFileSync } from 'node:fs'
import { entryPoint } from '../entry.ts'

let compiled: WebAssembly.Module | undefined

/** The kernels of domain/kernels, compiled once for the process; threads are handed the module. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(entryPoint('domain/kernels/kernels.wasm')))
  return compiled
}
