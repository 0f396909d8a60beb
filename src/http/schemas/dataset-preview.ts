import { z } from 'zod'
import { COLUMN_TYPES, type Preview } from '../../domain/records/preview.ts'
import { CLEANSING_RULES, ORDER_FIELDS } from '../../domain/vocabulary.ts'
import { Limitations, Share } from './common.ts'
import { ColumnChoices, Counts, DatasetOptionsEcho, KnownColumns, QualityAnswer, SourceFacts } from './datasets.ts'
import { Instant } from './text.ts'

const Problem = z
  .looseObject({ type: z.string(), title: z.string(), status: z.int(), detail: z.string(), code: z.string() })
  .meta({ id: 'PreviewProblem', description: 'As POST /datasets would answer, with what to change.' })

export const PreviewAnswer = z
  .object({
    looked_at: z.object({
      rows: z.int().min(0),
      whole: z.boolean().meta({ description: 'That is all of the file.' })
    }),
    source: SourceFacts.partial().nullable().meta({ description: 'Null where the file could not be opened.' }),
    columns: z.array(
      z.object({
        name: z.string(),
        type: z.enum(COLUMN_TYPES).meta({ description: 'What all its values look like.' }),
        empty_share: Share,
        samples: z.array(z.string()),
        field: z.enum(ORDER_FIELDS).nullable()
      })
    ),
    mapping: KnownColumns,
    fields: ColumnChoices,
    unmapped_columns: z.array(z.string()),
    currency: z.string().nullable(),
    timezone: z.string(),
    period: z.object({ from: Instant, to: Instant }).nullable(),
    counts: Counts.nullable().meta({ description: 'Of the rows looked at.' }),
    revenue: z.number().nullable(),
    quality: QualityAnswer.nullable(),
    rows: z
      .array(
        z.object({
          row: z.int(),
          values: z.record(z.string(), z.string().nullable()),
          read: z
            .partialRecord(z.enum(ORDER_FIELDS), z.union([z.string(), z.number(), z.null()]))
            .nullable()
            .meta({ description: 'Null where reading did not come so far.' }),
          rule: z.enum(CLEANSING_RULES).nullable()
        })
      )
      .meta({ description: 'The first, as they stand and as they were read.' }),
    problems: z.array(Problem).meta({ description: 'What would make POST /datasets fail.' }),
    limitations: Limitations,
    options: DatasetOptionsEcho.meta({ description: 'Options that say all of this, to be corrected and sent.' })
  })
  .meta({ id: 'DatasetPreview' }) satisfies z.ZodType<Preview>
