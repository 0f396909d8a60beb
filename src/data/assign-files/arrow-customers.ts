import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch'
import { MessageHeader } from 'apache-arrow/fb/message-header'
import { RecordBatch } from 'apache-arrow/fb/record-batch'
import { Schema } from 'apache-arrow/fb/schema'
import { Problem } from '../../errors.ts'
import { type ArrowColumn, type ArrowTexts, arrowColumns, isPresent, textSpan } from './arrow-columns.ts'
import { ARROW_FILE_MAGIC, type ArrowMessage, arrowMessages, damaged } from './arrow-messages.ts'
import { type ArrowField, arrowFields } from './arrow-schema.ts'
import { BatchBuilder, type CustomerBatch } from './customer-batch.ts'
import { type CustomerColumns, findColumns, type NeededFeature } from './customer-columns.ts'

/**
 * Customers out of Arrow's IPC format, stream or file. `customer_id` is text, a dictionary of texts or a whole number;
 * features are whole or floating-point numbers.
 *
 * @param schemaAtEnd asked where a file does not begin with its schema; null where its end cannot be seen yet
 * @throws Problem (while going through it) arrow_invalid, arrow_batch_too_large, unsupported_arrow_type,
 *   unsupported_codec, no_rows, too_many_rows, and those of findColumns
 */
export async function* arrowCustomers(
  chunks: AsyncIterable<Buffer>,
  head: Buffer,
  features: readonly NeededFeature[],
  rowsMax: number,
  schemaAtEnd: (() => Promise<Schema>) | null
): AsyncGenerator<CustomerBatch> {
  const isFile = head.subarray(0, ARROW_FILE_MAGIC.length).equals(ARROW_FILE_MAGIC)
  const builder = new BatchBuilder(features, rowsMax)
  let table: Table | undefined
  for await (const part of arrowMessages(chunks, isFile)) {
    try {
      if (table === undefined) {
        const first: Schema | null = part.header === MessageHeader.Schema ? part.message.header(new Schema()) : null
        if (first === null && (!isFile || schemaAtEnd === null)) throw new Problem('arrow_invalid', SCHEMA_LATE)
        table = openTable(first ?? (await schemaAtEnd!()), features)
        if (first !== null) continue
      }
      if (part.header === MessageHeader.DictionaryBatch) readDictionary(part, table)
      else if (part.header === MessageHeader.RecordBatch) {
        yield* readBatch(part, table, builder)
      } else throw damaged('it holds a message that is no batch')
    } catch (error) {
      // What the readers of its headers throw at data made to break them.
      throw error instanceof Problem ? error : damaged('a message cannot be read', error)
    }
  }
  if (table === undefined) throw damaged('it has no schema')
  if (builder.total === 0) throw new Problem('no_rows', 'The file has no customers.')
  if (!builder.empty) yield builder.take()
}

const SCHEMA_LATE =
  'The Arrow data does not begin with a schema: write it as a stream, or send the Arrow file without gzip.'

interface Table {
  fields: ArrowField[]
  columns: CustomerColumns
  features: readonly NeededFeature[]
  /** What a `customer_id` that is a dictionary points into. */
  dictionary: { texts: ArrowTexts; size: number } | null
}

function openTable(schema: Schema, features: readonly NeededFeature[]): Table {
  const fields = arrowFields(schema)
  const columns = findColumns(
    fields.map(({ name }) => name),
    features
  )
  for (const [index, { name, kind, dictionary }] of fields.entries()) {
    const isText = kind === 'utf8' || kind === 'large_utf8'
    const isId = index === columns.id
    if (isId ? kind === 'null' || kind.startsWith('float') : isText || dictionary !== null) {
      throw new Problem(
        'unsupported_arrow_type',
        isId
          ? 'customer_id must be text or whole numbers.'
          : `The column ${name} must hold numbers, for example float64.`
      )
    }
  }
  return { fields, columns, features, dictionary: null }
}

function readDictionary({ message, body }: ArrowMessage, table: Table): void {
  const batch: DictionaryBatch | null = message.header(new DictionaryBatch())
  const data = batch?.data(new RecordBatch())
  const field = table.fields[table.columns.id]!
  if (!batch || !data || field.dictionary?.id !== batch.id()) throw damaged('it has a dictionary of no column')
  if (batch.isDelta()) {
    throw new Problem('unsupported_arrow_type', 'customer_id has a dictionary that grows: write it as plain text.')
  }
  const { rows, columns } = arrowColumns(data, [{ ...field, dictionary: null }], body)
  table.dictionary = { texts: columns[0]!.texts!, size: rows }
}

function* readBatch({ message, body }: ArrowMessage, table: Table, builder: BatchBuilder): Generator<CustomerBatch> {
  const batch: RecordBatch | null = message.header(new RecordBatch())
  if (batch === null) throw damaged('a batch has no header')
  const { rows, columns } = arrowColumns(batch, table.fields, body)
  const id = columns[table.columns.id]!
  if (table.fields[table.columns.id]!.dictionary !== null && table.dictionary === null) {
    throw damaged('a batch comes before the dictionary it needs')
  }
  const values = table.columns.features.map((column) => columns[column]!)
  for (let row = 0; row < rows; row++) {
    const text = idText(id, row, table)
    if (text === null) builder.fault('customer_id', 'invalid_customer_id', 'customer_id is absent')
    else builder.id(...text)
    for (let feature = 0; feature < values.length; feature++) {
      const column = values[feature]!
      const value = isPresent(column, row) ? Number(column.numbers![row]) : Number.NaN
      if (!Number.isFinite(value) && isPresent(column, row)) {
        const { name } = table.features[feature]!
        builder.fault(name, 'invalid_number', `${name} is ${value}: give a number, or null where it is absent`)
      } else builder.value(feature, value)
    }
    builder.endRow()
    if (builder.full) yield builder.take()
  }
}

/** Where the row's id is written in UTF-8; null where there is none. */
function idText(column: ArrowColumn, row: number, { dictionary }: Table): [Uint8Array, number, number] | null {
  if (!isPresent(column, row)) return null
  if (column.texts !== null) return [column.texts.data, ...textSpan(column.texts, row)]
  const number = column.numbers![row]!
  if (dictionary === null) {
    const text = Buffer.from(String(number))
    return [text, 0, text.length]
  }
  const index = Number(number)
  if (!(index >= 0 && index < dictionary.size)) throw damaged('a customer_id points outside of its dictionary')
  return [dictionary.texts.data, ...textSpan(dictionary.texts, index)]
}
