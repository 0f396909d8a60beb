import { Message } from 'apache-arrow/fb/message'
import type { MessageHeader } from 'apache-arrow/fb/message-header'
import { ByteBuffer } from 'flatbuffers'
import { Problem } from '../../errors.ts'

/** Opens the random-access file form; the messages of the stream form follow it. */
export const ARROW_FILE_MAGIC = Buffer.from('ARROW1')
const MAGIC_BYTES = 8
const CONTINUATION = -1
/** Of one message: a schema of 200 columns takes 20 KiB, and pandas' notes beside it as much again. */
export const METADATA_MAX = 4 * 1024 * 1024
/** Of one record batch. Writers make batches of a few MiB. */
const BODY_MAX = 256 * 1024 * 1024

/** One message of Arrow's IPC format, not yet looked into. */
export interface ArrowMessage {
  header: MessageHeader
  message: Message
  /** Begins at offset 0 of its own memory, so that numbers in it are aligned. */
  body: Uint8Array
}

export const damaged = (what: string, cause?: unknown) =>
  new Problem('arrow_invalid', `The Arrow data is damaged: ${what}. Write the file again.`, { cause })

/**
 * The messages of an Arrow stream, or of an Arrow file read as the stream that it holds, one in memory at a time. No
 * length that the data states is believed before it is held against a limit, and what is read into never grows beyond
 * what has come.
 *
 * @throws Problem arrow_invalid, arrow_batch_too_large
 */
export async function* arrowMessages(chunks: AsyncIterable<Buffer>, isFile: boolean): AsyncGenerator<ArrowMessage> {
  const bytes = new Bytes(chunks)
  if (isFile) await bytes.take(MAGIC_BYTES)
  while (true) {
    const first = await bytes.take(4)
    if (first === null) {
      if (isFile) throw damaged('it ends early')
      return
    }
    // Before Arrow 0.15 the length came at once.
    const length = first.readInt32LE(0) === CONTINUATION ? (await bytes.need(4)).readInt32LE(0) : first.readInt32LE(0)
    if (length === 0) return
    if (length < 0 || length > METADATA_MAX) throw damaged('a message is larger than any real one')
    const message = Message.getRootAsMessage(new ByteBuffer(await bytes.need(length)))
    const size = message.bodyLength()
    if (size < 0n) throw damaged('a message has a negative size')
    if (size > BigInt(BODY_MAX)) {
      throw new Problem(
        'arrow_batch_too_large',
        `A record batch has ${size} bytes; write batches of at most ${BODY_MAX} bytes, for example of 65,536 rows.`
      )
    }
    yield { header: message.headerType(), message, body: await bytes.need(Number(size)) }
  }
}

/** A stream of chunks as something to take bytes from. */
class Bytes {
  readonly #iterator: AsyncIterator<Buffer>
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#iterator = chunks[Symbol.asyncIterator]()
  }

  /** The next bytes in memory of their own; null when there are none at all. @throws Problem arrow_invalid when there are fewer */
  async take(count: number): Promise<Buffer | null> {
    const parts: Buffer[] = []
    let missing = count
    while (missing > 0) {
      if (this.#at === this.#chunk.length) {
        const next = await this.#iterator.next()
        if (next.done) {
          if (missing === count) return null
          throw damaged('it ends early')
        }
        this.#chunk = next.value
        this.#at = 0
      }
      const part = this.#chunk.subarray(this.#at, this.#at + missing)
      parts.push(part)
      this.#at += part.length
      missing -= part.length
    }
    const whole = Buffer.allocUnsafeSlow(count)
    let to = 0
    for (const part of parts) to += part.copy(whole, to)
    return whole
  }

  async need(count: number): Promise<Buffer> {
    const whole = await this.take(count)
    if (whole === null && count > 0) throw damaged('it ends early')
    return whole ?? Buffer.allocUnsafeSlow(0)
  }
}
