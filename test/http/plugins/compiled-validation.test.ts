import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ZodType } from 'zod'
import { compiled } from '../../../src/http/plugins/compiled-validation.ts'
import { AssignBody, AssignColumnsBody, CustomerParams, CustomerQuery } from '../../../src/http/schemas/customers.ts'

const order = { order_id: 'A', ordered_at: '2024-02-29', lines: [{ quantity: 1, unit_price: 2.5, product_id: 'p' }] }
const rows = {
  customers: [
    { customer_id: 'a', features: { recency_days: 1, gap: null } },
    { customer_id: 'b', orders: [order, { ...order, ordered_at: '2024-02-29T10:00:00+02:00' }] }
  ],
  model_id: 'mdl_1',
  reference_date: '2024-03-01'
}
const columns = { columns: { customer_id: ['a', 'b'], recency_days: [1, 2.5], gap: [null, 3] }, model_id: 'mdl_1' }

/** Values that break one rule or another wherever they are put. */
const WRONG = [
  null,
  true,
  0,
  -1.5,
  Number.POSITIVE_INFINITY,
  '',
  ' ',
  'a',
  'é',
  'a\u0000',
  '\ud800',
  'x\u202e',
  '\u3164',
  '😀'.repeat(150),
  'x'.repeat(201),
  '2023-02-29',
  '2024-01-01T00:00:00',
  [],
  [1],
  ['a', 'a'],
  {},
  { a: 1 }
]

type Json = { [key: string]: unknown }

/** Every object and array in a body. */
const nodes = (value: unknown): Json[] =>
  typeof value === 'object' && value !== null ? [value as Json, ...Object.values(value).flatMap(nodes)] : []

const spoil = fc.record({
  node: fc.nat(),
  key: fc.nat(),
  how: fc.constantFrom('replace', 'remove', 'add', 'repeat'),
  wrong: fc.constantFrom(...WRONG),
  name: fc.constantFrom('features', 'orders', 'customer_id', 'frequency', 'x'.repeat(201), '😀')
})

function spoiled(body: unknown, { node, key, how, wrong, name }: ReturnType<typeof spoil.generate>['value']): unknown {
  const copy = structuredClone(body)
  const all = nodes(copy)
  const chosen = all[node % all.length]!
  const keys = Object.keys(chosen)
  const at = keys[key % Math.max(1, keys.length)] ?? name
  if (how === 'remove' && !Array.isArray(chosen)) delete chosen[at]
  else if (how === 'add' && !Array.isArray(chosen)) chosen[name] = wrong
  else if (how === 'repeat' && Array.isArray(chosen)) chosen.push(chosen[0])
  else chosen[at] = wrong
  return copy
}

describe.each<[string, ZodType, object]>([
  ['rows', AssignBody, rows],
  ['columns', AssignColumnsBody, columns],
  ['the path of a customer', CustomerParams, { id: 'c-1' }],
  ['the query of a customer', CustomerQuery, { model_id: 'mdl_1' }]
])('compiled %s', (_name, schema, body) => {
  const takes = compiled(schema)

  test('takes a body that fits', () => {
    expect(schema.safeParse(body).success).toBe(true)
    expect(takes(body)).toBe(true)
  })

  test('takes what the schema takes and nothing else, however a body is spoiled', () => {
    let [taken, refused] = [0, 0]
    fc.assert(
      fc.property(fc.array(spoil, { minLength: 1, maxLength: 2 }), (spoils) => {
        const bad = spoils.reduce<unknown>(spoiled, body)
        const expected = schema.safeParse(bad)
        if (expected.success) taken++
        else refused++
        expect(takes(bad)).toBe(expected.success)
        if (expected.success) expect(expected.data).toEqual(bad)
      }),
      { numRuns: 3000, seed: 7 }
    )
    expect(taken).toBeGreaterThan(100)
    expect(refused).toBeGreaterThan(100)
  })

  test.each([[null], [7], ['x'], [[]], [{}]])('says of %j what the schema says', (value) => {
    expect(takes(value)).toBe(schema.safeParse(value).success)
  })
})
