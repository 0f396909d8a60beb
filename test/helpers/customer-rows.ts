import type { CustomerBatch } from '../../src/data/assign-files/customer-batch.ts'

/** Ids and values of all rows of batches with one feature. */
export async function customerRows(batches: AsyncIterable<CustomerBatch>): Promise<[string, number][]> {
  const rows: [string, number][] = []
  for await (const { ids, idEnds, values, rows: count } of batches) {
    for (let row = 0; row < count; row++) {
      rows.push([ids.toString('utf8', row === 0 ? 0 : idEnds[row - 1], idEnds[row]), values[row]!])
    }
  }
  return rows
}
