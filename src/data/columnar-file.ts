import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { z } from 'zod'
import { Problem } from '../errors.ts'

// A file of named arrays that is read by one read and used as it lies, without parsing:
//
//   0        8         12             16
//   ┌────────┬─────────┬──────────────┬─────────────┬───┬─────────┬───┬─────────┐
//   │ magic  │ version │ header bytes │ header JSON │ 0 │ array 0 │ 0 │ array 1 │ …
//   └────────┴─────────┴──────────────┴─────────────┴───┴─────────┴───┴─────────┘
//
// Each array begins at a multiple of 8 and the file ends with the last one. All numbers are little-endian, as is every
// processor that DuckDB is built for.

const MAGIC = Buffer.from('TSRARRAY', 'latin1')
const VERSION = 1
const PREFIX_BYTES = 16
const MOST_HEADER_BYTES = 1024 * 1024
/** One read of a file may not be larger than 2 GiB. */
const CHUNK_BYTES = 1024 ** 3
/** Some milliseconds of copying into the system's cache. */
const WRITE_BYTES = 8 * 1024 ** 2

const TYPES = { f64: Float64Array, i32: Int32Array, u32: Uint32Array, u8: Uint8Array } as const
type TypeName = keyof typeof TYPES
export type NumberArray = Float64Array | Int32Array | Uint32Array | Uint8Array

const headerSchema = z.strictObject({
  arrays: z
    .array(
      z.strictObject({
        name: z.string().max(200),
        type: z.enum(Object.keys(TYPES) as [TypeName, ...TypeName[]]),
        length: z.int().min(0)
      })
    )
    .max(10_000)
})
type Header = z.output<typeof headerSchema>
type Entry = Header['arrays'][number]

/**
 * Writes the arrays in their order. Neither flushed nor renamed: the folder is published as a whole.
 * @param poll called before each piece of some milliseconds; may throw to end
 */
export async function writeArrays(
  path: string,
  arrays: ReadonlyMap<string, NumberArray>,
  poll: () => void = () => {}
): Promise<void> {
  const entries = [...arrays].map(([name, values]) => ({ name, type: typeOf(values), length: values.length }))
  const file = await open(path, 'wx')
  try {
    let end = await writeAt(file, beginningOf(entries), 0, poll)
    for (const values of arrays.values()) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      end = await writeAt(file, bytes, aligned(end), poll)
    }
    // An empty array at the end writes nothing, not even the gap before it.
    await file.truncate(end)
  } finally {
    await file.close()
  }
}

/**
 * A file of the same form whose arrays are filled and read in pieces, in any order: for more than memory holds. What was
 * never written is 0. Synchronous, for threads that have nothing else to do.
 */
export class ArrayFile {
  readonly #file: number
  readonly #starts = new Map<string, number>()

  constructor(path: string, entries: readonly Entry[]) {
    const beginning = beginningOf(entries)
    let end = beginning.length
    for (const { name, type, length } of entries) {
      this.#starts.set(name, aligned(end))
      end = aligned(end) + length * TYPES[type].BYTES_PER_ELEMENT
    }
    this.#file = openSync(path, 'wx+')
    ftruncateSync(this.#file, end)
    writeSync(this.#file, beginning, 0, beginning.length, 0)
  }

  /** @param from index of the first value in the array */
  write(name: string, from: number, values: NumberArray): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#file, bytes, done, bytes.length - done, this.#placeOf(name, from, values) + done)
    }
  }

  /** Fills `values`. @param from index of the first value in the array */
  read(name: string, from: number, values: NumberArray): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.#file, bytes, done, bytes.length - done, this.#placeOf(name, from, values) + done)
      if (count === 0) throw corrupt('a part is cut short')
      done += count
    }
  }

  close(): void {
    closeSync(this.#file)
  }

  #placeOf(name: string, from: number, values: NumberArray): number {
    const start = this.#starts.get(name)
    if (start === undefined) throw new RangeError(`there is no array ${name}`)
    return start + from * values.BYTES_PER_ELEMENT
  }
}

