import { z } from 'zod'
import {
  type ColumnChoice,
  type Dataset,
  type DatasetOptions,
  type DatasetSource,
  type QualityReport,
  TEXT_ENCODINGS
} from '../../domain/records/dataset.ts'
import { CLEANSING_RULES, COLUMN_CONFIDENCES, ORDER_FIELDS } from '../../domain/vocabulary.ts'
import { Limitations, pageOf, Share } from './common.ts'
import { Id, Instant, line, Moment, paragraph } from './text.ts'

const column = line(200)
const pattern = z.string().min(1).max(500)
const count = z.int().min(0)

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex')

const options = {
  name: line(200).exactOptional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as GBP')
    .exactOptional(),
  timezone: z
    .string()
    .regex(/^[A-Za-z0-9_+\-/]{1,64}$/, 'must be an IANA name such as Europe/London')
    .exactOptional(),
  date_format: line(100).exactOptional().meta({ description: 'strftime notation, for example `%d/%m/%Y %H:%M`.' }),
  encoding: z.enum(TEXT_ENCODINGS).exactOptional(),
  delimiter: z
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the separators of ASCII and Hive are control characters
    .union([z.string().regex(/^[\x02\t\x1c-\x1f!#-&(-/:-@[-`{-~]$/), z.literal('whitespace')], {
      error: 'must be one character that is no letter, digit, blank or quote, or "whitespace"'
    })
    .exactOptional()
    .meta({ description: 'What divides the values of a text; by default the one that fits.' }),
  columns: z
    .array(z.union([column, z.null()]))
    .min(2)
    .max(200)
    .exactOptional()
    .meta({ description: 'Of a file without a header line: names of its columns by position, null to leave one out.' }),
  decimal_separator: z
    .enum(['.', ','])
    .exactOptional()
    .meta({ description: 'Of all numbers; needed only where the file does not show it.' }),
  sheet: line(200)
    .exactOptional()
    .meta({ description: 'Sheet of a workbook; by default the one whose header fits best.' }),
  countries: z.array(line(100)).min(1).max(300).exactOptional().meta({ description: 'Keep only these.' }),
  from: Moment.exactOptional(),
  to: Moment.exactOptional(),
  window_days: z.int().min(1).max(36_500).exactOptional(),
  order_id_pattern: pattern.exactOptional().meta({ description: 'RE2 expression that an order id must match.' }),
  product_id_pattern: pattern.exactOptional().meta({ description: 'RE2 expression that a product id must match.' }),
  duplicates: z.enum(['keep', 'drop']).exactOptional(),
  sha256: z
    .union([Sha256, z.array(Sha256).min(1).max(6)])
    .exactOptional()
    .meta({
      description:
        'What the bytes must have; of several files a list in their order. A file that arrived otherwise is refused.'
    })
}

const mapping = Object.fromEntries(ORDER_FIELDS.map((field) => [field, column.exactOptional()])) as {
  [Field in (typeof ORDER_FIELDS)[number]]: z.ZodExactOptional<z.ZodString>
}

export const DatasetOptionsRequest = z
  .strictObject({
    ...options,
    mapping: z.strictObject(mapping).exactOptional().meta({ description: "Our field to the file's column name." })
  })
  .meta({
    id: 'DatasetOptions',
    description: 'What is absent is found from the file or stays off.',
    examples: [{ name: 'Online shop 2011', currency: 'GBP', countries: ['United Kingdom'], duplicates: 'drop' }]
  }) satisfies z.ZodType<DatasetOptions>

/** A line is read as a row of a file is: its keys are column names, its values what stands in the cells. */
const InlineLine = z.record(
  z.string().min(1).max(200),
  z.union([z.string().max(65_536), z.number(), z.boolean(), z.null()], {
    error: 'must be text, a number, true, false or null'
  })
)

export const InlineSource = z.strictObject({
  type: z.literal('inline'),
  orders: z.array(InlineLine).min(1).max(50_000).meta({ description: 'Order lines with our field names or your own.' })
})

/** What kind of address it is, and where it leads, is judged where it is requested. */
export const UrlSource = z.strictObject({
  type: z.literal('url'),
  url: z
    .string()
    .max(4096)
    .regex(/^[a-z][a-z0-9+.-]*:/i, 'must be an absolute URL')
    .meta({ description: 'A public https address. Its query is kept for a refresh and never shown.' })
})

export const PathSource = z.strictObject({
  type: z.literal('path'),
  path: line(1000).meta({ description: 'A file below an import folder, relative to it.' })
})

export const S3Source = z.strictObject({
  type: z.literal('s3'),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
  key: line(1024)
})

export const DatabaseSource = z.strictObject({
  type: z.enum(['postgres', 'mysql']),
  connection: line(64).meta({ description: 'A connection by the name that the operator gave it.' }),
  query: paragraph(20_000).meta({ description: 'One SELECT. It runs in a transaction that cannot write.' })
})

export const DatasetRequest = z
  .strictObject({
    source: z.discriminatedUnion('type', [InlineSource, UrlSource, PathSource, S3Source, DatabaseSource]),
    options: DatasetOptionsRequest.exactOptional()
  })
  .meta({
    id: 'DatasetRequest',
    examples: [
      {
        source: {
          type: 'inline',
          orders: [
            {
              order_id: 'A1',
              customer_id: 'c-7',
              product_id: 'MUG',
              quantity: 2,
              unit_price: 9.9,
              ordered_at: '2024-05-01T10:00:00Z'
            }
          ]
        },
        options: { currency: 'EUR' }
      },
      {
        source: { type: 'url', url: 'https://files.example.com/orders.csv.gz' },
        options: { currency: 'GBP' }
      },
      {
        source: { type: 'postgres', connection: 'warehouse', query: 'select * from order_lines' }
      }
    ]
  })

/** Files of one upload: order lines, and what is to be joined to them. */
export const FILES_MAX = 6

/** The body of a request that says all in its address: none, or an empty object. */
export const NoBody = z.strictObject({})

const FORMATS = ['csv', 'ndjson', 'json', 'parquet', 'xlsx'] as const

/** What reading a file finds out about how it is written. */
export const SourceFacts = z.object({
  format: z.enum(FORMATS),
  compression: z.enum(['gzip', 'zip']).nullable(),
  encoding: z.string().nullable(),
  delimiter: z.string().nullable(),
  files: z
    .array(
      z.object({
        filename: z.string(),
        format: z.enum(FORMATS),
        rows: count,
        lines: z.boolean().meta({ description: 'It has the order lines; the others were joined to them.' }),
        bytes: count.exactOptional(),
        sha256: z.string().exactOptional()
      })
    )
    .exactOptional()
    .meta({ description: 'Of an upload of several files: each of them.' }),
  sheet: z.string().exactOptional().meta({ description: 'The sheet that was read; workbooks only.' }),
  checksums: z.boolean().exactOptional().meta({
    description:
      'Of a Parquet file: whether its pages carry checksums, all of which were right. Without them damage cannot be noticed, unless `sha256` is given in the options.'
  }),
  date: z.object({ format: z.string(), evidence: z.string() }),
  numbers: z
    .record(
      z.string(),
      z.object({ format: z.string(), decimal_separator: z.enum(['.', ',']).nullable(), evidence: z.string() })
    )
    .exactOptional()
    .meta({ description: 'How each column of numbers was read, by our field.' })
})

const Source = z.object({
  type: z.enum(['upload', 'inline', 'url', 'path', 's3', 'postgres', 'mysql']),
  filename: z.string().nullable(),
  location: z
    .string()
    .exactOptional()
    .meta({ description: 'Of a reference: where it was fetched from; the query of an address is left out.' }),
  query: z.string().exactOptional().meta({ description: 'Of a database.' }),
  bytes: count,
  sha256: z.string(),
  ...SourceFacts.shape
}) satisfies z.ZodType<DatasetSource>

export const QualityAnswer = z
  .object({
    rows_read: count,
    rows_kept: count,
    kept_share: Share,
    rules: z
      .array(
        z.object({
          rule: z.enum(CLEANSING_RULES),
          rows: count,
          share: Share,
          revenue: z.number(),
          examples: z.array(z.object({ row: z.int(), values: z.record(z.string(), z.string().nullable()) }))
        })
      )
      .meta({ description: 'Each rejected row counts once, under the first rule it breaks.' })
  })
  .meta({ id: 'QualityReport' }) satisfies z.ZodType<QualityReport>

export const ColumnChoices = z
  .array(
    z.object({
      field: z.enum(ORDER_FIELDS),
      column: z.string().nullable().meta({ description: 'Null where something stands in for it.' }),
      confidence: z.enum(COLUMN_CONFIDENCES).meta({
        description:
          'By the mapping given; by its own name or the header of a known export; by a usual name; by what stands in it; or assumed.'
      }),
      reason: z.string(),
      alternatives: z.array(z.string()).meta({ description: 'Columns that would fit too, less surely.' })
    })
  )
  .meta({ id: 'ColumnChoices' }) satisfies z.ZodType<ColumnChoice[]>

export const KnownColumns = z.partialRecord(z.enum(ORDER_FIELDS), z.string())

export const DatasetOptionsEcho = z.object({ ...options, mapping: KnownColumns.exactOptional() })

export const Counts = z.object({
  rows_read: count,
  rows_kept: count,
  orders: count,
  customers: count,
  products: count,
  countries: count
})

export const DatasetAnswer = z
  .object({
    id: Id,
    name: z.string(),
    status: z.literal('ready'),
    created_at: Instant,
    source: Source,
    refreshed_from: Id.exactOptional().meta({
      description: 'The dataset whose reference was fetched again for this one.'
    }),
    options: DatasetOptionsEcho,
    mapping: KnownColumns,
    columns: ColumnChoices.exactOptional(),
    unmapped_columns: z.array(z.string()).exactOptional(),
    attributes: z
      .array(
        z.object({
          name: z.string(),
          column: z.string(),
          customers: count.meta({ description: 'That have a value.' }),
          values: count.meta({ description: 'Different ones.' })
        })
      )
      .exactOptional()
      .meta({ description: 'What the file says of its customers: columns that are the same in all orders of one.' }),
    currency: z.string().nullable(),
    timezone: z.string(),
    period: z.object({ from: Instant, to: Instant }),
    reference_date: Instant,
    counts: Counts,
    revenue: z.number(),
    net_revenue: z.number(),
    cancellations: z.string().nullable(),
    quality: QualityAnswer,
    limitations: Limitations
  })
  .meta({ id: 'Dataset' }) satisfies z.ZodType<Omit<Dataset, 'reference'>>

export const DatasetPage = pageOf(DatasetAnswer).meta({ id: 'DatasetPage' })
