import type { QualityReport, RejectedExample, RuleReport } from '../../domain/records/dataset.ts'
import { CLEANSING_RULES, type CleansingRule } from '../../domain/vocabulary.ts'
import { Problem } from '../../errors.ts'
import { type DuckDb, sqlText } from '../duckdb.ts'
import { sqlFile } from '../sql.ts'
import { rawRow, type Staged } from './stage.ts'

const SHOWN_CHARACTERS = 200

/** How many rows each rule rejected, with examples. Reads: judged. */
export async function reportQuality(db: DuckDb, staged: Staged): Promise<QualityReport> {
  const found = await db.rows<{
    rule: CleansingRule | null
    rows: number
    revenue: number
    first_rows: { items: number[] }
  }>(sqlFile('intake/quality'))
  const kept = found.find(({ rule }) => rule === null)?.rows ?? 0
  const examples = await readExamples(
    db,
    staged,
    found.flatMap((each) => (each.rule === null ? [] : listItems(each.first_rows)))
  )
  const rules: RuleReport[] = CLEANSING_RULES.flatMap((rule) => {
    const report = found.find((each) => each.rule === rule)
    if (report === undefined) return []
    return {
      rule,
      rows: report.rows,
      share: report.rows / staged.rows,
      revenue: report.revenue,
      examples: listItems(report.first_rows).map((row) => examples.get(row)!)
    }
  })
  return { rows_read: staged.rows, rows_kept: kept, kept_share: kept / staged.rows, rules }
}

/** DuckDB hands a list over as an array or wrapped, by its version. */
const listItems = (list: number[] | { items: number[] }): number[] => (Array.isArray(list) ? list : list.items)

async function readExamples(db: DuckDb, staged: Staged, rows: number[]): Promise<Map<number, RejectedExample>> {
  if (rows.length === 0) return new Map()
  const shorten = (value: string) => `substr(${value}, 1, ${SHOWN_CHARACTERS})`
  const found = await db.rows<{ row: number; raw: string }>(`
    select file_row_number::double + 1 as row, ${rawRow(staged.names, shorten)} as raw
    from read_parquet(${sqlText(staged.path)}, file_row_number = true)
    where file_row_number in (${rows.map((row) => row - 1).join(', ')})`)
  return new Map(found.map(({ row, raw }) => [row, { row, values: JSON.parse(raw) }]))
}

/** Rules that say the file was not understood, rather than that its shop has such orders. */
const UNREADABLE: readonly CleansingRule[] = ['malformed_row', 'invalid_date', 'invalid_quantity', 'invalid_price']

/** @throws Problem too_many_bad_rows, no_rows_kept, each with the report */
export function refuseTooMuch(quality: QualityReport, badRowsMaxShare: number): void {
  const bad = quality.rules.filter(({ rule }) => UNREADABLE.includes(rule))
  const share = bad.reduce((sum, { rows }) => sum + rows, 0) / quality.rows_read
  if (share > badRowsMaxShare) {
    const worst = bad.reduce((a, b) => (b.rows > a.rows ? b : a))
    throw new Problem(
      'too_many_bad_rows',
      `${percent(share)} of the rows cannot be read, more than the ${percent(badRowsMaxShare)} allowed; most of them fall under ${worst.rule}, first in row ${worst.examples[0]?.row}. Correct the file or the options; the report is in quality.`,
      { extensions: { quality } }
    )
  }
  if (quality.rows_kept === 0) {
    throw new Problem('no_rows_kept', 'No row is left after cleansing and filters; the report in quality says why.', {
      extensions: { quality }
    })
  }
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`
