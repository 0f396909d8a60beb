import { readFileSync } from 'node:fs'
import { entryPoint } from '../entry.ts'

const compiled = (path: string) => new WebAssembly.Module(readFileSync(entryPoint(path)))

let kernels: WebAssembly.Module | undefined

/** The kernels of domain/kernels, compiled once for the process; threads are handed the module. */
export function kernelModule(): WebAssembly.Module {
  kernels ??= compiled('domain/kernels/kernels.wasm')
  return kernels
}

/** What places customers, of domain/serving. */
export const placingModule = (): WebAssembly.Module => compiled('domain/serving/place-rows.wasm')
