import { showsAtItsBeginning } from '../intake/format.ts'
import { HEAD_BYTES } from '../intake/source.ts'

/** Packed bytes unpack to nearly as many at the least: twice what is looked at is enough of them too. */
const ENOUGH_BYTES = 2 * HEAD_BYTES
/** By these it is told what a file is. */
const TOLD_BY_BYTES = 4096

/** As much of a content as a look at its beginning needs; all of it where it can only be read from its end. */
export async function* beginning(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer = Buffer.alloc(0)
  let bytes = 0
  for await (const chunk of chunks) {
    if (head.length < TOLD_BY_BYTES) head = Buffer.concat([head, chunk.subarray(0, TOLD_BY_BYTES - head.length)])
    bytes += chunk.byteLength
    yield chunk
    if (bytes >= ENOUGH_BYTES && showsAtItsBeginning(head)) return
  }
}
