import { open } from 'node:fs/promises'
import { Footer } from 'apache-arrow/fb/footer'
import type { Schema } from 'apache-arrow/fb/schema'
import { ByteBuffer } from 'flatbuffers'
import { ARROW_FILE_MAGIC, damaged, METADATA_MAX } from './arrow-messages.ts'

/** Behind the footer stand its length in four bytes and the magic word. */
const TAIL = 4 + ARROW_FILE_MAGIC.length

/**
 * The schema from the footer of an Arrow file, for some writers leave it out at the front (Arrow's own for JavaScript does).
 * @throws Problem arrow_invalid
 */
export async function footerSchema(path: string): Promise<Schema> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const bytesAt = async (start: number, length: number): Promise<Buffer> => {
      if (start < 0) throw damaged('it ends early')
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start)
      if (bytesRead < length) throw damaged('it ends early')
      return buffer
    }
    const tail = await bytesAt(size - TAIL, TAIL)
    if (!tail.subarray(4).equals(ARROW_FILE_MAGIC)) throw damaged('it ends early')
    const length = tail.readInt32LE(0)
    if (length <= 0 || length > METADATA_MAX) throw damaged('its footer has a size that is not possible')
    const schema = Footer.getRootAsFooter(new ByteBuffer(await bytesAt(size - TAIL - length, length))).schema()
    if (schema === null) throw damaged('it has no schema')
    return schema
  } finally {
    await file.close()
  }
}
