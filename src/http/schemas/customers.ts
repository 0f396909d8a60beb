import { z } from 'zod'
import type { AssignAnswer, Assignment, AssignRequest } from '../../flows/messages/assigning.ts'
import type { AssignColumnsAnswer, AssignColumnsRequest } from '../../flows/messages/assigning-tables.ts'
import type { CustomerDescription } from '../../flows/messages/customers.ts'
import { DistanceValue, FeatureValues, Limitations, MarginValue } from './common.ts'
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

/** What an assignment is told beside the customers. */
export const AssignAbout = z.strictObject({
  model_id: Id.exactOptional(),
  reference_date: Moment.exactOptional(),
  include: z
    .array(z.enum(['nearest', 'features']))
    .max(2)
    .exactOptional()
    .meta({
      description: 'What is said of each customer beside its segment: both where absent. Less is faster.'
    })
})

export const AssignBody = z
  .strictObject({ customers: z.array(CustomerRequest).min(1).max(10_000), ...AssignAbout.shape })
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

/** Most customers of one call in columns; the body's limit in bytes counts as well. */
const MOST_IN_COLUMNS = 100_000

const FeatureColumn = z.array(z.number().nullable()).max(MOST_IN_COLUMNS)

type Issues = z.core.ParsePayload['issues']

/** Each column has one value a customer, and no customer comes twice: else it would be a guess which values belong together. */
function checkColumns(columns: Record<string, readonly unknown[]>, issues: Issues): void {
  const refuse = (path: (string | number)[], code: string, message: string) =>
    issues.push({ code: 'custom', path, message, input: columns, params: { code } })
  const names = Object.keys(columns)
  if (names.length > 201) refuse([], 'too_big', 'must have at most 200 features')
  const ids = columns.customer_id ?? []
  for (const name of names) {
    const { length } = columns[name]!
    if (name.length === 0 || name.length > 200) {
      refuse([name.slice(0, 200)], 'invalid_key', 'must have a name of 1 to 200 characters')
    } else if (length !== ids.length) {
      refuse([name], 'column_length', `has ${length} values, but there are ${ids.length} customers`)
    }
  }
  if (new Set(ids).size === ids.length) return
  const seen = new Set<unknown>()
  for (const [index, id] of ids.entries()) {
    if (seen.has(id)) refuse(['customer_id', index], 'duplicate', 'is in this column before')
    seen.add(id)
  }
}

export const AssignColumnsBody = z
  .strictObject({
    columns: z
      .object({ customer_id: z.array(CustomerId).min(1).max(MOST_IN_COLUMNS) })
      .catchall(FeatureColumn)
      .check(({ value, issues }) => checkColumns(value, issues))
      .meta({ description: 'One array a feature beside `customer_id`, all of one length; null for an absent value.' }),
    model_id: Id.exactOptional(),
    reference_date: Moment.exactOptional()
  })
  .meta({
    id: 'AssignColumnsRequest',
    examples: [
      {
        columns: {
          customer_id: ['c-1', 'c-2'],
          recency_days: [12, 200],
          frequency: [3, 1],
          monetary_value: [250, 19.8]
        }
      }
    ]
  }) satisfies z.ZodType<AssignColumnsRequest>

export const AssignForms = z.union([AssignBody, AssignColumnsBody])

const Nearest = z
  .array(z.object({ segment_id: Id, distance: DistanceValue }))
  .meta({ description: 'Distances to the segments, the nearest first.' })

const AssignmentAnswer = z
  .object({
    customer_id: z.string(),
    segment_id: Id,
    segment_name: z.string(),
    distance: DistanceValue,
    margin: MarginValue,
    out_of_domain: z.boolean().meta({ description: 'Unlike any customer the model was trained on.' }),
    nearest: Nearest.exactOptional(),
    features: FeatureValues.exactOptional()
  })
  .meta({ id: 'Assignment' }) satisfies z.ZodType<Assignment>

export const AssignmentsAnswer = z
  .object({ model_id: Id, reference_date: z.string(), data: z.array(AssignmentAnswer), limitations: Limitations })
  .meta({ id: 'Assignments' }) satisfies z.ZodType<AssignAnswer>

export const AssignmentColumnsAnswer = z
  .object({
    model_id: Id,
    reference_date: z.string(),
    columns: z
      .object({
        customer_id: z.array(z.string()),
        segment_id: z.array(Id),
        segment_name: z.array(z.string()),
        distance: z.array(DistanceValue),
        margin: z.array(MarginValue),
        out_of_domain: z.array(z.boolean())
      })
      .meta({ description: 'In the order of the request.' }),
    limitations: Limitations
  })
  .meta({ id: 'AssignmentColumns' }) satisfies z.ZodType<AssignColumnsAnswer>

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
