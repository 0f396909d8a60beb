import { z } from 'zod'
import type { CustomerExplanation } from '../../flows/messages/customers.ts'
import { Limitations } from './common.ts'
import { Id } from './text.ts'

const NamedSegment = z.object({ segment_id: Id, segment_name: z.string() })

const Contributions = z.object({
  measure: z.enum(['squared_euclidean', 'manhattan', 'cosine']).meta({ description: 'What the features add up to.' }),
  own: z.number().meta({ description: 'From the own segment: the sum over the features.' }),
  next: z.number().nullable(),
  features: z.array(
    z.object({
      feature: z.string(),
      value: z.number().meta({ description: 'The training median where the customer has none.' }),
      own: z.number(),
      next: z.number().nullable(),
      difference: z.number().nullable().meta({
        description: 'next − own: above 0 the feature speaks for the own segment, below 0 for the next one.'
      })
    })
  )
})

export const CustomerExplanationAnswer = z
  .object({
    customer_id: z.string(),
    model_id: Id,
    reference_date: z.string(),
    ...NamedSegment.shape,
    next_segment: NamedSegment.nullable(),
    contributions: Contributions.nullable(),
    speaks_for_segment: z.array(z.string()),
    changes: z
      .array(
        z.object({
          ...NamedSegment.shape,
          change: z
            .object({
              features: z.array(z.object({ feature: z.string(), from: z.number(), to: z.number() })),
              distance: z.number().meta({ description: 'In scaled space.' }),
              text: z.string()
            })
            .nullable(),
          reason: z.string().nullable().meta({ description: 'Why there is no change; null where there is one.' })
        })
      )
      .meta({
        description:
          'The smallest change of features that a customer can change with which the model assigns it to each other segment.'
      }),
    limitations: Limitations
  })
  .meta({ id: 'CustomerExplanation' }) satisfies z.ZodType<CustomerExplanation>
