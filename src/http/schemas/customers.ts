import { z } from 'zod'
import type { AssignAnswer, Assignment, AssignRequest, CustomerDescription } from '../../flows/flows.ts'
import { FeatureValues, Limitations } from './common.ts'
import { MemberAnswer } from './segments.ts'
import { CustomerId, Id, line, Moment } from './text.ts'

const OrderLineRequest = z.strictObject({
  product_id: line(200).exactOptional(),
  category: line(200).exactOptional(),
  quantity: z.number(),
  unit_price: z.number(),
  discount: z.number().exactOptional()
})

const OrderRequest = z.strictObject({
  order_id: line(200),
  ordered_at: Moment,
  lines: z.array(OrderLineRequest).min(1).max(10_000)
})

const FeaturesRequest = z
  .record(z.string().min(1).max(200), z.number().nullable())
  .refine((features) => Object.keys(features).length <= 200, 'must have at most 200 features')

const CustomerRequest = z
  .strictObject({
    customer_id: CustomerId,
    features: FeaturesRequest.exactOptional().meta({
      description: 'Feature name to value; null for one that is absent.'
    }),
    orders: z.array(OrderRequest).min(1).max(10_000).exactOptional()
  })
  .refine((customer) => (customer.features === undefined) !== (customer.orders === undefined), {
    message: 'must have either features or orders',
    params: { code: 'features_or_orders' }
  })

export const AssignBody = z
  .strictObject({
    customers: z.array(CustomerRequest).min(1).max(10_000),
    model_id: Id.exactOptional(),
    reference_date: Moment.exactOptional()
  })
  .meta({
    id: 'AssignRequest',
    examples: [
      {
        customers: [
          { customer_id: 'c-1', features: { recency_days: 12, frequency: 3, monetary_value: 250 } },
          {
            customer_id: 'c-2',
            orders: [
              {
                order_id: 'A1',
                ordered_at: '2011-11-20T09:30:00Z',
                lines: [{ product_id: 'MUG', quantity: 2, unit_price: 9.9 }]
              }
            ]
          }
        ]
      }
    ]
  }) satisfies z.ZodType<AssignRequest>

const Nearest = z
  .array(z.object({ segment_id: Id, distance: z.number() }))
  .meta({ description: 'Distances to the segments, the nearest first.' })

const AssignmentAnswer = z
  .object({
    customer_id: z.string(),
    segment_id: Id,
    segment_name: z.string(),
    distance: z.number(),
    margin: z.number().meta({ description: '1 − nearest / second nearest distance: 0 lies on the border.' }),
    out_of_domain: z.boolean().meta({ description: 'Unlike any customer the model was trained on.' }),
    nearest: Nearest,
    features: FeatureValues
  })
  .meta({ id: 'Assignment' }) satisfies z.ZodType<Assignment>

export const AssignmentsAnswer = z
  .object({ model_id: Id, reference_date: z.string(), data: z.array(AssignmentAnswer), limitations: Limitations })
  .meta({ id: 'Assignments' }) satisfies z.ZodType<AssignAnswer>

export const CustomerAnswer = z
  .object({
    ...MemberAnswer.shape,
    model_id: Id,
    reference_date: z.string(),
    segment_name: z.string(),
    nearest: Nearest,
    limitations: Limitations
  })
  .meta({ id: 'Customer' }) satisfies z.ZodType<CustomerDescription>

export const CustomerParams = z.strictObject({ id: CustomerId })
export const CustomerQuery = z.strictObject({ model_id: Id.exactOptional() })
