import { expect, test } from 'vitest'
import { linesOf, readFile } from '../../helpers/read-file.ts'

test('what is the same in all orders of a customer is kept, in its latest value', async () => {
  // Customer c orders on two days; the tier changes for one of 25, the shelf for each, the currency never.
  const lines = Array.from({ length: 25 }, (_, c) => [
    `${c}-1,C${c},2024-01-15,1,2,City ${c % 3},${c % 4 === 0 ? '' : 20 + c},gold ${c % 2},shelf ${c},c${c}@example.com,EUR`,
    `${c}-2,C${c},2024-02-15,1,2,City ${c % 3},${20 + c},${c === 1 ? 'silver' : `gold ${c % 2}`},shelf ${c + 1},c${c}@example.com,EUR`
  ]).flat()
  const { summary, folder } = await readFile(
    `order id,customer id,date,quantity,price,Customer City,Age,Bonus Level,Shelf,Contact Mail,Ledger\n${lines.join('\n')}\n`
  )
  expect(summary.attributes).toEqual([
    { name: 'customer_city', column: 'Customer City', customers: 25, values: 3 },
    { name: 'age', column: 'Age', customers: 25, values: 25 },
    { name: 'bonus_level', column: 'Bonus Level', customers: 25, values: 3 }
  ])
  const customers = await linesOf(folder, 'customers')
  expect(customers).toHaveLength(25)
  expect(customers[1]).toEqual({ customer_id: 'C1', customer_city: 'City 1', age: '21', bonus_level: 'silver' })
})

test('nothing is written where the file says nothing of its customers', async () => {
  const { summary, folder } = await readFile('order id,customer id,date,quantity,price\n1,C1,2024-01-05,1,2\n')
  expect(summary.attributes).toEqual([])
  await expect(linesOf(folder, 'customers')).rejects.toThrow()
})
