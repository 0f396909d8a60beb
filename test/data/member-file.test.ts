import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemberFile } from '../../src/data/member-file.ts'
import { type MemberTable, TABLE_FILE, writeMembers } from '../../src/data/members.ts'
import type { FeatureColumns } from '../../src/domain/records/model.ts'

const IDS = ['', '12346', '12347', 'Zoë', '茶', '😀', '😀2']
const n = IDS.length

const table: MemberTable = {
  customerIds: IDS,
  segments: Int32Array.of(2, 0, 2, 0, 1, 1, 0),
  distances: Float64Array.from(IDS, (_, i) => i / 3),
  margins: Float64Array.from(IDS, (_, i) => 1 / (i + 1)),
  silhouettes: Float64Array.from(IDS, (_, i) => (i % 3 === 1 ? 0.25 * i : Number.NaN)),
  revenue: Float64Array.from(IDS, (_, i) => 10.1 * i),
  features: {
    names: ['recency_days', 'average_days_between_orders'],
    columns: [Float64Array.from(IDS, (_, i) => i), Float64Array.from(IDS, (_, i) => (i % 2 ? Number.NaN : -i))],
    n
  }
}
const idBytes = Buffer.byteLength(IDS.join(''))

const part = ({ names, columns }: FeatureColumns, from: number, to: number): FeatureColumns => ({
  names,
  columns: columns.map((column) => column.subarray(from, to)),
  n: to - from
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-member-file-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function append(file: MemberFile, batch: number): void {
  for (let from = 0; from < n; from += batch) {
    const to = Math.min(n, from + batch)
    file.append(IDS.slice(from, to), part(table.features, from, to), table.revenue.subarray(from, to))
  }
}

describe('MemberFile', () => {
  it.each([1, 2, 3, 7])('writes the bytes of writeMembers, %i customers at a time', async (batch) => {
    const whole = await mkdtemp(join(folder, 'whole-'))
    await writeMembers(whole, table, null)

    const file = new MemberFile(folder, { customers: n, idBytes, features: table.features.names })
    append(file, batch)
    for (let first = 0; first < n; first += batch) {
      const rows = (values: Float64Array) => values.subarray(first, first + batch)
      const segments = table.segments.subarray(first, first + batch)
      file.place(first, segments, rows(table.distances), rows(table.margins))
    }
    file.setSilhouettes(Int32Array.of(1, 4), Float64Array.of(0.25, 1))
    file.close()
    expect(await readFile(join(folder, TABLE_FILE))).toEqual(await readFile(join(whole, TABLE_FILE)))
  })

  it.each([1, 3, 100])('scans what was appended as often as asked, %i rows a chunk', (chunk) => {
    const file = new MemberFile(folder, { customers: n, idBytes, features: table.features.names }, chunk)
    append(file, 3)
    for (let time = 0; time < 2; time++) {
      const found: number[][] = []
      file.scan(['average_days_between_orders', 'recency_days'], ({ names, columns, n: rows }, first) => {
        expect(names).toEqual(['average_days_between_orders', 'recency_days'])
        expect(first).toBe(found.length)
        for (let i = 0; i < rows; i++) found.push([columns[0]![i]!, columns[1]![i]!])
      })
      expect(found).toEqual(IDS.map((_, i) => [table.features.columns[1]![i]!, table.features.columns[0]![i]!]))
    }
    file.close()
  })

  it('refuses more bytes of ids than their offsets can count', () => {
    const shape = { customers: 3, idBytes: 2 ** 32, features: [] }
    expect(() => new MemberFile(folder, shape)).toThrow(expect.objectContaining({ code: 'training_too_large' }))
  })
})
