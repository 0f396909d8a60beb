import { readFileSync } from 'node:fs'
import { entryPoint } from '../entry.ts'

/** A module of WebAssembly with a memory of its own, which never grows. */
export class WasmRoom<Functions> {
  readonly functions: Functions
  readonly bytes: Uint8Array
  readonly integers: Int32Array
  readonly doubles: Float64Array
  private readonly globals: Record<string, WebAssembly.Global>

  /** @param path of the built module in dist/ */
  constructor(path: string, pages: number) {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: false })
    const module = new WebAssembly.Module(readFileSync(entryPoint(path)))
    const { exports } = new WebAssembly.Instance(module, { env: { memory } })
    this.functions = exports as Functions
    this.globals = exports as Record<string, WebAssembly.Global>
    this.bytes = new Uint8Array(memory.buffer)
    this.integers = new Int32Array(memory.buffer)
    this.doubles = new Float64Array(memory.buffer)
  }

  get(name: string): number {
    return this.globals[name]!.value
  }

  set(values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) this.globals[name]!.value = value
  }
}
