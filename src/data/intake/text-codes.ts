import type { OrderField } from '../../domain/vocabulary.ts'
import type { DuckDb } from '../duckdb.ts'
import { REPEATED_FIELDS, type RepeatedField } from './fields.ts'
import type { OrderColumns } from './order-columns.ts'
import { setList } from './variables.ts'

/** Every group of rows that is written carries all texts of a coded column: more would take longer than they save. */
const TEXTS_MAX = 32_768
/** Where so many rows have more different texts than that, so has the file. */
const SAMPLED_ROWS = 1_000_000

/**
 * Makes a macro coded_<field> for each field that shops repeat: it gives each text its number where the file has few
 * different ones, and leaves them as they are where it has many. Numbers are written and compared in a fraction of the time
 * that texts take, and look and sort like them. Sets the variable totalled: the fields of which some text may be a total.
 * Reads: fields, date_values.
 */
export async function codeTexts(db: DuckDb, columns: OrderColumns, rows: number): Promise<void> {
  const totalled: (OrderField | 'first')[] = ['first']
  if ((await lookAt(db, 'select value as text from date_values')).someTotal) totalled.push('ordered_at')
  for (const field of REPEATED_FIELDS) {
    const found = columns[field] === undefined ? MANY : await textsOf(db, field, rows)
    if (found.few) {
      const macro = field.endsWith('_id') ? 'as_id' : 'clean'
      await db.run(`
        create type ${field}_text as enum (
          select distinct text from (select ${macro}(text) as text from texts) where text is not null order by text)`)
    }
    if (found.someTotal) totalled.push(field)
    const value = found.few ? `list_transform([value], lambda text: text::${field}_text)[1]` : 'value'
    await db.run(`create temp macro coded_${field}(value) as ${value}`)
  }
  await setList(db, 'totalled', totalled)
}

interface Found {
  few: boolean
  /** Whether some of them may be the word for a total. */
  someTotal: boolean
}
const MANY: Found = { few: false, someTotal: true }

/** Leaves the different texts of a field in `texts`, where they are few. */
async function textsOf(db: DuckDb, field: RepeatedField, rows: number): Promise<Found> {
  for (const where of rows > SAMPLED_ROWS ? [`where row <= ${SAMPLED_ROWS}`, ''] : ['']) {
    await db.run(`
      create or replace temp table texts as
      select distinct ${field} as text from fields ${where} limit ${TEXTS_MAX + 1}`)
    const found = await lookAt(db, 'select text from texts')
    if (!found.few || where === '') return found
  }
  return MANY
}

async function lookAt(db: DuckDb, texts: string): Promise<Found> {
  const [found] = await db.rows<{ few: boolean; total: boolean | null }>(
    `select count(*) <= ${TEXTS_MAX} as few, bool_or(is_total(text)) as total from (${texts})`
  )
  return found!.few ? { few: true, someTotal: found!.total === true } : MANY
}
