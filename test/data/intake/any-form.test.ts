import fc from 'fast-check'
import { expect, test } from 'vitest'
import { numberText } from '../../helpers/dialects.ts'
import { linesOf, readFile } from '../../helpers/read-file.ts'

// Numbers and dates written in any form are read as they were.

const form = fc.constantFrom(
  ...[
    ['', '.'],
    ['', ','],
    [',', '.'],
    ['.', ','],
    [' ', ','],
    ['\u00a0', ','],
    ['\u202f', '.'],
    ["'", '.'],
    ['’', ',']
  ].map(([group, decimal]) => ({ group: group!, decimal: decimal! }))
)
const mark = fc.constantFrom(
  (text: string) => text,
  (text: string) => `€${text}`,
  (text: string) => `${text} EUR`,
  (text: string) => `EUR ${text}`
)

test('amounts of money in any form are read to the cent', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 10 ** 11 }), { minLength: 1, maxLength: 40 }),
      form,
      mark,
      async (cents, { group, decimal }, marked) => {
        const prices = cents.map((each) => (each / 100).toFixed(2))
        const write = numberText(group, decimal)
        const rows = prices.map((price, at) => `${at}\t1\t${marked(write(price))}\t2024-01-05\tC1`)
        const { folder } = await readFile(`order_id\tquantity\tprice\tdate\tcustomer_id\n${rows.join('\n')}\n`)
        expect((await linesOf(folder)).map(({ unit_price }) => unit_price)).toEqual(prices.map((price) => `${price}00`))
      }
    ),
    { numRuns: 20 }
  )
})

const day = fc.integer({ min: Date.UTC(1990, 0, 1) / 60_000, max: Date.UTC(2060, 11, 31) / 60_000 })
const names = (locale: string) => {
  const format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'medium', timeStyle: 'medium' })
  return (date: Date) => format.format(date)
}
const dateForm = fc.constantFrom<(date: Date) => string>(
  (date) => date.toISOString(),
  (date) => date.toUTCString(),
  (date) => date.toString(),
  (date) => String(date.getTime() / 1000),
  (date) => String(date.getTime()),
  (date) => String(date.getTime() / 86_400_000 + 25_569),
  (date) => date.toISOString().replace(/\D/g, '').slice(0, 14),
  names('en-US'),
  names('en-GB'),
  names('fr-FR'),
  names('es-ES')
)

test('instants in any form are read to the minute', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(day, { minLength: 1, maxLength: 40 }), dateForm, async (minutes, write) => {
      const dates = minutes.map((each) => new Date(each * 60_000))
      const rows = dates.map((date, at) => `${at}\t1\t1\t${write(date)}\tC1`)
      const { folder } = await readFile(`order_id\tquantity\tprice\tdate\tcustomer_id\n${rows.join('\n')}\n`)
      const read = (await linesOf(folder)).map(({ ordered_at }) =>
        new Date(`${ordered_at!.replace(' ', 'T')}Z`).getTime()
      )
      expect(read).toEqual(dates.map((date) => date.getTime()))
    }),
    { numRuns: 20 }
  )
})
