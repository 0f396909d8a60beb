import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Placements } from '../../../src/domain/serving/placements.ts'
import type { AssignedTable, CustomerTable } from '../../../src/flows/messages/assigning-tables.ts'
import type { ModelWithState } from '../../../src/flows/messages/models.ts'
import { tableColumnsText, tableRowsText } from '../../../src/http/answers/assigned-table.ts'
import { assignmentsText, columnsText } from '../../../src/http/answers/assignments.ts'

const NAMES = ['recency_days', 'frequency', 'monetary_value', 'preference_mugs']

// What WebAssembly writes, and all that it leaves: signs, more decimals than six, halves of millionths (odd multiples of
// 1/128), whole numbers from 10^9 on.
const number = fc.oneof(
  fc.nat(5000),
  fc.nat(2_000_000_000),
  fc.nat(2_000_000_000).map((cents) => cents / 100),
  fc.nat(2_000_000_000).map((millionths) => millionths / 1e6),
  fc.nat(1_000_000).map((k) => (2 * k + 1) / 128),
  fc.double({ min: 0, max: 10, noNaN: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1, 999_999_999.999_999_9, 1e9, 0.999_999_5, 9.999_999_9, 1e-7, 5e-324)
)
const letters = Array.from({ length: 0x7f - 0x21 }, (_, at) => String.fromCharCode(0x21 + at)).filter(
  (letter) => letter !== '"' && letter !== '\\'
)
const id = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 200 }).map((parts) => parts.join(''))

const crowd = fc
  .record({ segments: fc.integer({ min: 1, max: 7 }), width: fc.integer({ min: 1, max: NAMES.length }) })
  .chain(({ segments, width }) =>
    fc.record({
      segments: fc.constant(segments),
      width: fc.constant(width),
      names: fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), {
        minLength: segments,
        maxLength: segments
      }),
      rows: fc.array(
        fc.record({
          id,
          segment: fc.nat(segments - 1),
          distance: number,
          margin: number,
          outOfDomain: fc.boolean(),
          distances: fc.array(number, { minLength: segments, maxLength: segments }),
          values: fc.array(fc.option(number, { nil: Number.NaN }), { minLength: width, maxLength: width })
        }),
        { minLength: 1, maxLength: 30 }
      ),
      include: fc.record({ nearest: fc.boolean(), features: fc.boolean() })
    })
  )
type Crowd = typeof crowd extends fc.Arbitrary<infer Value> ? Value : never

function idsOf(texts: readonly string[]): { bytes: Buffer; ids: Int32Array } {
  const ids = new Int32Array(2 * texts.length)
  let bytes = ''
  for (const [row, text] of texts.entries()) {
    bytes += 'between'
    ids[2 * row] = bytes.length
    bytes += `"${text}"`
    ids[2 * row + 1] = bytes.length
  }
  return { bytes: Buffer.from(bytes), ids }
}

const modelOf = (names: readonly string[]) =>
  ({
    id: 'mdl_1',
    limitations: ['a limitation'],
    segments: names.map((name, index) => ({ id: `seg_${index}`, name }))
  }) as unknown as ModelWithState

/** The same crowd as a table, and as customers one by one. */
function both({ names, rows, include, width, repeat = 1 }: Crowd & { repeat?: number }) {
  const all = Array.from({ length: repeat }, () => rows).flat()
  const model = modelOf(names)
  const placements = new Placements(all.length, include.nearest ? names.length : 0)
  for (const [row, { segment, distance, margin, outOfDomain, distances }] of all.entries()) {
    placements.set(row, segment, distance, margin, outOfDomain)
    for (let index = 0; index < placements.segments; index++) placements.setDistanceTo(row, index, distances[index]!)
  }
  const features = NAMES.slice(0, width)
  const values = Float64Array.from(all.flatMap((row) => row.values))
  const table: CustomerTable = {
    n: all.length,
    names: features,
    columns: features.map(() => values),
    starts: features.map((_, f) => f),
    step: width
  }
  const assigned: AssignedTable = { model, reference_date: '2024-02-03T04:05:06.000Z', placements, include }
  const customers = all.map((row) => ({
    customer_id: row.id,
    features: Object.fromEntries(
      features.map((name, f) => [name, Number.isNaN(row.values[f]) ? null : row.values[f]!] as const)
    )
  }))
  return { assigned, table, ids: idsOf(all.map((row) => row.id)), customers }
}

