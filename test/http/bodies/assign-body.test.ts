import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ReadAssignBody, readAssignBody } from '../../../src/http/bodies/assign-body.ts'
import { compiled } from '../../../src/http/plugins/compiled-validation.ts'
import { AssignAbout, AssignBody, AssignColumnsBody } from '../../../src/http/schemas/customers.ts'

const isAbout = compiled(AssignAbout)
const read = (text: string | Buffer) => readAssignBody(Buffer.from(text), isAbout)

/** The request that was read, as JSON.parse would have it. */
function asParsed({ bytes, form, ids, request: { table, ...about } }: ReadAssignBody): object {
  const { n, names, columns, starts, step } = table
  const rows = Array.from({ length: n }, (_, row) => row)
  const idAt = (row: number) => JSON.parse(bytes.toString('utf8', ids[2 * row], ids[2 * row + 1]))
  const valueAt = (f: number, row: number) => {
    const value = columns[f]![starts[f]! + row * step]!
    return Number.isNaN(value) ? null : value
  }
  if (form === 'customers') {
    const features = (row: number) => Object.fromEntries(names.map((name, f) => [name, valueAt(f, row)]))
    return { ...about, customers: rows.map((row) => ({ customer_id: idAt(row), features: features(row) })) }
  }
  const values = names.map((name, f) => [name, rows.map((row) => valueAt(f, row))])
  return { ...about, columns: { customer_id: rows.map(idAt), ...Object.fromEntries(values) } }
}

/** What was read is right where JSON.parse and the schema say the same. */
function expectRight(text: string | Buffer): boolean {
  const body = read(text)
  if (body === null) return false
  const parsed = JSON.parse(String(text))
  expect(asParsed(body)).toEqual(parsed)
  const schema = body.form === 'customers' ? AssignBody : AssignColumnsBody
  expect(schema.safeParse(parsed).error).toBeUndefined()
  return true
}

const NAMES = ['recency_days', 'frequency', 'monetary_value', 'a b', 'x']
const plain = fc.string({ unit: fc.constantFrom(...'abcXYZ019_-. ~!/'), minLength: 1, maxLength: 12 })
const anyId = fc.oneof({ weight: 30, arbitrary: plain }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) })
const rightNumber = fc.oneof(
  fc.integer().map(String),
  fc.nat(100_000).map((cents) => (cents / 100).toFixed(2)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '0',
    '-0',
    '0.0',
    '-0.0',
    'null',
    '250.0',
    '1e3',
    '1E-7',
    '123456789012345678',
    '0.1234567890123456789'
  )
)
const wrongNumber = fc.constantFrom(
  ...['01', '1.', '.5', '+1', '1e400', '-', '1e', 'NaN', 'nul', 'true', '"1"', '0x10', '--1', '1.2.3', '[]']
)
const numberText = fc.oneof({ weight: 30, arbitrary: rightNumber }, { weight: 1, arbitrary: wrongNumber })
const rarelyWrong = fc.oneof({ weight: 500, arbitrary: rightNumber }, { weight: 1, arbitrary: wrongNumber })
const about = fc.constantFrom(
  '',
  ',"include":[]',
  ',"include":["nearest"]',
  ', "model_id" : "mdl_1"',
  ',"reference_date":"2024-02-03","include": [ "features", "nearest" ]',
  ',"reference_date":"2024-02-31"',
  ',"include":["all"]',
  ',"model_id":"mdl_1","model_id":"mdl_2"',
  ',"customers":[]',
  ',"columns":{}',
  ',"other":1',
  ',"model_id":"\\u006d"',
  ','
)
const space = fc.oneof({ weight: 30, arbitrary: fc.constantFrom('', ' ', '\n  ', '\t') }, fc.constant('\u00a0'))
const crowd = fc.record({
  names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 }),
  rows: fc.array(fc.record({ id: anyId, values: fc.array(numberText, { minLength: 4, maxLength: 4 }) }), {
    minLength: 1,
    maxLength: 6
  }),
  about,
  first: fc.boolean(),
  blanks: fc.array(space, { minLength: 6, maxLength: 6 })
})
type Crowd = typeof crowd extends fc.Arbitrary<infer Value> ? Value : never

const four = { minLength: 4, maxLength: 4 }
const fifty = { minLength: 30, maxLength: 50 }

