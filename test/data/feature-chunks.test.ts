import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeCustomerFeatures } from '../../src/data/feature-chunks.ts'
import { type FeatureRequest, readCustomerFeatures } from '../../src/data/features.ts'
import { readMembers, TABLE_FILE } from '../../src/data/members.ts'
import { createRandom } from '../../src/domain/numeric/random.ts'
import { type DatasetFolders, featureRequest, type StoredLine, writeDataset } from '../helpers/order-lines.ts'

/** Some thousands of customers, more than DuckDB hands over at a time, with products bought together. */
function purchases(customers: number): StoredLine[] {
  const random = createRandom(7)
  return Array.from({ length: customers * 2 }, (_, row) => ({
    customer_id: `kunde-${row < customers ? row : random.below(customers)} ü`,
    order_id: `o${row >> 1}`,
    ordered_at: `2024-0${1 + random.below(3)}-${10 + random.below(18)}T10:00:00`,
    quantity: String(1 + random.below(5)),
    unit_price: (random.below(10_000) / 100).toFixed(2),
    product_id: `p${random.below(12)}`
  }))
}

let folders: DatasetFolders
beforeAll(async () => {
  folders = await writeDataset(purchases(5000))
})
afterAll(() => folders.remove())

const requestFor = (changes: Partial<FeatureRequest> = {}) => featureRequest(folders, changes)

describe('storeCustomerFeatures', () => {
  it('stores bit by bit what readCustomerFeatures reads at once', async () => {
    const expected = await readCustomerFeatures(requestFor())
    const { members, revenue, preferences } = await storeCustomerFeatures(requestFor(), folders.spillFolder)
    members.close()
    expect(preferences).toEqual(expected.preferences)
    expect(members.n).toBe(5000)
    // Cents, so that both sums are exact to far below one.
    expect(revenue).toBeCloseTo(
      expected.revenue.reduce((sum, value) => sum + value, 0),
      4
    )

    const stored = await readMembers(folders.spillFolder)
    expect(stored.groups).toEqual(expected.preferences)
    expect(stored.featureNames).toEqual(expected.features.names)
    const { columns } = expected.features
    expect(columns).toHaveLength(12 + expected.preferences!.groups.length)
    for (let row = 0; row < members.n; row++) {
      expect(stored.customerId(row)).toBe(expected.customerIds[row])
      expect(stored.revenue(row)).toBe(expected.revenue[row])
      expect(columns.map((_, column) => stored.feature(row, column))).toEqual(columns.map((column) => column[row]))
      expect(stored.silhouette(row)).toBeNaN()
    }
    await rm(`${folders.spillFolder}/${TABLE_FILE}`)
    await rm(`${folders.spillFolder}/groups.json`)
  })

  it('says when nobody bought anything in the window', async () => {
    const request = requestFor({ referenceDate: '2020-01-01T00:00:00Z' })
    await expect(storeCustomerFeatures(request, folders.spillFolder)).rejects.toMatchObject({
      code: 'invalid_reference_date'
    })
  })
})