/** All that stands before the arrays. */
function beginningOf(entries: readonly Entry[]): Buffer {
  const header = Buffer.from(JSON.stringify({ arrays: [...entries] } satisfies Header))
  const prefix = Buffer.alloc(PREFIX_BYTES)
  MAGIC.copy(prefix)
  prefix.writeUInt32LE(VERSION, 8)
  prefix.writeUInt32LE(header.length, 12)
  return Buffer.concat([prefix, header])
}

/**
 * The arrays by name, in their order, all of them views of one buffer that threads can share.
 * @throws Problem dataset_corrupt when the file is not of this form, is cut short or too long, or is of a newer version
 */
export async function readArrays(path: string): Promise<Map<string, NumberArray>> {
  const file = await open(path, 'r').catch((cause) => {
    throw corrupt('a part is missing', cause)
  })
  try {
    const { size } = await file.stat()
    const { header, start } = await readHeader(file, size)
    const bytes = new SharedArrayBuffer(size)
    await readFully(file, new Uint8Array(bytes), 0)

    const arrays = new Map<string, NumberArray>()
    let end = start
    for (const { name, type, length } of header.arrays) {
      const at = aligned(end)
      end = at + length * TYPES[type].BYTES_PER_ELEMENT
      if (end > size) throw corrupt('a part is cut short')
      const View: new (bytes: ArrayBufferLike, at: number, length: number) => NumberArray = TYPES[type]
      arrays.set(name, new View(bytes, at, length))
    }
    if (end !== size || arrays.size !== header.arrays.length) throw corrupt('a part does not fit its description')
    return arrays
  } finally {
    await file.close()
  }
}

async function readHeader(file: FileHandle, size: number): Promise<{ header: Header; start: number }> {
  const prefix = Buffer.alloc(PREFIX_BYTES)
  await readFully(file, prefix, 0)
  if (!prefix.subarray(0, MAGIC.length).equals(MAGIC)) throw corrupt('a part has another form')
  if (prefix.readUInt32LE(8) > VERSION) throw corrupt('it was written by a newer version of this service')

  const length = prefix.readUInt32LE(12)
  if (length > MOST_HEADER_BYTES || PREFIX_BYTES + length > size) throw corrupt('a part is cut short')
  const text = Buffer.alloc(length)
  await readFully(file, text, PREFIX_BYTES)
  return { header: parseHeader(text), start: PREFIX_BYTES + length }
}

function parseHeader(text: Buffer): Header {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text)))
  } catch (cause) {
    throw corrupt('the description of a part cannot be read', cause)
  }
}

export function corrupt(reason: string, cause?: unknown): Problem {
  return new Problem('dataset_corrupt', `The stored model fails its check: ${reason}. Train it again.`, { cause })
}

const aligned = (offset: number): number => Math.ceil(offset / 8) * 8

function typeOf(values: NumberArray): TypeName {
  if (values instanceof Float64Array) return 'f64'
  if (values instanceof Int32Array) return 'i32'
  return values instanceof Uint32Array ? 'u32' : 'u8'
}

/** @returns where the bytes end */
async function writeAt(file: FileHandle, bytes: Uint8Array, start: number, poll: () => void): Promise<number> {
  for (let done = 0; done < bytes.length; ) {
    poll()
    const part = bytes.subarray(done, done + WRITE_BYTES)
    done += (await file.write(part, 0, part.length, start + done)).bytesWritten
  }
  return start + bytes.length
}

/** @throws Problem dataset_corrupt when the file ends first */
async function readFully(file: FileHandle, into: Uint8Array, start: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const part = into.subarray(done, done + CHUNK_BYTES)
    const { bytesRead } = await file.read(part, 0, part.length, start + done)
    if (bytesRead === 0) throw corrupt('a part is cut short')
    done += bytesRead
  }
}
