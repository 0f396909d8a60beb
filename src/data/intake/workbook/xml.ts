import { TextDecoder } from 'node:util'
import { SaxesParser } from 'saxes'
import { Problem } from '../../../errors.ts'

/** A workbook's parts nest a dozen deep. */
const DEPTH_MAX = 64
/** Characters in which an element must begin or end: longer texts and tags than any cell has are made to exhaust memory. */
const ELEMENT_LENGTH_MAX = 4 * 1024 * 1024

export type Attributes = Readonly<Record<string, string>>

/** Told of elements by their local names, in the order of the document. */
export interface XmlHandler {
  open(name: string, attributes: Attributes): void
  close(name: string): void
  text?(text: string): void
  /** Whether all that is wanted has been seen. */
  done?(): boolean
}

/**
 * Goes through an XML part. Declarations of a document type are refused, so no entity of the file's own is ever expanded.
 * @throws Problem xlsx_invalid
 */
export async function readXml(chunks: AsyncIterable<Buffer>, handler: XmlHandler): Promise<void> {
  const parser = new SaxesParser({ position: false, defaultXMLVersion: '1.0', forceXMLVersion: true })
  let depth = 0
  let quiet = 0
  parser.on('doctype', () => {
    throw invalid('A part of the workbook declares a document type, which none written by a spreadsheet does')
  })
  parser.on('opentag', ({ name, attributes }) => {
    quiet = 0
    if (++depth > DEPTH_MAX) throw invalid('A part of the workbook is nested too deeply')
    handler.open(localName(name), attributes as Attributes)
  })
  parser.on('closetag', ({ name }) => {
    quiet = 0
    depth--
    handler.close(localName(name))
  })
  if (handler.text) {
    const text = handler.text.bind(handler)
    parser.on('text', text)
    parser.on('cdata', text)
  }
  parser.on('error', (error) => {
    throw invalid('A part of the workbook is not well-formed XML', error)
  })
  for await (const text of decoded(chunks)) {
    quiet += text.length
    parser.write(text)
    if (quiet > ELEMENT_LENGTH_MAX) throw invalid('A part of the workbook has a text or tag of more than 4 MiB')
    if (handler.done?.()) return
  }
  parser.close()
}

async function* decoded(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  const decode = (chunk?: Buffer): string => {
    try {
      return decoder?.decode(chunk, { stream: chunk !== undefined }) ?? ''
    } catch (cause) {
      throw invalid('A part of the workbook is neither UTF-8 nor UTF-16', cause)
    }
  }
  for await (const chunk of chunks) {
    decoder ??= decoderFor(chunk)
    yield decode(chunk)
  }
  yield decode()
}

/** Without its namespace's prefix, which is the writer's own choice. */
const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/** An attribute by its local name, whatever prefix it has. */
export function prefixed(attributes: Attributes, name: string): string | undefined {
  for (const [key, value] of Object.entries(attributes)) if (key.endsWith(`:${name}`)) return value
  return attributes[name]
}

function decoderFor(first: Buffer): TextDecoder {
  const utf16 =
    first[0] === 0xff && first[1] === 0xfe ? 'utf-16le' : first[0] === 0xfe && first[1] === 0xff ? 'utf-16be' : null
  return new TextDecoder(utf16 ?? 'utf-8', { fatal: true })
}

export const invalid = (sentence: string, cause?: unknown): Problem =>
  new Problem(
    'xlsx_invalid',
    `${sentence}; open the file in a spreadsheet program, save it as .xlsx again and upload that.`,
    {
      cause
    }
  )
