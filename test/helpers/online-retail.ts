import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { FeatureColumns } from '../../src/domain/records/model.ts'
import { sharedFile } from './shared-data.ts'

export const onlineRetail = sharedFile('online-retail/OnlineRetail.csv.gz')

const DAY_MS = 86_400_000

/**
 * Recency, frequency and money of UCI Online Retail's 4,338 customers, by its own short reader: customer present, not
 * cancelled, quantity and price above 0; recency in whole days before the last order of the file.
 */
export function onlineRetailRfm(file: string): FeatureColumns {
  const customers = new Map<string, { last: number; orders: Set<string>; spend: number }>()
  for (const line of gunzipSync(readFileSync(file)).toString('latin1').split('\r\n').slice(1)) {
    // Only the description, third from the front, may hold commas.
    const cells = line.split(',')
    const [order] = cells
    const [quantity, date, price, customer] = cells.slice(-5)
    if (!customer || order!.startsWith('C') || !(Number(quantity) > 0) || !(Number(price) > 0)) continue
    const known = customers.get(customer) ?? { last: 0, orders: new Set(), spend: 0 }
    known.last = Math.max(known.last, Date.parse(`${date} UTC`))
    known.orders.add(order!)
    known.spend += Number(quantity) * Number(price)
    customers.set(customer, known)
  }
  const all = [...customers.values()]
  const reference = Math.max(...all.map(({ last }) => last))
  return {
    names: ['recency_days', 'frequency', 'monetary_value'],
    columns: [
      Float64Array.from(all, ({ last }) => Math.floor((reference - last) / DAY_MS)),
      Float64Array.from(all, ({ orders }) => orders.size),
      Float64Array.from(all, ({ spend }) => spend)
    ],
    n: all.length
  }
}
