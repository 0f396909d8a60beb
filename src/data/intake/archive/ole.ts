import { Problem } from '../../../errors.ts'
import { encrypted } from './zip.ts'

const OLE_MAGIC = 'd0cf11e0a1b11ae1'
/** Excel 2 to 5 wrote the sheet's records without a container. */
const BARE_WORKBOOKS = ['09000400', '09020600', '09040600', '0908']
const TAIL_BYTES = 64

/** Whether a file is of Office before 2007, or an encrypted one of later. */
export const isOle = (head: Buffer): boolean => head.toString('hex', 0, 8) === OLE_MAGIC
export const isBareWorkbook = (head: Buffer): boolean =>
  BARE_WORKBOOKS.some((magic) => head.toString('hex', 0, 4).startsWith(magic)) && head[2]! + head[3]! > 0

/** Names of the streams in such a container, which say what it holds; the first that is there decides. */
const STREAMS: readonly [name: string, problem: () => Problem][] = [
  ['EncryptedPackage', encrypted],
  ['WordDocument', () => refused('an old Word document (.doc)')],
  ['PowerPoint Document', () => refused('an old PowerPoint presentation (.ppt)')],
  ['__properties_version1.0', () => refused('an Outlook message (.msg)')],
  ['Workbook', () => legacyWorkbook()],
  ['Book', () => legacyWorkbook()]
]

/** What an OLE container is: an old workbook, another document, or an encrypted one of any kind. */
export async function oleProblem(chunks: AsyncIterable<Buffer>): Promise<Problem> {
  const names = STREAMS.map(([name]) => Buffer.from(`${name}\0`, 'utf16le'))
  const found = new Set<number>()
  let tail = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([tail, chunk])
    for (const [at, name] of names.entries()) if (bytes.includes(name)) found.add(at)
    tail = bytes.subarray(-TAIL_BYTES)
  }
  const first = STREAMS.find((_, at) => found.has(at))
  return first ? first[1]() : refused('a file of an old Office program')
}

export const legacyWorkbook = (): Problem =>
  new Problem(
    'legacy_xls',
    'The file is a workbook of Excel 97 to 2003 (.xls), which is not read; open it in a spreadsheet program, save it as .xlsx or CSV and upload that.'
  )

const refused = (what: string): Problem =>
  new Problem(
    'unsupported_format',
    `The file is ${what}, which is not read here; upload the order lines as .xlsx, CSV or Parquet.`
  )
