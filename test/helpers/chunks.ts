import type { FeatureColumns } from '../../src/domain/records/model.ts'
import type { CustomerChunks } from '../../src/domain/streaming/customer-chunks.ts'

/** Customers in memory, read as if they were not: every chunk is overwritten after its visit. */
export function chunksOf(customers: FeatureColumns, size: number): CustomerChunks {
  return {
    n: customers.n,
    names: customers.names,
    scan(names, visit) {
      const wanted = names.map((name) => customers.columns[customers.names.indexOf(name)]!)
      for (let first = 0; first < customers.n; first += size) {
        const columns = wanted.map((column) => column.slice(first, first + size))
        visit({ names: [...names], columns, n: Math.min(size, customers.n - first) }, first)
        for (const column of columns) column.fill(Number.NaN)
      }
    }
  }
}
