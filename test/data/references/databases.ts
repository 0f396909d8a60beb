import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { openMysql } from '../../../src/data/references/mysql.ts'
import type { openPostgres } from '../../../src/data/references/postgres.ts'
import { USUAL_LIMITS } from '../../../src/data/references/source.ts'
import { asTenant } from '../../../src/domain/tenant.ts'
import { type DatabaseServer, PASSWORD } from '../../helpers/databases.ts'
import { heldBytes } from '../../helpers/held-bytes.ts'
import { type FetcherOptions, openFetcher } from '../../helpers/remote.ts'

/** What differs between the kinds. */
export interface Dialect {
  type: 'postgres' | 'mysql'
  open(): Promise<DatabaseServer>
  source: typeof openMysql | typeof openPostgres
  /** Creates the table `order_lines` with one line, and says how the line must come out: as NDJSON, character by character. */
  table: { sql: string; line: string }
  /** Statements that write, or try to. */
  writes: string[]
  /** `count` rows of a number `i` and a text of about 200 characters. */
  series(count: number): string
  /** One row of so many bytes. */
  wide(bytes: number): string
  /** Takes a minute. */
  slow: string
  /** Queries of the service's user that are running. */
  running: string
  /** Ends the connections of the service's user. */
  disconnect: string
}

