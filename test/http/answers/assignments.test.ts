import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { roundDistance } from '../../../src/domain/records/decimal-text.ts'
import { Placements } from '../../../src/domain/serving/placements.ts'
import type { AssignedCustomers } from '../../../src/flows/messages/assigning.ts'
import type { AssignedColumns } from '../../../src/flows/messages/assigning-tables.ts'
import type { KnownCustomer } from '../../../src/flows/messages/customers.ts'
import type { ModelWithState } from '../../../src/flows/messages/models.ts'
import { assignmentsText, columnsText, customerText } from '../../../src/http/answers/assignments.ts'
import { AssignmentColumnsAnswer, AssignmentsAnswer, CustomerAnswer } from '../../../src/http/schemas/customers.ts'

const HOSTILE = ['"', '\\', '\0', '\u001f', '\u007f', '\u2028', '\u2029', '\ud800', '\udc00', '😀', 'é', '</script>']
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.array(fc.constantFrom(...HOSTILE, 'a'), { maxLength: 80 }).map((parts) => parts.join(''))
)
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e21, 1e-7, 5e-324, 0.1 + 0.2, Number.MAX_SAFE_INTEGER)
)
const features = fc
  .dictionary(text, fc.option(number), { maxKeys: 5 })
  .map((values) => Object.fromEntries(Object.entries(values)))

const modelArb = fc
  .record({ names: fc.array(text, { minLength: 1, maxLength: 6 }), limitations: fc.array(text, { maxLength: 3 }) })
  .map(
    ({ names, limitations }) =>
      ({
        id: 'mdl_1',
        reference_date: '2024-01-01T00:00:00.000Z',
        limitations,
        segments: names.map((name, index) => ({ id: `seg_${index}`, name }))
      }) as unknown as ModelWithState
  )

const distancesOf = (model: ModelWithState) =>
  fc.array(fc.double({ min: 0, max: 9, noNaN: true }), {
    minLength: model.segments.length,
    maxLength: model.segments.length
  })

const rowOf = (model: ModelWithState) =>
  fc.record({
    customer_id: text,
    features,
    segment: fc.nat(model.segments.length - 1),
    distance: number,
    margin: number,
    outOfDomain: fc.boolean(),
    distances: distancesOf(model)
  })

const crowd = modelArb.chain((model) =>
  fc.record({
    model: fc.constant(model),
    rows: fc.array(rowOf(model), { maxLength: 30 }),
    include: fc.record({ nearest: fc.boolean(), features: fc.boolean() })
  })
)

/** A stable sort: equal distances keep the model's order. */
const nearestOf = (model: ModelWithState, distances: readonly number[]) =>
  model.segments
    .map(({ id }, index) => ({ segment_id: id, distance: distances[index]! }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ segment_id, distance }) => ({ segment_id, distance: roundDistance(distance) }))

interface Row {
  segment: number
  distance: number
  margin: number
  outOfDomain: boolean
  distances: number[]
}

function placementsOf(rows: readonly Row[], segments: number): Placements {
  const placements = new Placements(rows.length, segments)
  for (const [row, { segment, distance, margin, outOfDomain, distances }] of rows.entries()) {
    placements.set(row, segment, distance, margin, outOfDomain)
    for (let index = 0; index < segments; index++) placements.setDistanceTo(row, index, distances[index]!)
  }
  return placements
}

const REFERENCE = '2024-02-03T04:05:06.000Z'

