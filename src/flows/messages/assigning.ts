import type { Placements } from '../../domain/serving/placements.ts'
import type { ModelWithState } from './models.ts'

export interface OrderLine {
  product_id?: string | undefined
  category?: string | undefined
  quantity: number
  unit_price: number
  discount?: number | undefined
}

/** An order as a shop sends it to /assign. */
export interface CustomerOrder {
  order_id: string
  ordered_at: string
  lines: OrderLine[]
}

export interface AssignCustomer {
  customer_id: string
  /** Exactly one of the two; null stands for a feature the customer does not have. */
  features?: Record<string, number | null> | undefined
  orders?: CustomerOrder[] | undefined
}

export interface AssignRequest {
  customers: AssignCustomer[]
  model_id?: string | undefined
  reference_date?: string | undefined
  /** What is said of each customer beside its segment; all of it where absent. */
  include?: ('nearest' | 'features')[] | undefined
}

/** What assignCustomers finds: AssignAnswer before it is put into words. */
export interface AssignedCustomers {
  model: ModelWithState
  reference_date: string
  /** In the order of the request, with the features as given or as counted from the orders. */
  customers: { customer_id: string; features: Record<string, number | null> }[]
  /** With the distances to all segments where `include.nearest` asks for them. */
  placements: Placements
  include: { nearest: boolean; features: boolean }
}

export interface Assignment {
  customer_id: string
  segment_id: string
  segment_name: string
  distance: number
  margin: number
  out_of_domain: boolean
  nearest?: { segment_id: string; distance: number }[]
  features?: Record<string, number | null>
}

export interface AssignAnswer {
  model_id: string
  reference_date: string
  data: Assignment[]
  limitations: string[]
}
