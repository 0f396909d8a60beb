import type { PreviewColumn, PreviewRow } from '../../domain/records/preview.ts'
import { type CleansingRule, ORDER_FIELDS, type OrderField } from '../../domain/vocabulary.ts'
import type { DuckDb } from '../duckdb.ts'
import { stagedRows, textOf } from './fields.ts'
import type { OrderColumns } from './order-columns.ts'
import { rawRow, type Staged } from './stage.ts'

const ROWS = 20
const SAMPLES = 3
const SHOWN_CHARACTERS = 200
/** Rows among which samples are looked for. */
const SAMPLED_ROWS = 1000

/** What every value of a column must look like, the narrowest first. */
const TYPES: readonly [PreviewColumn['type'], string][] = [
  ['integer', '[+-]?[0-9]{1,18}'],
  ['boolean', '(?i)true|false'],
  ['date', '[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}.*'],
  ['number', "[-+(]?(\\p{Sc}|[A-Z]{3})? ?[-+]?[0-9][0-9., '’]*%?( ?(\\p{Sc}|[A-Z]{3}))?[)-]?"]
]

/** Part of what another field was read as. */
const NOT_KEPT: readonly OrderField[] = ['ordered_time', 'cancelled_at']

/** What stands in each column, as text. */
export async function describeStaged(db: DuckDb, staged: Staged, columns: OrderColumns): Promise<PreviewColumn[]> {
  const fieldAt = new Map(Object.entries(columns).map(([field, at]) => [at, field as OrderField]))
  const found: PreviewColumn[] = []
  for (const [at, name] of staged.names.entries()) {
    const value = `nullif(trim(${textOf(at)}), '')`
    const types = TYPES.map(
      ([type, pattern]) =>
        `coalesce(bool_and(regexp_full_match(value, '${pattern.replaceAll("'", "''")}')), false) as "${type}"`
    )
    const [row] = await db.rows<Record<string, boolean> & { filled: number; samples: string }>(`
      select
        count(value)::double as filled,
        ${types.join(', ')},
        to_json(coalesce(list_sort(list_distinct(list(substr(value, 1, ${SHOWN_CHARACTERS}))
          filter (value is not null and row <= ${SAMPLED_ROWS}))), []))::varchar as samples
      from (select row, ${value} as value from ${stagedRows(staged)})`)
    const type = row!.filled === 0 ? 'empty' : (TYPES.find(([each]) => row![each])?.[0] ?? 'text')
    found.push({
      name,
      type,
      empty_share: 1 - row!.filled / staged.rows,
      samples: (JSON.parse(row!.samples) as string[]).slice(0, SAMPLES),
      field: fieldAt.get(at) ?? null
    })
  }
  return found
}

/** The first rows, as they stand and, where reading came so far, as they were read. */
export async function firstRows(db: DuckDb, staged: Staged): Promise<PreviewRow[]> {
  const shorten = (value: string) => `substr(${value}, 1, ${SHOWN_CHARACTERS})`
  const rows = await db.rows<{ row: number; raw: string }>(`
    select row::double as row, ${rawRow(staged.names, shorten)} as raw
    from ${stagedRows(staged)} where row <= ${ROWS} order by row`)
  const [{ views } = { views: 0 }] = await db.rows<{ views: number }>(
    `select count(*)::double as views from duckdb_views() where view_name = 'judged'`
  )
  const read = new Map<number, { rule: CleansingRule | null; fields: string }>()
  if (views > 0) {
    const fields = ORDER_FIELDS.filter((field) => !NOT_KEPT.includes(field))
      .map((field) => `'${field}', ${asRead(field)}`)
      .join(', ')
    const judged = await db.rows<{ row: number; rule: CleansingRule | null; fields: string }>(`
      select row::double as row, rule, json_object(${fields})::varchar as fields
      from judged where row <= ${ROWS}`)
    for (const { row, ...each } of judged) read.set(row, each)
  }
  return rows.map(({ row, raw }) => ({
    row,
    values: JSON.parse(raw),
    read: read.has(row) ? JSON.parse(read.get(row)!.fields) : null,
    rule: read.get(row)?.rule ?? null
  }))
}

function asRead(field: OrderField): string {
  if (field === 'ordered_at') return `strftime(ordered_at, '%Y-%m-%dT%H:%M:%SZ')`
  return ['quantity', 'unit_price', 'line_total', 'discount', 'cost'].includes(field) ? `${field}::double` : field
}
