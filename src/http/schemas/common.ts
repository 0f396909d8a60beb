import { z } from 'zod'
import type { FieldError } from '../../errors.ts'
import { Id } from './text.ts'

/** Query strings hold text: digits alone make a number, so that `0x10`, ` 5` and an empty value stay errors. */
const limit = z
  .string()
  .regex(/^\d{1,4}$/, 'must be a whole number from 1 to 1000')
  .transform(Number)
  .refine((value) => value >= 1 && value <= 1000, 'must be a whole number from 1 to 1000')
  .prefault('100')
  .meta({ type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'Most items in the answer.' })

const cursor = z
  .string()
  .min(1)
  .max(512)
  .exactOptional()
  .meta({ description: 'Where to go on: `next_cursor` of the page before.' })

export const PageQuery = z.strictObject({ limit, cursor })
export const NoQuery = z.strictObject({})
export const IdParams = z.strictObject({ id: Id })

/** `{data, next_cursor}` of one kind of item. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable() })

export const Limitations = z
  .array(z.string())
  .meta({ description: 'What a reader must not conclude from this answer; empty when there is nothing to warn of.' })

/** 0 to 1, give or take the last bit of a division. */
export const Share = z.number().meta({ minimum: 0, maximum: 1 })

const DIGITS = 'Rounded to 6 decimals, half away from zero; the same in every answer.'

/** To a centre, in the space in which the model measures. */
export const DistanceValue = z.number().meta({ description: `In scaled space. ${DIGITS}` })
export const MarginValue = z.number().meta({
  description: `1 − nearest / second nearest distance: 0 lies on the border. ${DIGITS}`
})

/** Feature name to value. */
export const FeatureValues = z.record(z.string(), z.number().nullable())

export const FieldErrorAnswer = z.object({
  pointer: z.string().meta({ description: 'JSON pointer into the body, or `/query/…`, `/path/…`.' }),
  code: z.string(),
  message: z.string()
}) satisfies z.ZodType<FieldError>

export const ProblemAnswer = z
  .looseObject({
    type: z.string().meta({ description: 'Address of the explanation: `/problems/{code}`.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What to change, for a person. The text is no contract.' }),
    code: z.string().meta({ description: 'Stable word for programs.' }),
    instance: z.string().exactOptional(),
    request_id: z.string().exactOptional(),
    errors: z.array(FieldErrorAnswer).exactOptional()
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' })

/** An answer of status and headers alone. */
export const Nothing = z.null()
