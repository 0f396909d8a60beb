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
  if (await someTotal(db, 'select value as text from date_values')) totalled.push('ordered_at')
  for (const field of REPEATED_FIELDS) {
    const few =
      columns[field] !== undefined &&
      (rows <= SAMPLED_ROWS || (await hasFewTexts(db, field, `where row <= ${SAMPLED_ROWS}`))) &&
      (await hasFewTexts(db, field))
    if (few) {
      const macro = field.endsWith('_id') ? 'as_id' : 'clean'
      await db.run(`
        create type ${field}_text as enum (
          select distinct text from (select ${macro}(text) as text from texts) where text is not null order by text)`)
    }
    if (!few || (await someTotal(db, 'select text from texts'))) totalled.push(field)
    const value = few ? `list_transform([value], lambda text: text::${field}_text)[1]` : 'value'
    await db.run(`create temp macro coded_${field}(value) as ${value}`)
  }
  await setList(db, 'totalled', totalled)
}

/** Leaves them in `texts`. */
async function hasFewTexts(db: DuckDb, field: RepeatedField, where = ''): Promise<boolean> {
  await db.run(`
    create or replace temp table texts as
    select distinct ${field} as text from fields ${where} limit ${TEXTS_MAX + 1}`)
  const [found] = await db.rows<{ few: boolean }>(`select count(*) <= ${TEXTS_MAX} as few from texts`)
  return found!.few
}

async function someTotal(db: DuckDb, texts: string): Promise<boolean> {
  const [found] = await db.rows<{ some: boolean | null }>(`select bool_or(is_total(text)) as some from (${texts})`)
  return found!.some === true
}
