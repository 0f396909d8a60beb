import type { DuckDBValue, DuckDBVector } from '@duckdb/node-api'
import type { DuckDb } from './duckdb.ts'

/** A result column by column: texts as strings, DOUBLE as numbers with NaN for NULL. */
export interface Columns {
  rows: number
  text(name: string): string[]
  numbers(name: string): Float64Array
}

/**
 * Runs a query and copies its result out of DuckDB's own vectors, chunk after chunk.
 *
 * Made for results with a row per customer: an object per row would take twenty times as long. Every column
 * of the query must be VARCHAR without NULL, or DOUBLE.
 */
export async function readColumns(db: DuckDb, query: string, values?: Record<string, DuckDBValue>): Promise<Columns> {
  const result = await db.connection.stream(query, values)
  const names = result.columnNames()
  const texts = new Map<string, string[]>()
  const parts = new Map<string, Float64Array[]>()
  let rows = 0
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    // Asking a chunk how many rows it has is a call into the library.
    const { rowCount } = chunk
    for (const [column, name] of names.entries()) {
      const vector = chunk.getColumnVector(column)
      const numbers = numbersOf(vector, rowCount)
      if (numbers !== undefined) keep(parts, name, numbers)
      else {
        const column = texts.get(name) ?? []
        for (let row = 0; row < rowCount; row++) column.push(vector.getItem(row) as string)
        texts.set(name, column)
      }
    }
    rows += rowCount
  }
  return {
    rows,
    text: (name) => texts.get(name) ?? [],
    numbers: (name) => concatenate(parts.get(name) ?? [], rows)
  }
}

/** Copied, for DuckDB takes its vectors back; NaN for NULL. Undefined for a column of anything but DOUBLE. */
function numbersOf(vector: DuckDBVector, rows: number): Float64Array | undefined {
  if (!('items' in vector && vector.items instanceof Float64Array)) return undefined
  const numbers = vector.items.slice(0, rows)
  for (let row = 0; row < rows; row++) if (vector.getItem(row) === null) numbers[row] = Number.NaN
  return numbers
}

function keep<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

function concatenate(parts: readonly Float64Array[], length: number): Float64Array {
  const whole = new Float64Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/**
 * As readColumns, a batch at a time, for results that memory does not hold.
 *
 * @param visit must take what it needs before it returns
 */
export async function readBatches(db: DuckDb, query: string, visit: (batch: Columns) => void): Promise<void> {
  const result = await db.connection.stream(query)
  const names = result.columnNames()
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const { rowCount: rows } = chunk
    const vectorOf = (name: string) => chunk!.getColumnVector(names.indexOf(name))
    visit({
      rows,
      text: (name) => {
        const vector = vectorOf(name)
        return Array.from({ length: rows }, (_, row) => vector.getItem(row) as string)
      },
      numbers: (name) => numbersOf(vectorOf(name), rows)!
    })
  }
}
