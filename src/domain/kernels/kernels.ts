/** A WebAssembly instance of the kernels of assembly/: functions by name, and globals that say where the data lies. */
export class Kernels {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly #exports: Record<string, unknown>
  #pointed: Readonly<Record<string, number>> = {}

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory) {
    this.module = module
    this.memory = memory
    this.#exports = new WebAssembly.Instance(module, { env: { memory } }).exports
  }

  /** @throws TypeError for a name the module does not export */
  get(name: string): (...args: number[]) => number {
    const found = this.#exports[name]
    if (typeof found !== 'function') throw new TypeError(`no kernel is called ${name}`)
    return found as (...args: number[]) => number
  }

  /** Sets the globals that say where a data set lies, unless it is the one of the last call. */
  point(globals: Readonly<Record<string, number>>): void {
    if (globals === this.#pointed) return
    this.set(globals)
    this.#pointed = globals
  }

  set(globals: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(globals)) this.global(name).value = value
  }

  read(name: string): number {
    return this.global(name).value
  }

  private global(name: string): WebAssembly.Global {
    const found = this.#exports[name]
    if (!(found instanceof WebAssembly.Global)) throw new TypeError(`no global of the kernels is called ${name}`)
    return found
  }
}

const PAGE = 65536

/** A shared memory that grows to what is asked and no further than `limitBytes`. */
export function createMemory(limitBytes: number): WebAssembly.Memory {
  const maximum = Math.min(65536, Math.ceil(limitBytes / PAGE))
  return new WebAssembly.Memory({ initial: 1, maximum, shared: true })
}

/** @throws RangeError when the memory's limit is smaller */
export function ensureBytes(memory: WebAssembly.Memory, bytes: number): void {
  // Another thread may have grown it: growing by nothing takes note of that.
  memory.grow(0)
  const missing = Math.ceil(bytes / PAGE) - memory.buffer.byteLength / PAGE
  if (missing > 0) memory.grow(missing)
}
