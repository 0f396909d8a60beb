import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../../errors.ts'
import { thousands } from '../dates.ts'
import { findOrderColumns, isKnownColumn } from '../order-columns.ts'
import { RecordScan, shownLine } from '../records.ts'
import { HEAD_BYTES } from '../source.ts'
import { NO_TYPES, type Staged } from '../stage.ts'
import { type TextRequest, tooManyRows } from '../text.ts'
import { ColumnRows } from './column-rows.ts'
import { ArrayElements, brokenJson } from './elements.ts'
import { isOfWholeOrder, isOrderField, nestedMapping } from './fields.ts'
import { hasLinesApart, isGraphql, withoutEdges } from './graphql.ts'
import { findLayout, type Layout } from './layout.ts'
import { type Line, linesKey, type OrderLines, orderLines } from './order-lines.ts'
import { Parents } from './parents.ts'
import { isObject, type Json, type JsonObject, JsonRefusal, JsonSyntaxError, parseJson } from './parse.ts'

/** Objects in objects become columns with dotted names so far down. */
const LEVELS = 2
const FORBIDDEN = [0, 1]
/** Column that marks the lines of orders that were called off. */
const CALLED_OFF = 'called_off'
/** When an order was placed, which for a line that came back is when it did. */
const PLACED_AT = ['processed_at', 'created_at', 'processedAt', 'createdAt']
/** What stands before the names of lines that are not inside their order. */
const LINES_APART = 'lineItems'

export interface StagedJson {
  format: 'json' | 'ndjson'
  staged: Staged
}

/**
 * JSON in any of its shapes: one object a line, an array of objects, or an object around such an array; each object an
 * order line, or an order with its lines inside.
 *
 * A row for each line, the values of its order repeated. What is no object, has a key twice or is nested too deeply is a
 * malformed row, and so is a line that is no JSON; an array that is no JSON has no rows to count and is refused.
 *
 * @param path the text in UTF-8
 * @throws Problem json_syntax, line_too_long, no_rows, too_many_rows, too_many_columns
 */
export async function stageJson(path: string, request: TextRequest): Promise<StagedJson> {
  const head = await readHead(path)
  const layout = findLayout(head, isOrder(request))
  const form = { graphql: isGraphql(head), linesApart: layout.kind === 'lines' && hasLinesApart(head) }
  const rows = new ObjectRows(join(request.work, 'json.parquet'), request, form)
  try {
    if (layout.kind === 'lines') await readLines(path, rows, request.partial)
    else await readArray(path, head, layout, rows, request.partial)
    return { format: layout.kind === 'lines' ? 'ndjson' : 'json', staged: rows.finish() }
  } finally {
    rows.close()
  }
}

const isOrder =
  ({ options }: TextRequest) =>
  (element: JsonObject): boolean => {
    const object = withoutEdges(element)
    if (linesKey(object) !== undefined) return true
    try {
      findOrderColumns([...object.keys()], options.mapping)
      return true
    } catch {
      return false
    }
  }

async function readLines(path: string, rows: ObjectRows, partial = false): Promise<void> {
  const shape = { delimiter: null, quote: null, columns: 1, forbidden: FORBIDDEN }
  const records = new RecordScan(shape, {
    good: (bytes, bounds) =>
      rows.line(Buffer.from(bytes.buffer, bytes.byteOffset + bounds[0]!, bounds[1]! - bounds[0]!)),
    malformed: (line) => rows.malformed(line)
  })
  for await (const chunk of createReadStream(path, { highWaterMark: HEAD_BYTES })) records.push(chunk as Buffer)
  if (!partial) records.end()
}

