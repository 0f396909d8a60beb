import { expect, test } from 'vitest'
import { createRandom } from '../../../src/domain/numeric/random.ts'
import { renderCsv, SAMPLE_COLUMNS, toRow } from '../../../src/domain/sample/csv.ts'
import { addDirt } from '../../../src/domain/sample/dirt.ts'
import { generateOrders } from '../../../src/domain/sample/orders.ts'

const { lines } = generateOrders({ ends_on: '2025-09-30', days: 730, customers: 1000 }, createRandom(42))
const clean = Object.freeze(lines.map(toRow).map((row) => Object.freeze(row) as string[])) as string[][]
const { rows, planted } = addDirt(clean, createRandom(1))

test('addDirt keeps every clean row in its order', () => {
  let next = 0
  for (const row of rows) if (row === clean[next]) next++
  expect(next).toBe(clean.length)
})

test('addDirt reports what it planted', () => {
  const own = new Set(clean)
  const added = rows.filter((row) => !own.has(row))
  expect(added.length).toBe(Object.values(planted).reduce((sum, count) => sum + count))
  const column = (row: string[], name: (typeof SAMPLE_COLUMNS)[number]) => row[SAMPLE_COLUMNS.indexOf(name)]
  const count = (is: (row: string[]) => boolean) => added.filter(is).length
  expect(count((row) => row.length < SAMPLE_COLUMNS.length)).toBe(planted.malformed_row)
  expect(count((row) => column(row, 'customer_id') === '')).toBe(planted.missing_customer_id)
  expect(count((row) => column(row, 'unit_price') === '0.00')).toBe(planted.non_positive_price)
  expect(count((row) => column(row, 'quantity') === '0')).toBe(planted.non_positive_quantity)
})

test('addDirt repeats some rows exactly', () => {
  const own = new Set(clean)
  expect(rows.filter((row) => own.has(row)).length).toBeGreaterThan(clean.length)
})

test('renderCsv quotes what needs quotes', () => {
  const row = [
    '500001',
    'KI-109',
    'Chef\'s knife 8"',
    'Kitchen',
    '1',
    '69.00',
    '0.00',
    '2025-01-01 10:00:00',
    '20001',
    'a,b'
  ]
  expect(renderCsv([row])).toBe(
    'order_id,product_id,product_name,category,quantity,unit_price,discount,ordered_at,customer_id,country\r\n' +
      '500001,KI-109,"Chef\'s knife 8""",Kitchen,1,69.00,0.00,2025-01-01 10:00:00,20001,"a,b"\r\n'
  )
})

test('toRow writes money with two decimals', () => {
  const row = toRow({ ...lines[0]!, unit_price: 1205, discount: 30 })
  expect(row[SAMPLE_COLUMNS.indexOf('unit_price')]).toBe('12.05')
  expect(row[SAMPLE_COLUMNS.indexOf('discount')]).toBe('0.30')
})
