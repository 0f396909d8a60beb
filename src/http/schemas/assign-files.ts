import { z } from 'zod'
import type { AssignFile } from '../../domain/records/assign-file.ts'
import { ASSIGN_FORMATS, ASSIGN_ON_ERROR } from '../../domain/vocabulary.ts'
import type { AssignFileOptions } from '../../flows/messages/assigning-tables.ts'
import { Limitations, pageOf } from './common.ts'
import { Id, Instant, Moment } from './text.ts'

const count = z.int().min(0)

export const AssignFileOptionsRequest = z
  .strictObject({
    model_id: Id.exactOptional().meta({ description: "Another model than the champion's." }),
    reference_date: Moment.exactOptional(),
    format: z.enum(ASSIGN_FORMATS).exactOptional().meta({ description: 'Of the answer; by default that of the file.' }),
    on_error: z.enum(ASSIGN_ON_ERROR).exactOptional().meta({
      description:
        '`fail`: one customer that cannot be assigned fails the file. `report`: the others are assigned, and the column `error` says why it was not.',
      default: 'fail'
    })
  })
  .meta({
    id: 'AssignFileOptions',
    examples: [{ format: 'csv', on_error: 'report' }]
  }) satisfies z.ZodType<AssignFileOptions>

export const AssignFileAnswer = z
  .object({
    id: Id,
    status: z.literal('ready'),
    created_at: Instant,
    expires_at: Instant.meta({ description: 'From then on the file is gone.' }),
    model_id: Id,
    reference_date: z.string(),
    on_error: z.enum(ASSIGN_ON_ERROR),
    source: z
      .object({
        filename: z.string().nullable(),
        bytes: count,
        sha256: z.string(),
        format: z.enum(ASSIGN_FORMATS),
        compression: z.literal('gzip').nullable()
      })
      .meta({ description: 'The file of customers.' }),
    counts: z.object({ customers: count, assigned: count, failed: count }),
    segments: z
      .array(z.object({ segment_id: Id, segment_name: z.string(), customers: count }))
      .meta({ description: 'Customers of the file in each segment.' }),
    format: z.enum(ASSIGN_FORMATS),
    bytes: count,
    sha256: z.string(),
    limitations: Limitations
  })
  .meta({ id: 'AssignFile' }) satisfies z.ZodType<AssignFile>

export const AssignFilePage = pageOf(AssignFileAnswer).meta({ id: 'AssignFilePage' })