/** What every kind of database promises alike. */
export function databaseSuite(dialect: Dialect): void {
  const { type } = dialect
  let server: DatabaseServer
  beforeAll(async () => {
    server = await dialect.open()
    await server.run(dialect.table.sql)
  }, 180_000)
  afterAll(async () => await server.close())

  const open = (options: FetcherOptions = {}, url = server.url) =>
    openFetcher({ connections: [{ name: 'warehouse', type, url, tenants: undefined }], ...options })

  async function fetch(query: string, options: FetcherOptions = {}, url?: string) {
    const fetcher = await open(options, url)
    try {
      return await fetcher.fetch({ type, connection: 'warehouse', query })
    } catch (error) {
      expect(await fetcher.uploadsLeft()).toEqual([])
      throw error
    } finally {
      await fetcher.close()
    }
  }

  const problemOf = (query: string, options: FetcherOptions = {}, url?: string) =>
    fetch(query, options, url).then(
      () => {
        throw new Error(`this went through: ${query}`)
      },
      (error: Error & { code: string }) => error
    )

  describe('a query', () => {
    test('gives values as the server has them, digit by digit', async () => {
      expect((await fetch('select * from order_lines'))?.content.toString()).toBe(`${dialect.table.line}\n`)
    })

    test('may end with a semicolon and have comments before it', async () => {
      expect((await fetch('-- orders\n/* of all */ select 1 as a;'))?.content.toString()).toBe('{"a":1}\n')
    })

    test('streams: many rows take little memory', async () => {
      const count = 400_000
      const fetcher = await open({ limits: { maxBytes: 1_000_000_000 } })
      let held = 0
      let measuredAt = 0
      const before = heldBytes()
      const onProgress = ({ bytes }: { bytes: number }) => {
        if (bytes < measuredAt + 10_000_000) return
        measuredAt = bytes
        held = Math.max(held, heldBytes() - before)
      }
      const fetched = await fetcher.fetch(
        { type, connection: 'warehouse', query: dialect.series(count) },
        { onProgress }
      )
      const content = fetched?.content as Buffer
      const lines = content.toString().trimEnd().split('\n')
      expect(lines.length).toBe(count)
      for (const at of [0, 1, 12_345, count - 1]) expect(JSON.parse(lines[at] as string).i).toBe(at + 1)
      expect(content.length).toBeGreaterThan(80_000_000)
      expect(measuredAt).toBeGreaterThan(70_000_000)
      expect(held).toBeLessThan(20_000_000)
      await fetcher.close()
    })

    test('of which the beginning is enough ends once that is there', async () => {
      const fetcher = await open({ limits: { maxBytes: 1_000_000_000 } })
      const query = dialect.series(400_000)
      const fetched = await fetcher.fetch({ type, connection: 'warehouse', query }, { beginning: true })
      expect(fetched?.content.length).toBeGreaterThan(2_000_000)
      expect(fetched?.content.length).toBeLessThan(4_000_000)
      expect(fetched?.content.at(-1)).toBe('\n'.charCodeAt(0))
      await expect.poll(async () => (await server.run(dialect.running)).length).toBe(0)
      await fetcher.close()
    })

    test('without rows is told so', async () => {
      expect((await problemOf('select * from order_lines where 1 = 0')).code).toBe('no_rows')
    })

    test('with a name for two columns is told so', async () => {
      const problem = await problemOf('select 1 as a, 2 as a')
      expect(problem.code).toBe('duplicate_column')
      expect(problem.message).toContain('name a')
    })

    test('has limits: rows, bytes, and the width of a row', async () => {
      expect((await problemOf(dialect.series(101), { limits: { rowsMax: 100 } })).code).toBe('too_many_rows')
      expect((await problemOf(dialect.series(9999), { limits: { maxBytes: 10_000 } })).code).toBe('remote_too_large')
      const wide = await problemOf(dialect.wide(300_000_000), { limits: { maxBytes: 1_000_000_000 } })
      expect(wide.code).toBe('source_query_failed')
    })

    test('that is wrong is refused in the words of the server, without what the connection is made of', async () => {
      const problem = await problemOf('select nothing from order_lines')
      expect(problem.code).toBe('source_query_failed')
      expect(problem.message).toContain('nothing')
      for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'reader', '127.0.0.1']) {
        expect((await problemOf(`select '${secret}' from nowhere`)).message).not.toContain(`'${secret}'@`)
        expect(problem.message).not.toContain(secret)
      }
    })
  })

  describe('nothing is changed by', () => {
    test.each(dialect.writes)('%s', async (statement) => {
      expect((await problemOf(statement)).code).toBe('source_query_failed')
      expect(await server.run('select count(*) as n from order_lines')).toMatchObject([{ n: expect.anything() }])
      expect((await fetch('select * from order_lines'))?.content.toString()).toBe(`${dialect.table.line}\n`)
    })
  })

  describe('a connection', () => {
    const changed = (change: (url: URL) => void) => {
      const url = new URL(server.url)
      change(url)
      return url.href
    }

    test.each([
      [
        'a wrong password',
        (url: URL) => {
          url.password = 'wrong'
        }
      ],
      [
        'a user that does not exist',
        (url: URL) => {
          url.username = 'nobody'
        }
      ],
      [
        'a database that does not exist',
        (url: URL) => {
          url.pathname = '/nothing'
        }
      ],
      [
        'nobody who listens',
        (url: URL) => {
          url.port = '1'
        }
      ]
    ])('to %s fails without saying more than that', async (_what, change) => {
      const problem = await problemOf('select 1', {}, changed(change))
      expect(problem.code).toBe('source_connection_failed')
      expect(problem.message).toContain('warehouse')
      expect(problem.message).not.toMatch(/127\.0\.0\.1|reader|nobody|nothing|wrong|pass/)
    })

    test('is found by its name and kind, by those who may use it', async () => {
      const other = type === 'postgres' ? 'mysql' : 'postgres'
      const theirs = { name: 'theirs', type, url: server.url, tenants: ['another-shop'] }
      const mine = { name: 'mine', type, url: server.url, tenants: ['shop'] }
      const fetcher = await openFetcher({ connections: [theirs, mine] })
      const query = 'select 1 as a'
      for (const source of [
        { type, connection: 'theirs', query },
        { type, connection: 'nothing', query },
        { type: other, connection: 'mine', query } as const
      ]) {
        await expect(fetcher.fetch(source)).rejects.toMatchObject({ code: 'source_not_available' })
      }
      expect((await fetcher.fetch({ type, connection: 'mine', query }))?.content.toString()).toBe('{"a":1}\n')
      await fetcher.close()
    })
  })

  const running = async () => (await server.run(dialect.running)).length

  test('a connection that is lost under way ends the fetch', async () => {
    const problem = problemOf(dialect.slow)
    while ((await running()) === 0) await sleep(10)
    await server.run(dialect.disconnect)
    expect((await problem).code).toBe('source_connection_failed')
  })

  test.each([
    ['and that is noticed', 300],
    ['a moment', 0]
  ])('a connection that is lost %s before the query is asked ends the fetch', async (_when, ms) => {
    const source = await dialect.source(
      { name: 'warehouse', type, url: server.url, tenants: undefined },
      dialect.slow,
      { tenant: asTenant('shop'), known: undefined, signal: new AbortController().signal },
      { ...USUAL_LIMITS, maxBytes: 1e6, rowsMax: 1e6, totalMs: 150_000 }
    )
    await server.run(dialect.disconnect)
    await sleep(ms)
    await expect(source.chunks[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'source_connection_failed'
    })
    await source.close()
  })

  describe('the server stops working on a query', () => {
    test('that is cancelled', async () => {
      const fetcher = await open()
      const abort = new AbortController()
      const fetching = fetcher.fetch({ type, connection: 'warehouse', query: dialect.slow }, { signal: abort.signal })
      fetching.catch(() => {})
      while ((await running()) === 0) await sleep(10)
      abort.abort('cancelled')
      await expect(fetching).rejects.toBe('cancelled')
      await expect.poll(running).toBe(0)
      await fetcher.close()
    })

    test('that takes too long', async () => {
      expect((await problemOf(dialect.slow, { limits: { totalMs: 500 } })).code).toBe('remote_timeout')
      await expect.poll(running).toBe(0)
    })

    test('whose rows are not taken any more', async () => {
      const query = dialect.series(5_000_000)
      expect((await problemOf(query, { limits: { maxBytes: 100_000 } })).code).toBe('remote_too_large')
      await expect.poll(running).toBe(0)
    })
  })
}
