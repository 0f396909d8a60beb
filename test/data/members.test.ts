import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Members, type MemberTable, readMembers, writeMembers } from '../../src/data/members.ts'
import type { ProductGroups } from '../../src/domain/features/product-groups.ts'

const groups: ProductGroups = {
  kind: 'category',
  groups: [
    { slug: 'tea', name: 'Tea' },
    { slug: 'group_2', name: '茶' }
  ],
  members: [
    ['Tea', 0],
    ['__proto__', 1]
  ]
}

const table = (changes: Partial<MemberTable> = {}): MemberTable => ({
  customerIds: ['', '12346', 'Zoë', '😀'],
  segments: Int32Array.of(2, 0, 2, 0),
  distances: Float64Array.of(0, 1 / 3, 2.5, 1e-300),
  margins: Float64Array.of(0.1, 0.2, 0.3, Number.POSITIVE_INFINITY),
  silhouettes: Float64Array.of(0.5, Number.NaN, -0.25, 1),
  revenue: Float64Array.of(77183.6, 0.1 + 0.2, 3, 4),
  features: {
    names: ['recency_days', 'average_days_between_orders'],
    columns: [Float64Array.of(1, 2, 3, 4), Float64Array.of(Number.NaN, 6, 7, 8)],
    n: 4
  },
  ...changes
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-members-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('readMembers', () => {
  it('gives back every value that was written', async () => {
    const written = table()
    await writeMembers(folder, written, groups)
    const members = await readMembers(folder)

    expect(members.n).toBe(4)
    expect(members.featureNames).toEqual(written.features.names)
    expect(members.groups).toEqual(groups)
    for (const [row, id] of written.customerIds.entries()) {
      expect(members.rowOf(id)).toBe(row)
      expect(members.customerId(row)).toBe(id)
      expect(members.segment(row)).toBe(written.segments[row])
      expect(members.distance(row)).toBe(written.distances[row])
      expect(members.margin(row)).toBe(written.margins[row])
      expect(members.silhouette(row)).toBe(written.silhouettes[row])
      expect(members.revenue(row)).toBe(written.revenue[row])
      for (const [column, values] of written.features.columns.entries()) {
        expect(members.feature(row, column)).toBe(values[row])
      }
    }
    expect(members.rowOf('nobody')).toBeUndefined()
  })

  it('gives parts that another thread reads without a copy', async () => {
    await writeMembers(folder, table(), groups)
    const members = await readMembers(folder)
    // As posting to a worker does: shared memory is handed on, everything else copied.
    const theirs = new Members(structuredClone(members.parts))
    expect(theirs.rowOf('Zoë')).toBe(2)
    expect([...theirs.rowsOf(2)]).toEqual([0, 2])
    expect(theirs.groups).toEqual(groups)
    members.parts.arrays.get('distances')![2] = 7
    members.parts.index.slots.fill(0)
    expect(theirs.distance(2)).toBe(7)
    expect(theirs.rowOf('Zoë')).toBeUndefined()
  })

  it('lists the rows of a segment in the order of the ids', async () => {
    await writeMembers(folder, table(), null)
    const members = await readMembers(folder)
    expect([...members.rowsOf(0)]).toEqual([1, 3])
    expect([...members.rowsOf(1)]).toEqual([])
    expect([...members.rowsOf(2)]).toEqual([0, 2])
    expect([...members.rowsOf(3)]).toEqual([])
    expect(members.groups).toBeNull()
  })

  it('reads a model without customers or features', async () => {
    const none = new Float64Array()
    const columns = { segments: new Int32Array(), distances: none, margins: none, silhouettes: none, revenue: none }
    await writeMembers(folder, { customerIds: [], ...columns, features: { names: [], columns: [], n: 0 } }, null)
    expect(await readMembers(folder)).toMatchObject({ n: 0, featureNames: [] })
  })

  it('refuses a file that is cut short, too long, or changed where the form tells', async () => {
    await writeMembers(folder, table(), groups)
    const path = join(folder, 'members.bin')
    const whole = await readFile(path)
    for (let length = 0; length < whole.length; length += 7) {
      await writeFile(path, whole.subarray(0, length))
      await expect(readMembers(folder), `${length} bytes`).rejects.toMatchObject({ code: 'dataset_corrupt' })
    }
    await writeFile(path, Buffer.concat([whole, Buffer.of(0)]))
    await expect(readMembers(folder)).rejects.toMatchObject({ code: 'dataset_corrupt' })

    const header = 16 + whole.readUInt32LE(12)
    for (let at = 0; at < header; at++) {
      const changed = Buffer.from(whole)
      changed[at]! ^= 0x80
      await writeFile(path, changed)
      await expect(readMembers(folder), `byte ${at}`).rejects.toMatchObject({ code: 'dataset_corrupt' })
    }
  })

  it('says so when the file was written by a newer version', async () => {
    await writeMembers(folder, table(), groups)
    const path = join(folder, 'members.bin')
    const bytes = await readFile(path)
    bytes.writeUInt32LE(2, 8)
    await writeFile(path, bytes)
    await expect(readMembers(folder)).rejects.toThrow('newer version')
  })

  it.each([
    ['ids out of order', { customerIds: ['b', 'a', 'c', 'd'] }],
    ['an id twice', { customerIds: ['a', 'a', 'c', 'd'] }],
    ['a segment below 0', { segments: Int32Array.of(0, -1, 0, 0) }],
    ['a segment beyond all bounds', { segments: Int32Array.of(0, 2 ** 30, 0, 0) }]
  ])('refuses a table with %s', async (_, changes) => {
    await writeMembers(folder, table(changes), groups)
    await expect(readMembers(folder)).rejects.toMatchObject({ code: 'dataset_corrupt' })
  })

  it.each([
    ['no text', Buffer.of(0xff)],
    ['another form', Buffer.from('{"version":1,"groups":{"kind":"category"}}')],
    ['a member of no group', Buffer.from(JSON.stringify({ version: 1, groups: { ...groups, members: [['x', 2]] } }))],
    ['a newer version', Buffer.from('{"version":2}')]
  ])('refuses groups that hold %s', async (_, content) => {
    await writeMembers(folder, table(), groups)
    await writeFile(join(folder, 'groups.json'), content)
    await expect(readMembers(folder)).rejects.toMatchObject({ code: 'dataset_corrupt' })
  })

  it('refuses a folder without its files', async () => {
    await expect(readMembers(folder)).rejects.toMatchObject({ code: 'dataset_corrupt' })
  })
})

describe('writeMembers', () => {
  it('writes the same bytes for the same table', async () => {
    const other = await mkdtemp(join(tmpdir(), 'tessera-members-'))
    await writeMembers(folder, table(), groups)
    await writeMembers(other, table(), groups)
    for (const file of ['members.bin', 'groups.json']) {
      expect((await readFile(join(folder, file))).equals(await readFile(join(other, file)))).toBe(true)
    }
    await rm(other, { recursive: true })
  })

  it('asks whether to go on for each 20,000 ids and each 8 MiB of an array, and ends when told to', async () => {
    const n = 1_100_000
    const ids = Array.from({ length: n }, (_, row) => String(row).padStart(7, '0'))
    const column = new Float64Array(n)
    const segments = new Int32Array(n)
    const columns = { segments, distances: column, margins: column, silhouettes: column, revenue: column }
    const large = table({ customerIds: ids, ...columns, features: { names: ['a'], columns: [column], n } })
    let polls = 0
    await writeMembers(folder, large, null, () => polls++)
    // 55 times for the ids; twice for each column of 8.8 MB; once for the header, the ids' bytes, offsets and the segments.
    expect(polls).toBe(55 + 5 * 2 + 4)

    await rm(folder, { recursive: true })
    await mkdir(folder)
    let left = 60
    const stop = () => {
      if (left-- === 0) throw new Error('cancelled')
    }
    await expect(writeMembers(folder, large, null, stop)).rejects.toThrow('cancelled')
    // Of 60.5 MB.
    expect((await stat(join(folder, 'members.bin'))).size).toBeLessThan(25_000_000)
  })

  it('refuses columns of different lengths', async () => {
    await expect(writeMembers(folder, table({ margins: new Float64Array(3) }), null)).rejects.toThrow(RangeError)
  })
})
