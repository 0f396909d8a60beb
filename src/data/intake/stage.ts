import type { DatasetOptions } from '../../domain/records/dataset.ts'
import { type DuckDb, sqlText } from '../duckdb.ts'
import { MALFORMED_MARK } from './records.ts'

/** The file's rows as text, one Parquet column c0, c1, … for each of its own, in the order of the file. */
export interface Staged {
  path: string
  names: string[]
  rows: number
  /** Columns that hold dates by their type. */
  typedDates: ReadonlySet<string>
  /** Numbers are written for people: 1.234 may be more than a thousand. */
  localNumbers?: boolean
  /** Fields whose columns the format tells, where the caller's mapping does not. */
  mapping?: DatasetOptions['mapping']
  /** Index of the column that says `true` on the lines of orders that were called off. */
  calledOff?: number
  /** Whether the file carries checksums of its rows, which were right; absent where that was not looked for. */
  checksums?: boolean
  /** Sentences about what of the file was not taken over as it stands. */
  limitations?: readonly string[]
}

export const NO_TYPES: ReadonlySet<string> = new Set()

export async function copyTo(db: DuckDb, path: string, select: string, compression = 'zstd'): Promise<number> {
  const [copied] = await db.rows<{ Count: bigint }>(
    `copy (${select}) to ${sqlText(path)} (format parquet, compression ${compression})`
  )
  return Number(copied!.Count)
}

/** The staged rows under their own names as one JSON text: what an example shows. */
export function rawRow(names: readonly string[], shorten: (value: string) => string = (value) => value): string {
  const values = names.map((name, at) => `${sqlText(name)}, ${shorten(`c${at}`)}`).join(', ')
  const line = shorten('substr(c0, 2)')
  return `case when starts_with(c0, ${sqlText(MALFORMED_MARK)}) then json_object('line', ${line}) else json_object(${values}) end`
}
