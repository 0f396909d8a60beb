import { Socket } from 'node:net'
import pg from 'pg'
import { Problem } from '../../errors.ts'
import type { Connection } from './connections.ts'
import { type Column, connectionFailed, openRows, queryFailed, type Row, rowTooWide, watchUnread } from './rows.ts'
import type { FetchLimits, OpenedSource, OpenRequest } from './source.ts'

/** Rows asked for at a time aim at so many bytes. */
const BATCH_BYTES = 1024 * 1024
const BATCH_ROWS_FIRST = 16
const BATCH_ROWS_MAX = 10_000

/** int8, int2, int4, float4, float8, numeric */
const NUMERIC = new Set([20, 21, 23, 700, 701, 1700])
const TIMESTAMP_TZ = 1184

/** Text as the server writes it: no value passes through a double or a Date. */
const AS_TEXT = { getTypeParser: () => (text: unknown) => text }

/**
 * A query of the caller's on a configured connection, read through a cursor in a transaction that cannot write.
 *
 * One statement: it goes by the extended protocol, which takes no second. A SELECT: PostgreSQL's DECLARE takes nothing else.
 * @throws Problem source_connection_failed, source_query_failed
 */
export async function openPostgres(
  { name, url }: Connection,
  query: string,
  { signal }: OpenRequest,
  limits: FetchLimits
): Promise<OpenedSource> {
  const socket = new Socket()
  const client = new pg.Client({ ...settingsOf(url, limits), stream: () => socket, types: AS_TEXT })
  // Without a listener a connection that breaks between two queries would end the process.
  client.on('error', () => {})
  const unread = watchUnread(socket)
  let backend: string | undefined
  let busy = false
  const close = async () => {
    unread.end()
    if (busy && backend !== undefined) await cancel(url, limits, backend)
    socket.destroy()
  }

  const explain = (error: unknown): unknown => {
    if (error instanceof Problem || signal.aborted) return error
    if (unread.exceeded()) return rowTooWide()
    const { code, message } = error as { code?: string; message: string }
    // A SQLSTATE: the server is there and speaks. Classes 08, 28, 3D, 53 and 57P are about the connection itself.
    if (backend !== undefined && /^[0-9A-Z]{5}$/.test(code ?? '') && !/^(08|57P)/.test(code as string)) {
      return queryFailed(message, url)
    }
    return connectionFailed(name, code ?? 'no answer')
  }

  const run = async (text: string, extended = false) => {
    busy = true
    try {
      return await client.query<(string | null)[]>({
        text,
        rowMode: 'array',
        ...(extended && { queryMode: 'extended' as const })
      })
    } finally {
      busy = false
    }
  }

  let columns: Column[] = []
  async function* rows(): AsyncGenerator<Row> {
    try {
      await run(`declare orders no scroll cursor for ${query}`, true)
      let count = BATCH_ROWS_FIRST
      while (true) {
        const before = socket.bytesRead
        const batch = await run(`fetch forward ${count} from orders`)
        unread.progressed()
        columns = batch.fields.map(columnOf)
        yield* batch.rows
        if (batch.rows.length < count) return
        const each = Math.max(1, (socket.bytesRead - before) / count)
        count = Math.max(1, Math.min(BATCH_ROWS_MAX, count * 8, Math.floor(BATCH_BYTES / each)))
      }
    } catch (error) {
      throw explain(error)
    }
  }

  const begin = async () => {
    await client.connect()
    await run(PREPARE(limits))
    backend = (await run('select pg_backend_pid()')).rows[0]?.[0] ?? undefined
  }
  return openRows({ begin, rows, columns: () => columns, close, explain }, signal, limits)
}

/** `client_connection_check_interval` makes the server notice that this process has died; older servers lack it. */
const PREPARE = ({ totalMs }: FetchLimits): string => `
  begin transaction isolation level repeatable read, read only;
  set local statement_timeout = ${totalMs};
  set local idle_in_transaction_session_timeout = ${totalMs};
  set local timezone = 'UTC';
  set local datestyle = 'ISO, YMD';
  set local intervalstyle = 'iso_8601';
  select set_config(name, '2s', true) from pg_settings where name = 'client_connection_check_interval'`

const settingsOf = (url: string, { connectMs }: FetchLimits): pg.ClientConfig => ({
  connectionString: url,
  application_name: 'tessera',
  connectionTimeoutMillis: connectMs
})

/** Through a connection of its own, as the protocol has it. */
async function cancel(url: string, limits: FetchLimits, backend: string): Promise<void> {
  const client = new pg.Client(settingsOf(url, limits))
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select pg_cancel_backend($1)', [Number(backend)])
  } catch {
    // The server notices the closed connection by itself a little later.
  } finally {
    await client.end().catch(() => {})
  }
}

const columnOf = ({ name, dataTypeID }: pg.FieldDef): Column => ({
  name,
  numeric: NUMERIC.has(dataTypeID),
  ...(dataTypeID === TIMESTAMP_TZ && { format: (text: string) => text.replace(' ', 'T').replace(/\+00$/, 'Z') })
})
