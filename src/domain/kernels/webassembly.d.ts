/** The little of WebAssembly that domain/ uses: it is part of every JavaScript engine, but its types come with the DOM's. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }
  class Memory {
    constructor(size: { initial: number; maximum: number; shared: boolean })
    readonly buffer: SharedArrayBuffer
    /** @throws RangeError beyond the maximum */
    grow(pages: number): number
  }
  class Global {
    value: number
  }
}