async function readArray(
  path: string,
  head: Buffer,
  layout: Layout & { kind: 'array' },
  rows: ObjectRows,
  partial = false
): Promise<void> {
  const elements = new ArrayElements((element) => rows.element(element))
  for await (const chunk of createReadStream(path, { start: layout.from, highWaterMark: HEAD_BYTES })) {
    elements.push(chunk as Buffer)
  }
  if (partial) return
  elements.end()
  // What stands around the array must be JSON too: otherwise the file was cut or put together wrongly.
  try {
    parseJson(`${head.toString('latin1', 0, layout.from)}]${elements.tail}`)
  } catch (error) {
    throw brokenJson(error)
  }
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** Objects as rows. */
class ObjectRows {
  private readonly rows: ColumnRows
  /** The key under which the first order with lines has them. */
  private key: string | undefined
  private objects = 0
  private withoutLines = 0
  private unexplained = 0
  private returns = 0
  /** Objects that belong to an order and are no lines of it. */
  private others = 0
  /** Lines whose order is not known. */
  private orphans = 0
  private readonly parents = new Parents()

  constructor(
    path: string,
    private readonly request: TextRequest,
    private readonly form: { graphql: boolean; linesApart: boolean }
  ) {
    const { mapping } = request.options
    this.rows = new ColumnRows(path, (name) => isKnownColumn(name, mapping) || isOrderField(name, this.key))
  }

  /** One line of a text of lines. */
  line(text: Buffer): void {
    try {
      this.add(parseJson(text.toString('utf8')), text)
    } catch (error) {
      if (!(error instanceof JsonSyntaxError || error instanceof JsonRefusal)) throw error
      this.malformed(shownLine(text, FORBIDDEN))
    }
  }

  /** One element of an array. @throws Problem json_syntax */
  element(text: Buffer): void {
    try {
      this.add(parseJson(text.toString('utf8')), text)
    } catch (error) {
      if (error instanceof JsonSyntaxError) throw brokenJson(error)
      if (!(error instanceof JsonRefusal)) throw error
      this.malformed(shownLine(text, FORBIDDEN))
    }
  }

  malformed(line: Buffer): void {
    this.rows.malformed(line)
    this.refuseTooMany()
  }

  finish(): Staged {
    const { rows, key } = this
    if (rows.rows === 0) throw new Problem('no_rows', 'The JSON text has no orders; send the order lines.')
    if (this.objects === 0) {
      throw new Problem('json_syntax', 'No line is a JSON object; send one object a line, or one array of objects.')
    }
    rows.finish()
    const calledOff = rows.columnOf(CALLED_OFF)
    return {
      path: rows.path,
      names: rows.names,
      rows: rows.rows,
      typedDates: NO_TYPES,
      ...(key !== undefined && { mapping: nestedMapping(key, rows.filled()) }),
      ...(calledOff !== undefined && { calledOff }),
      limitations: this.limitations()
    }
  }

  close(): void {
    this.rows.close()
  }

  private add(value: Json, text: Buffer): void {
    if (!isObject(value)) {
      this.malformed(shownLine(Buffer.from(text.toString('utf8').trim()), FORBIDDEN))
      return
    }
    this.objects++
    const object = this.form.graphql ? withoutEdges(value) : value
    const key = linesKey(object)
    if (this.form.linesApart) this.addApart(object, text)
    else if (key === undefined) {
      this.flatten(object, '', LEVELS, false)
      this.write()
      this.rows.clear()
    } else {
      this.key ??= key
      this.addOrder(orderLines(object, key))
    }
  }

  /** An order whose lines come later, or one of those lines. */
  private addApart(object: JsonObject, text: Buffer): void {
    const placed = this.parents.place(object, text)
    if (placed.kind === 'orphan') {
      this.orphans++
      this.malformed(shownLine(text, FORBIDDEN))
    } else if (placed.kind === 'other') this.others++
    else if (placed.kind === 'parent') {
      const refunds = object.get('refunds')
      if (Array.isArray(refunds) && refunds.length > 0) this.unexplained++
    } else {
      this.key ??= LINES_APART
      this.addOrder(orderLines(new Map(placed.order).set(LINES_APART, [placed.line]), LINES_APART))
    }
  }

  private addOrder({ key, order, lines, calledOff, unexplainedRefund }: OrderLines): void {
    if (lines.length === 0) this.withoutLines++
    if (unexplainedRefund) this.unexplained++
    for (const line of lines) {
      this.flatten(order, '', LEVELS, true)
      if (calledOff) this.rows.set(CALLED_OFF, 'true', false)
      this.addLine(key, line)
      this.write()
      this.rows.clear()
    }
  }

  private addLine(key: string, { values, returnedAt }: Line): void {
    this.flatten(values, `${key}.`, LEVELS, true)
    if (returnedAt === undefined) return
    this.returns++
    if (returnedAt === null) return
    for (const name of PLACED_AT) if (this.rows.get(name) !== null) this.rows.set(name, returnedAt, true)
  }

  private flatten(object: JsonObject, prefix: string, levels: number, nested: boolean): void {
    const { mapping } = this.request.options
    for (const [key, value] of object) {
      const name = prefix + key
      if (isObject(value)) {
        if (levels > 1) this.flatten(value, `${name}.`, levels - 1, nested)
      } else if (!Array.isArray(value)) {
        if (nested && prefix === '' && isOfWholeOrder(key) && !Object.values(mapping ?? {}).includes(key)) continue
        this.rows.set(name, inUtc(key, value), nested || prefix !== '')
      }
    }
  }

  private write(): void {
    this.rows.write()
    this.refuseTooMany()
  }

  private refuseTooMany(): void {
    if (this.rows.rows > this.request.rowsMax) throw tooManyRows(this.request.rowsMax)
  }

  private limitations(): string[] {
    const notes: [number, string][] = [
      [this.withoutLines + this.parents.withoutLines, 'orders have no lines and were left out.'],
      [
        this.orphans,
        'lines name an order that does not stand before them, or more than 128 MiB before: group the objects of the file.'
      ],
      [this.others, 'objects that belong to orders are no lines of theirs and were left out.'],
      [this.returns, 'lines of refunds were read as returns of their order.'],
      [this.unexplained, 'orders have refunds that name no lines: they are not taken off.']
    ]
    return notes.filter(([count]) => count > 0).map(([count, sentence]) => `${thousands(count)} ${sentence}`)
  }
}

/** WooCommerce names the zone in the key: `date_created_gmt`. */
const inUtc = (key: string, value: string | null): string | null =>
  value !== null && key.endsWith('_gmt') && /[0-9]$/.test(value) ? `${value}Z` : value
