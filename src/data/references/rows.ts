import { Problem } from '../../errors.ts'
import { type FetchLimits, type OpenedSource, tooLarge } from './source.ts'

export interface Column {
  name: string
  /** Written as a number where it is one, so that its point cannot be taken for a thousands separator. */
  numeric: boolean
  /** Changes what the server wrote, for example to say the zone. */
  format?: (text: string) => string
}

/** Values as the server wrote them: exact, whatever a double can hold. */
export type Row = readonly (string | null)[]

const CHUNK_CHARS = 256 * 1024
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** A connection to a database, and the query that it will be asked. */
interface Query {
  /** Connects, and makes sure that nothing can be written. */
  begin(): Promise<void>
  rows(): AsyncIterable<Row>
  /** Known once there is a row. */
  columns(): readonly Column[]
  /** Also ends the query where it still runs. */
  close(): Promise<void>
  /** What went wrong, as a Problem where the caller can act on it. */
  explain(error: unknown): unknown
}

/** The rows of a query as a source. It is closed when `signal` aborts, and when it cannot be begun. */
export async function openRows(query: Query, signal: AbortSignal, limits: FetchLimits): Promise<OpenedSource> {
  const abandon = () => void query.close()
  signal.addEventListener('abort', abandon, { once: true })
  try {
    await query.begin()
  } catch (error) {
    await query.close()
    throw query.explain(error)
  }
  return {
    filename: null,
    version: {},
    bytes: null,
    chunks: ndjson(query.columns, query.rows(), limits),
    async close() {
      signal.removeEventListener('abort', abandon)
      await query.close()
    }
  }
}

/**
 * Rows as NDJSON, a line a row.
 * @throws Problem duplicate_column, no_rows, too_many_rows, remote_too_large
 */
async function* ndjson(
  columns: () => readonly Column[],
  rows: AsyncIterable<Row>,
  { rowsMax, maxBytes }: Pick<FetchLimits, 'rowsMax' | 'maxBytes'>
): AsyncGenerator<Uint8Array> {
  let keys: string[] | undefined
  let chunk = ''
  let count = 0
  let bytes = 0
  const take = () => {
    const content = Buffer.from(chunk)
    chunk = ''
    bytes += content.length
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    return content
  }
  for await (const row of rows) {
    keys ??= keysOf(columns())
    if (++count > rowsMax) {
      throw new Problem('too_many_rows', `The query gives more than the ${rowsMax} rows allowed. Narrow it.`)
    }
    chunk += lineOf(columns(), keys, row)
    if (chunk.length >= CHUNK_CHARS) yield take()
  }
  if (count === 0) throw new Problem('no_rows', 'The query gives no rows. Widen it.')
  if (chunk !== '') yield take()
}

function keysOf(columns: readonly Column[]): string[] {
  const names = columns.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) {
    throw new Problem('duplicate_column', `The query gives two columns the name ${twice}. Rename one with AS.`)
  }
  return names.map((name) => `${JSON.stringify(name)}:`)
}

function lineOf(columns: readonly Column[], keys: readonly string[], row: Row): string {
  const members = keys.map((key, index) => {
    const text = row[index] ?? null
    if (text === null) return `${key}null`
    const { numeric, format } = columns[index] as Column
    if (numeric && JSON_NUMBER.test(text)) return key + text
    return key + JSON.stringify(format === undefined ? text : format(text))
  })
  return `{${members.join(',')}}\n`
}

/** What one row, or one batch of them, may take on its way: a query can make a value of a gigabyte. */
const UNREAD_BYTES_MAX = 64 * 1024 * 1024
const LOOK_EVERY_MS = 20

/**
 * Ends a connection that brings bytes without bringing rows: libraries keep what belongs to a row in memory until it is whole.
 * @param socket of the connection, before any TLS
 */
export function watchUnread(socket: { readonly bytesRead: number; destroy(): void }) {
  let seen = socket.bytesRead
  let exceeded = false
  const timer = setInterval(() => {
    if (socket.bytesRead - seen <= UNREAD_BYTES_MAX) return
    exceeded = true
    socket.destroy()
  }, LOOK_EVERY_MS)
  return {
    /** Rows have come. */
    progressed: () => {
      seen = socket.bytesRead
    },
    exceeded: () => exceeded,
    end: () => clearInterval(timer)
  }
}

export const rowTooWide = (): Problem =>
  new Problem('source_query_failed', 'A row of the query is larger than order lines ever are. Select fewer columns.')

/**
 * The server's own words about a query, for whoever wrote the query: one line, without what the connection is made of.
 */
export function queryFailed(message: string, url: string): Problem {
  const { username, password, hostname } = new URL(url)
  const secrets = [password, username, hostname]
    .flatMap((part) => [part, decodeURIComponent(part)])
    .filter((part) => part.length > 2)
  let words = message.replace(/'[^']*'@'[^']*'/g, 'the user')
  for (const secret of secrets) words = words.replaceAll(secret, '***')
  words = words
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 300)
  return new Problem(
    'source_query_failed',
    `The database refused the query: ${words}${/[.!?]$/.test(words) ? '' : '.'}`
  )
}

/** @param code of the server or the socket; its words name user and host, so they are not passed on */
export const connectionFailed = (name: string, code: string): Problem =>
  new Problem(
    'source_connection_failed',
    `The connection ${name} could not be made or was lost (${code}). An administrator should check it.`
  )