describe('tableRowsText', () => {
  test('writes what assignmentsText writes', async () => {
    await fc.assert(
      fc.asyncProperty(crowd, async (given) => {
        const { assigned, table, ids, customers } = both(given)
        expect(String(await tableRowsText(assigned, table, ids))).toBe(
          String(await assignmentsText({ ...assigned, customers }))
        )
      }),
      { numRuns: 500 }
    )
  })

  test('writes them in as many stretches as they need', async () => {
    // 10,000 customers with ids of 200 letters: 2 MB of ids.
    const rows = Array.from({ length: 10 }, (_, row) => ({
      id: String(row).padStart(200, 'x'),
      segment: row % 2,
      distance: row / 7,
      margin: row / 10,
      outOfDomain: row === 3,
      distances: [row / 7, row === 4 ? -1 : row],
      values: [row, row / 3]
    }))
    const include = { nearest: true, features: true }
    const given = { segments: 2, width: 2, names: ['one', 'other'], rows, include, repeat: 1000 }
    const { assigned, table, ids, customers } = both(given)
    expect(String(await tableRowsText(assigned, table, ids))).toBe(
      String(await assignmentsText({ ...assigned, customers }))
    )
  })

  test('writes names that no kernel has room for', async () => {
    const rows = [
      { id: 'a', segment: 0, distance: 1, margin: 0.5, outOfDomain: false, distances: [1, 2], values: [1, Number.NaN] }
    ]
    const names = ['～'.repeat(60_000), 'other']
    const given = { segments: 2, width: 2, names, rows, include: { nearest: true, features: true }, repeat: 3 }
    const { assigned, table, ids, customers } = both(given)
    expect(String(await tableRowsText(assigned, table, ids))).toBe(
      String(await assignmentsText({ ...assigned, customers }))
    )
  })
})

describe('tableColumnsText', () => {
  test('writes what columnsText writes', async () => {
    await fc.assert(
      fc.asyncProperty(crowd, async (given) => {
        const { assigned, ids, customers } = both(given)
        const columns = { ...assigned, placements: assigned.placements }
        expect(String(await tableColumnsText(columns, ids))).toBe(
          String(
            await columnsText(
              columns,
              customers.map(({ customer_id }) => customer_id)
            )
          )
        )
      }),
      { numRuns: 300 }
    )
  })

  test('and tableRowsText write several answers by turns', async () => {
    // 5,000 customers each, so that both pause: at 2,000 and at 4,000.
    const given = (first: number) => ({
      segments: 2,
      width: 2,
      names: ['one', 'other'],
      include: { nearest: true, features: true },
      repeat: 1000,
      rows: Array.from({ length: 5 }, (_, row) => ({
        id: `${first}-${row}`,
        segment: row % 2,
        distance: first + row / 8,
        margin: row / 10,
        outOfDomain: row === 3,
        distances: [first, row],
        values: [first, row]
      }))
    })
    const [one, other, third] = [both(given(1)), both(given(2)), both(given(3))]
    const texts = await Promise.all([
      tableColumnsText(one.assigned, one.ids),
      tableColumnsText(other.assigned, other.ids),
      tableRowsText(third.assigned, third.table, third.ids)
    ])
    const idsOfAll = ({ customers }: typeof one) => customers.map(({ customer_id }) => customer_id)
    expect(texts.map(String)).toEqual([
      String(await columnsText(one.assigned, idsOfAll(one))),
      String(await columnsText(other.assigned, idsOfAll(other))),
      String(await assignmentsText({ ...third.assigned, customers: third.customers }))
    ])
  })
})
