import type { AssignTableRequest } from '../../flows/messages/assigning-tables.ts'
import { bodyText } from './body-text.ts'
import { readColumns } from './columns-table.ts'
import { JsonBytes } from './json-bytes.ts'
import { readRows } from './rows-table.ts'

/** A body of POST /assign that is what such bodies usually are. */
export class ReadAssignBody {
  constructor(
    readonly bytes: Buffer,
    readonly form: 'customers' | 'columns',
    readonly ids: Int32Array,
    readonly request: AssignTableRequest
  ) {}
}

const BLANKS = '[ \\t\\r\\n]*'
/** What may stand beside the customers. Neither a text with an escape nor a list of lists is the usual thing. */
const MEMBER = `"(?:model_id|reference_date|include)"${BLANKS}:${BLANKS}(?:"[\\w:.+-]*"|\\[[ \\t\\r\\n\\w",]*\\])`
const HEAD = new RegExp(
  `^${BLANKS}\\{${BLANKS}((?:${MEMBER}${BLANKS},${BLANKS})*)"(customers|columns)"${BLANKS}:${BLANKS}[[{]`
)
const TAIL = new RegExp(`^${BLANKS}((?:,${BLANKS}${MEMBER}${BLANKS})*)\\}${BLANKS}$`)
/** Neither is longer where it is usual. */
const MOST_AROUND = 500

const BRACKET_CLOSED = 0x5d
/** How nearly all bodies begin and end. */
const ROWS = Buffer.from('{"customers":[')
const COLUMNS = Buffer.from('{"columns":{')
const END = 0x7d

/**
 * Reads the bytes of a body straight into numbers: without a text of it, without an object for each customer.
 *
 * @param isAbout whether the schema takes what stands beside the customers
 * @returns null for a body that it does not know in every detail, be it wrong or unusual: for that there are JSON.parse and the schemas
 */
export function readAssignBody(bytes: Buffer, isAbout: (value: unknown) => boolean): ReadAssignBody | null {
  const head = headOf(bytes)
  if (head === null) return null
  const json = new JsonBytes(bytes, head.length)
  const read = head.form === 'customers' ? readRows(json) : readColumns(json)
  bodyText().release()
  if (read === null) return null
  if (head.form === 'customers') json.expect(BRACKET_CLOSED)
  const about = json.failed ? null : aboutOf(head.members, bytes, json.at)
  if (about === null || !isAbout(about) || ('include' in about && head.form === 'columns')) return null
  return new ReadAssignBody(bytes, head.form, read.ids, { ...about, table: read.table })
}

interface Head {
  form: 'customers' | 'columns'
  members: string
  length: number
}

function headOf(bytes: Uint8Array): Head | null {
  if (startsWith(bytes, ROWS)) return { form: 'customers', members: '', length: ROWS.length }
  if (startsWith(bytes, COLUMNS)) return { form: 'columns', members: '', length: COLUMNS.length }
  const found = HEAD.exec(latin1(bytes, 0, MOST_AROUND))
  if (found === null) return null
  const [{ length }, members = '', form] = found
  const opening = form === 'customers' ? 0x5b : 0x7b
  return bytes[length - 1] === opening ? { form: form as Head['form'], members, length } : null
}

/** @param end where the customers end. @returns null when what comes is not usual */
function aboutOf(head: string, bytes: Uint8Array, end: number): object | null {
  if (head === '' && end === bytes.length - 1 && bytes[end] === END) return {}
  if (bytes.length - end > MOST_AROUND) return null
  const [, tail] = TAIL.exec(latin1(bytes, end, bytes.length)) ?? []
  if (tail === undefined) return null
  try {
    return JSON.parse(`{${head === '' ? tail.slice(1) : head.replace(/,[^,]*$/, '') + tail}}`)
  } catch {
    return null
  }
}

function startsWith(bytes: Uint8Array, phrase: Uint8Array): boolean {
  for (let at = 0; at < phrase.length; at++) if (bytes[at] !== phrase[at]) return false
  return true
}

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1', from, Math.min(to, bytes.length))