const crowdOf = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    customer_id: `c-${i}`,
    features: { x: 12 * i, y: i % 5 === 0 ? null : i / 8 }
  }))

const around = (list: string, { about: more, first, blanks }: Crowd) =>
  first && more !== ''
    ? `{${more.slice(1)},${blanks[0]}${list}${blanks[1]}}`
    : `{${blanks[0]}${list}${blanks[1]}${more}${blanks[5]}}`

function rowsOf(given: Crowd): string {
  const [, , a, b, c] = given.blanks
  const customers = given.rows.map(({ id, values }) => {
    const features = given.names.map((name, f) => `"${name}":${a}${values[f]}`).join(`,${b}`)
    return `{"customer_id":${a}${JSON.stringify(id)},${b}"features":${a}{${features}}${c}}`
  })
  return around(`"customers":${a}[${c}${customers.join(`,${b}`)}]`, given)
}

function columnsOf(given: Crowd): string {
  const [, , a, b, c] = given.blanks
  const columns = given.names.map(
    (name, f) => `"${name}":${a}[${given.rows.map(({ values }) => values[f]).join(`,${b}`)}${c}]`
  )
  const ids = `"customer_id":${a}[${given.rows.map(({ id }) => JSON.stringify(id)).join(`,${b}`)}]`
  return around(`"columns":${a}{${[...columns.slice(0, 1), ids, ...columns.slice(1)].join(`,${b}`)}${c}}`, given)
}