describe('assignmentsText', () => {
  test('writes what JSON.stringify writes of the answer in the contract', async () => {
    await fc.assert(
      fc.asyncProperty(crowd, async ({ model, rows, include }) => {
        const assigned: AssignedCustomers = {
          model,
          reference_date: REFERENCE,
          customers: rows,
          placements: placementsOf(rows, include.nearest ? model.segments.length : 0),
          include
        }
        const written = String(await assignmentsText(assigned))
        expect(written).toBe(
          JSON.stringify({
            model_id: model.id,
            reference_date: REFERENCE,
            data: rows.map((row) => ({
              customer_id: row.customer_id,
              segment_id: model.segments[row.segment]!.id,
              segment_name: model.segments[row.segment]!.name,
              distance: roundDistance(row.distance),
              margin: roundDistance(row.margin),
              out_of_domain: row.outOfDomain,
              ...(include.nearest && { nearest: nearestOf(model, row.distances) }),
              ...(include.features && { features: row.features })
            })),
            limitations: model.limitations
          })
        )
        expect(AssignmentsAnswer.safeParse(JSON.parse(written)).error).toBeUndefined()
      }),
      { numRuns: 300 }
    )
  })
})

describe('columnsText', () => {
  test('writes what JSON.stringify writes of the answer in the contract', async () => {
    await fc.assert(
      fc.asyncProperty(crowd, async ({ model, rows }) => {
        const assigned: AssignedColumns = {
          model,
          reference_date: REFERENCE,
          placements: placementsOf(rows, 0)
        }
        const customerIds = rows.map(({ customer_id }) => customer_id)
        const written = String(await columnsText(assigned, customerIds))
        expect(written).toBe(
          JSON.stringify({
            model_id: model.id,
            reference_date: REFERENCE,
            columns: {
              customer_id: customerIds,
              segment_id: rows.map(({ segment }) => model.segments[segment]!.id),
              segment_name: rows.map(({ segment }) => model.segments[segment]!.name),
              distance: rows.map(({ distance }) => roundDistance(distance)),
              margin: rows.map(({ margin }) => roundDistance(margin)),
              out_of_domain: rows.map(({ outOfDomain }) => outOfDomain)
            },
            limitations: model.limitations
          })
        )
        expect(AssignmentColumnsAnswer.safeParse(JSON.parse(written)).error).toBeUndefined()
      })
    )
  })

  test('keeps a long answer whole where its bytes are more than its letters', async () => {
    // 5,000 ids of 3 bytes a letter, far more than one piece of text.
    const ids = Array.from({ length: 5000 }, (_, row) => `${'～'.repeat(30)}${row}`)
    const model = { id: 'mdl_1', limitations: [], segments: [{ id: 'seg_0', name: '名' }] } as unknown as ModelWithState
    const placements = new Placements(ids.length, 0)
    const written = await columnsText({ model, reference_date: REFERENCE, placements }, ids)
    expect(JSON.parse(String(written)).columns.customer_id).toEqual(ids)
  })
})

describe('customerText', () => {
  test('writes what JSON.stringify writes of the answer in the contract', () => {
    const known = modelArb.chain((model) =>
      fc.record({ model: fc.constant(model), row: rowOf(model), silhouette: fc.option(number), revenue: number })
    )
    fc.assert(
      fc.property(known, ({ model, row, silhouette, revenue }) => {
        const { id, name } = model.segments[row.segment]!
        const { customer_id, segment, distance, margin } = row
        const customer: KnownCustomer = {
          model,
          customer_id,
          segment,
          distance,
          margin,
          silhouette: silhouette ?? Number.NaN,
          revenue,
          names: Object.keys(row.features),
          values: Object.values(row.features).map((value) => value ?? Number.NaN),
          placements: placementsOf([row], model.segments.length)
        }
        const written = String(customerText(customer))
        expect(written).toBe(
          JSON.stringify({
            customer_id,
            segment_id: id,
            distance: roundDistance(distance),
            margin: roundDistance(margin),
            silhouette,
            revenue,
            features: row.features,
            model_id: model.id,
            reference_date: model.reference_date,
            segment_name: name,
            nearest: nearestOf(model, row.distances),
            limitations: model.limitations
          })
        )
        expect(CustomerAnswer.safeParse(JSON.parse(written)).error).toBeUndefined()
      })
    )
  })
})
