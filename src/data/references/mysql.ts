import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import mysql from 'mysql2'
import { Problem } from '../../errors.ts'
import type { Connection } from './connections.ts'
import { type Column, connectionFailed, openRows, queryFailed, type Row, rowTooWide, watchUnread } from './rows.ts'
import type { FetchLimits, OpenedSource, OpenRequest } from './source.ts'

/** Rows that lie ready in memory. */
const ROWS_AHEAD = 1000

const { Types } = mysql
const NUMERIC = new Set<number | undefined>(
  [
    Types.DECIMAL,
    Types.TINY,
    Types.SHORT,
    Types.LONG,
    Types.FLOAT,
    Types.DOUBLE,
    Types.LONGLONG,
    Types.INT24,
    Types.YEAR,
    Types.NEWDECIMAL
  ].map(Number)
)
const TIMESTAMP = Number(Types.TIMESTAMP)

/** MariaDB's, of a class that says it of the query. */
const CONNECTION_KILLED = 1927

/** Settings of an address that would let a query be more than one query, or read a file of this host. */
const REFUSED_SETTINGS = ['multipleStatements', 'flags', 'infileStreamFactory', 'typeCast', 'rowsAsArray']

/**
 * A query of the caller's on a configured connection, streamed in a transaction that cannot write.
 *
 * One statement: the server is not told that there could be several, so it takes no second. A SELECT, by its first word;
 * that it changes nothing is what the transaction sees to, data definition included.
 * @throws Problem source_connection_failed, source_query_failed
 */
export async function openMysql(
  { name, url }: Connection,
  query: string,
  { signal }: OpenRequest,
  limits: FetchLimits
): Promise<OpenedSource> {
  refuseOthers(query)
  const connection = mysql.createConnection(settingsOf(url, limits))
  // A connection that is lost says so here and not to the query that waits for rows, nor to one that is asked afterwards.
  let lost: Error | undefined
  let stream: Readable | undefined
  connection.on('error', (error: Error) => {
    lost ??= error
    stream?.destroy(lost)
  })
  const socket = (connection as unknown as { stream: Socket }).stream
  const unread = watchUnread(socket)
  let busy = false
  const close = async () => {
    unread.end()
    if (busy) await kill(url, limits, connection.threadId)
    busy = false
    socket.destroy()
    stream?.destroy()
  }

  const explain = (error: unknown): unknown => {
    if (error instanceof Problem || signal.aborted) return error
    if (unread.exceeded()) return rowTooWide()
    const { errno, code, sqlState, message } = error as Partial<mysql.QueryError> & { message: string }
    return ready && sqlState !== undefined && !sqlState.startsWith('08') && errno !== CONNECTION_KILLED
      ? queryFailed(message, url)
      : connectionFailed(name, code ?? 'no answer')
  }
  let ready = false

  let columns: Column[] = []
  async function* rows(): AsyncGenerator<Row> {
    busy = true
    stream = connection
      .query({ sql: query, rowsAsArray: true, typeCast: (field) => field.string() })
      .on('fields', (fields: mysql.FieldPacket[]) => {
        columns = fields.map(columnOf)
      })
      .stream({ highWaterMark: ROWS_AHEAD })
    if (lost !== undefined) stream.destroy(lost)
    try {
      for await (const row of stream) {
        unread.progressed()
        yield row as Row
      }
      busy = false
    } catch (error) {
      throw explain(error)
    }
  }

  const begin = async () => {
    await run(connection, "set time_zone = '+00:00'")
    for (const setting of [`max_statement_time = ${limits.totalMs / 1000}`, `max_execution_time = ${limits.totalMs}`]) {
      // MariaDB knows the first, MySQL the second.
      await run(connection, `set session ${setting}`).catch((error: mysql.QueryError) => {
        if (error.code !== 'ER_UNKNOWN_SYSTEM_VARIABLE') throw error
      })
    }
    await run(connection, 'start transaction with consistent snapshot, read only')
    ready = true
  }
  return openRows({ begin, rows, columns: () => columns, close, explain }, signal, limits)
}

/** Comments with a ! are code to the server. */
function refuseOthers(query: string): void {
  const start = query.replace(/^(\s|\(|--[ \t][^\n]*\n|#[^\n]*\n|\/\*(?!!|M!)[\s\S]*?\*\/)+/, '')
  if (/^(select|with|values|table)\b/i.test(start)) return
  throw new Problem('source_query_failed', 'Only a query that reads is sent to a database: let it begin with SELECT.')
}

function settingsOf(url: string, { connectMs }: FetchLimits): mysql.ConnectionOptions {
  const address = new URL(url)
  for (const setting of REFUSED_SETTINGS) address.searchParams.delete(setting)
  return {
    uri: address.href,
    connectTimeout: connectMs,
    charset: 'utf8mb4',
    multipleStatements: false,
    flags: ['-LOCAL_FILES']
  }
}

const run = (connection: mysql.Connection, sql: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    connection.query(sql, (error, result) => (error ? reject(error) : resolve(result)))
  })

/** Through a connection of its own: the first is busy with the query. */
async function kill(url: string, limits: FetchLimits, thread: number): Promise<void> {
  const connection = mysql.createConnection(settingsOf(url, limits))
  connection.on('error', () => {})
  // Where it cannot be told, the server notices the closed connection when it next writes.
  await run(connection, `kill query ${Number(thread)}`).catch(() => {})
  connection.destroy()
}

const columnOf = ({ name, columnType, type }: mysql.FieldPacket): Column => {
  const kind = columnType ?? type
  return {
    name,
    numeric: NUMERIC.has(kind),
    ...(kind === TIMESTAMP && { format: (text: string) => `${text.replace(' ', 'T')}Z` })
  }
}