describe('readAssignBody', () => {
  test('reads what JSON.parse reads and the schema takes, or leaves it', () => {
    let taken = 0
    fc.assert(
      fc.property(crowd, fc.boolean(), (given, inRows) => {
        if (expectRight(inRows ? rowsOf(given) : columnsOf(given))) taken++
      }),
      { numRuns: 3000 }
    )
    expect(taken).toBeGreaterThan(300)
  })

  test('leaves what a stray byte has made of a body, or reads it right', () => {
    const usual = [
      '{"customers":[{"customer_id":"c-1","features":{"recency_days":12,"monetary_value":19.5}},{"customer_id":"c-2","features":{"recency_days":0,"monetary_value":null}}],"include":["nearest"]}',
      '{"model_id":"mdl_1","customers": [{"customer_id": "1", "features": {"frequency": 1e2}}]}',
      '{"columns":{"customer_id":["a","b"],"recency_days":[1,2],"monetary_value":[0.5,null]},"reference_date":"2024-01-01"}',
      JSON.stringify({ customers: crowdOf(12) }),
      JSON.stringify({
        columns: { customer_id: crowdOf(40).map((each) => each.customer_id), x: crowdOf(40).map((_, i) => i / 4) }
      })
    ]
    const bytes = fc.constantFrom(...'{}[]":,\\ 019.eE-+ntu\n\0\u00ff'.split('').map((letter) => letter.charCodeAt(0)))
    const change = fc.record({ at: fc.nat(10_000), byte: bytes, kind: fc.constantFrom('put', 'drop', 'instead') })
    fc.assert(
      fc.property(fc.constantFrom(...usual), fc.array(change, { minLength: 1, maxLength: 2 }), (text, changes) => {
        let body = Buffer.from(text)
        for (const { at, byte, kind } of changes) {
          const place = at % body.length
          const put = kind === 'drop' ? [] : [byte]
          body = Buffer.concat([
            body.subarray(0, place),
            Uint8Array.from(put),
            body.subarray(kind === 'put' ? place : place + 1)
          ])
        }
        expectRight(body)
      }),
      { numRuns: 20_000 }
    )
  })

  // So many that all but the last of a list is read by WebAssembly.
  const bigCrowd = fc
    .record({ given: crowd, more: fc.array(fc.record({ id: plain, values: fc.array(rarelyWrong, four) }), fifty) })
    .map(({ given, more }) => ({ ...given, rows: more.map(({ id, values }, row) => ({ id: `c${id}${row}`, values })) }))

  test('reads of many customers what JSON.parse reads and the schema takes, or leaves it', () => {
    let taken = 0
    fc.assert(
      fc.property(bigCrowd, fc.boolean(), (given, inRows) => {
        if (expectRight(inRows ? rowsOf(given) : columnsOf(given))) taken++
      }),
      { numRuns: 400 }
    )
    expect(taken).toBeGreaterThan(20)
  })

  test('reads bodies of any length: customers across the borders of what is read at a time', () => {
    const random = fc.sample(
      fc.record({ id: fc.integer({ min: 1, max: 190 }), x: fc.nat(99_999_999), y: fc.nat(9_999_999) }),
      { numRuns: 6000, seed: 3 }
    )
    const rows = random.map(({ id, x, y }, row) => ({
      customer_id: 'c'.repeat(id) + row,
      features: { x, y: row % 7 === 0 ? null : y / 10 ** (row % 8) }
    }))
    const columns = {
      customer_id: rows.map(({ customer_id }) => customer_id),
      x: rows.map(({ features }) => features.x),
      y: rows.map(({ features }) => features.y)
    }
    expect(expectRight(JSON.stringify({ customers: rows }))).toBe(true)
    expect(expectRight(JSON.stringify({ columns }))).toBe(true)
    expect(expectRight(JSON.stringify({ columns }, null, 1))).toBe(true)
    columns.customer_id[5999] = columns.customer_id[0]!
    expect(read(JSON.stringify({ columns }))).toBeNull()
  })

  test.each([
    [
      'JSON.stringify',
      '{"customers":[{"customer_id":"a","features":{"x":1,"y":2.5}},{"customer_id":"b","features":{"x":3,"y":-4}}]}'
    ],
    [
      "Python's json",
      '{"customers": [{"customer_id": "a", "features": {"x": 1.0, "y": null}}, {"customer_id": "b", "features": {"x": 3, "y": 0.30000000000000004}}], "include": []}'
    ],
    [
      'an indented form',
      JSON.stringify(
        {
          model_id: 'm',
          customers: [
            { customer_id: 'a', features: { x: 1 } },
            { customer_id: 'b', features: { x: 2 } }
          ]
        },
        null,
        2
      )
    ],
    ['columns', '{"columns":{"customer_id":["a","b"],"x":[1,2]}}'],
    ['indented columns', JSON.stringify({ columns: { x: [1, null], customer_id: ['a', 'b'] }, model_id: 'm' }, null, 2)]
  ])('reads what %s writes', (_name, text) => {
    expect(expectRight(text)).toBe(true)
  })

  test.each([
    [
      'another order of features',
      '{"customers":[{"customer_id":"a","features":{"x":1,"y":2}},{"customer_id":"b","features":{"y":1,"x":2}}]}'
    ],
    ['a feature twice', '{"customers":[{"customer_id":"a","features":{"x":1,"x":2}}]}'],
    ['orders', '{"customers":[{"customer_id":"a","orders":[]}]}'],
    ['an id with an escape', '{"customers":[{"customer_id":"\\u0061","features":{"x":1}}]}'],
    ['an id of blanks', '{"customers":[{"customer_id":" ","features":{"x":1}}]}'],
    ['an id beyond ASCII', '{"customers":[{"customer_id":"é","features":{"x":1}}]}'],
    ['an id twice in columns', '{"columns":{"customer_id":["a","a"],"x":[1,2]}}'],
    ['columns of different lengths', '{"columns":{"customer_id":["a","b"],"x":[1]}}'],
    ['a prototype', '{"customers":[{"customer_id":"a","features":{"__proto__":1}}]}'],
    ['customers twice', '{"customers":[{"customer_id":"a","features":{"x":1}}],"customers":[]}'],
    ['what to include of columns', '{"columns":{"customer_id":["a"],"x":[1]},"include":[]}'],
    ['nobody', '{"customers":[]}'],
    ['the beginning of a body', '{"customers":[{"customer_id":"a","features":{"x":1'],
    ['no body', '']
  ])('leaves %s', (_name, text) => {
    expect(read(text)).toBeNull()
  })

  test('leaves more than 10,000 customers, and 200 features', () => {
    const rows = (n: number) =>
      JSON.stringify({
        customers: Array.from({ length: n }, (_, row) => ({ customer_id: `${row}`, features: { x: 1 } }))
      })
    const features = (d: number) =>
      JSON.stringify({
        columns: { customer_id: ['a'], ...Object.fromEntries(Array.from({ length: d }, (_, f) => [`x${f}`, [1]])) }
      })
    expect(read(rows(10_000))?.request.table.n).toBe(10_000)
    expect(read(rows(10_001))).toBeNull()
    expect(read(features(200))?.request.table.names).toHaveLength(200)
    expect(read(features(201))).toBeNull()
  })
})
