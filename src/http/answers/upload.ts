import type { MultipartFile, MultipartValue } from '@fastify/multipart'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { Problem } from '../../errors.ts'
import type { Flows } from '../../flows/flows.ts'
import type { ReceivedFile } from '../../flows/messages/orders.ts'
import { toUploadProblem } from '../plugins/problem-mapping.ts'
import { parsed } from '../plugins/validation.ts'
import { hangUpSignal } from './wait.ts'

const OPTIONS_BYTES = 64 * 1024

type Part = MultipartFile | MultipartValue

/** What an upload may be. */
export interface UploadForm<Options> {
  maxBytes: number
  /** Must take `{}`: what holds where there is no such part. */
  options: z.ZodType<Options>
  /** What is in the file, with its article. */
  content: string
  /** How many files may come in one upload, to be joined; one where absent. */
  filesMax?: number
}

/**
 * Reads an upload: a part `file`, or as many as the form takes, streamed onward as it arrives, and an optional part
 * `options` before, between or after. The caller owns the file that is returned with those joined to it; when this
 * throws, none is left behind.
 *
 * @throws Problem for everything that is wrong with the form
 */
export async function receiveUpload<Options>(
  flows: Pick<Flows, 'receiveFile' | 'discardFile'>,
  request: FastifyRequest,
  reply: FastifyReply,
  form: UploadForm<Options>
): Promise<{ file: ReceivedFile; options: Options }> {
  const { tenant } = request.principal
  const signal = hangUpSignal(reply)
  const { filesMax = 1 } = form
  const files: ReceivedFile[] = []
  let options: Options | undefined
  try {
    for await (const part of partsOf(request, form.maxBytes, filesMax)) {
      if (part.fieldname === 'options') {
        if (options !== undefined) throw new Problem('too_many_files', 'Send the part options once.')
        options = parsed(form.options, await optionsOf(part), 'body')
      } else if (part.fieldname !== 'file') {
        throw unknownPart(part.fieldname)
      } else if (part.type !== 'file') {
        throw new Problem('file_required', 'The part file must be sent as a file, with a filename.')
      } else if (files.length === filesMax) {
        const most = filesMax === 1 ? 'one file' : `at most ${filesMax} files`
        throw new Problem('too_many_files', `Send ${most} in each upload.`)
      } else {
        files.push(await flows.receiveFile(tenant, contentOf(part), { filename: filenameOf(part), signal }))
        refuseTooMuch(files, form.maxBytes)
      }
    }
    const [file, ...joined] = files
    if (file === undefined) throw new Problem('file_required', `Send ${form.content} as a part named file.`)
    return {
      file: joined.length === 0 ? file : { ...file, joined },
      options: options ?? parsed(form.options, {}, 'body')
    }
  } catch (error) {
    for (const file of files) await flows.discardFile(tenant, file)
    throw toUploadProblem(error)
  }
}

function refuseTooMuch(files: readonly ReceivedFile[], maxBytes: number): void {
  if (files.reduce((sum, { bytes }) => sum + bytes, 0) <= maxBytes) return
  throw new Problem('upload_too_large', `The files together are larger than the ${maxBytes} bytes allowed; gzip them.`)
}

/** One more part of each kind than is taken is let through: it is then refused by name. */
function partsOf(request: FastifyRequest, maxBytes: number, filesMax: number): AsyncIterable<Part> {
  if (!/;\s*boundary=/i.test(request.headers['content-type'] ?? '')) {
    throw new Problem('multipart_malformed', 'Content-Type must name the boundary: multipart/form-data; boundary=…')
  }
  return request.parts({
    limits: {
      fileSize: maxBytes,
      fieldSize: OPTIONS_BYTES,
      fieldNameSize: 100,
      files: filesMax + 1,
      fields: 2,
      parts: filesMax + 3,
      headerPairs: 50
    }
  })
}

/** The file's bytes; ends in a Problem where the stream itself would end early without a word. */
async function* contentOf(part: MultipartFile): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of part.file) yield chunk as Uint8Array
  } catch (error) {
    throw toUploadProblem(error)
  }
  if (part.file.truncated) {
    throw new Problem('upload_too_large', 'The file is larger than this service takes: gzip it or split it.')
  }
}

async function optionsOf(part: Part): Promise<unknown> {
  const tooLarge = () => new Problem('field_too_large', `The part options may have ${OPTIONS_BYTES} bytes.`)
  if (part.type === 'field') {
    if (part.valueTruncated) throw tooLarge()
    // A part that names its type application/json has been parsed already.
    return typeof part.value === 'string' ? jsonOf(part.value) : part.value
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of part.file) {
    bytes += chunk.length
    if (bytes > OPTIONS_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return jsonOf(Buffer.concat(chunks).toString('utf8'))
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem('invalid_json', 'The part options is not valid JSON.', { cause: error })
  }
}

const unknownPart = (name: string) =>
  new Problem('validation_failed', 'An upload has the parts file and options, no other.', {
    errors: [{ pointer: `/${name.slice(0, 100)}`, code: 'unknown_field', message: 'is not known here' }]
  })

/** A label only: files are stored under ids of our own. */
const filenameOf = (part: MultipartFile) =>
  part.filename ? part.filename.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '').slice(0, 200) || null : null
