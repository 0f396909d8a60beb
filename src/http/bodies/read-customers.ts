import type { CustomerTable } from '../../flows/messages/assigning-tables.ts'

/** Customers, and where in the body their ids stand as JSON texts: of customer i from ids[2i] up to ids[2i + 1]. */
export interface ReadCustomers {
  table: CustomerTable
  ids: Int32Array
}
