import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import { describe, expect, test } from 'vitest'
import { buildApp } from '../helpers/build-app.ts'
import { hasMariaDb, hasPostgres, openMariaDbServer, openPostgresServer, PASSWORD } from '../helpers/databases.ts'

const TABLE = `create table order_lines (order_id int, customer_id int, sku varchar(20), quantity decimal(12, 3),
  unit_price decimal(12, 4), ordered_at timestamp);
  insert into order_lines values (1, 7, 'MUG', 2, 9.90, '2024-05-01 10:00:00'), (2, 7, 'CUP', 1.234, 1000.05, '2024-05-02 10:00:00'),
  (3, 8, 'MUG', 1, 9.90, '2024-05-03 10:00:00')`

describe.each([
  ['postgres', hasPostgres, openPostgresServer],
  ['mysql', hasMariaDb, openMariaDbServer]
] as const)('a query on %s', (type, installed, openServer) => {
  test.skipIf(!installed)(
    `becomes a dataset${installed ? '' : ' (skipped: no server is installed)'}`,
    async () => {
      const database = await openServer()
      const folder = await mkdtemp(join(tmpdir(), 'tessera-connections-'))
      const file = join(folder, 'connections.json')
      await writeFile(file, JSON.stringify({ connections: [{ name: 'warehouse', url: database.url }] }), {
        mode: 0o600
      })
      const service = await buildApp({ CONNECTIONS_FILE: file })
      const send = (url: string, payload?: object) =>
        service.app.inject({ method: 'POST', url, ...(payload && { payload }) } as InjectOptions)
      try {
        await database.run(TABLE)
        const query = 'select * from order_lines order by order_id'
        const made = await send('/datasets', { source: { type, connection: 'warehouse', query } })
        expect(made.statusCode, made.body).toBe(201)
        expect(made.json()).toMatchObject({
          source: { type, location: 'warehouse', query, format: 'ndjson' },
          counts: { rows_kept: 3, orders: 3, customers: 2 },
          // 2 · 9.90 + 1.234 · 1000.05 + 9.90: a point taken for a thousands separator would give 1,234,000 more.
          revenue: 1263.7617,
          period: { from: '2024-05-01T10:00:00Z', to: '2024-05-03T10:00:00Z' }
        })
        expect(made.body).not.toContain(PASSWORD)
        const { id } = made.json()
        expect((await send(`/datasets/${id}/refresh`)).statusCode).toBe(200)
        await database.run("insert into order_lines values (4, 9, 'CUP', 1, 5, '2024-05-04 10:00:00')")
        const refreshed = await send(`/datasets/${id}/refresh`)
        expect(refreshed.statusCode).toBe(201)
        expect(refreshed.json()).toMatchObject({ refreshed_from: id, counts: { customers: 3 } })
      } finally {
        await service.close()
        await database.close()
        await rm(folder, { recursive: true, force: true })
      }
    },
    180_000
  )
})
