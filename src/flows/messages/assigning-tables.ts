import type { Placements } from '../../domain/serving/placements.ts'
import type { AssignFormat, AssignOnError } from '../../domain/vocabulary.ts'
import type { AssignRequest } from './assigning.ts'
import type { ModelWithState } from './models.ts'

/** Customers by their features, in columns of one length: `customer_id`, and one column for each feature. */
export interface AssignColumnsRequest {
  columns: { customer_id: string[] } & Record<string, (number | null)[] | string[]>
  model_id?: string | undefined
  reference_date?: string | undefined
}

/** What assignColumns finds: AssignColumnsAnswer before it is put into words. */
export interface AssignedColumns {
  model: ModelWithState
  reference_date: string
  placements: Placements
}

/** Customers by their features as numbers: what a body in either form is when it says nothing unusual. */
export interface CustomerTable {
  n: number
  /** Features that each customer has, none twice. */
  names: readonly string[]
  /** Of feature `f` customer `i` has columns[f][starts[f] + i * step]; NaN stands for null. */
  columns: readonly Float64Array[]
  starts: readonly number[]
  step: number
}

export interface AssignTableRequest extends Omit<AssignRequest, 'customers'> {
  table: CustomerTable
}

/** What assignTable finds, in the order of the table. */
export interface AssignedTable extends AssignedColumns {
  include: { nearest: boolean; features: boolean }
}

export interface AssignColumnsAnswer {
  model_id: string
  reference_date: string
  columns: {
    customer_id: string[]
    segment_id: string[]
    segment_name: string[]
    distance: number[]
    margin: number[]
    out_of_domain: boolean[]
  }
  limitations: string[]
}

/** What is absent takes the documented default. */
export interface AssignFileOptions {
  model_id?: string | undefined
  reference_date?: string | undefined
  format?: AssignFormat | undefined
  on_error?: AssignOnError | undefined
}
