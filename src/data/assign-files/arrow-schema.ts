import { Endianness } from 'apache-arrow/fb/endianness'
import type { Field } from 'apache-arrow/fb/field'
import { FloatingPoint } from 'apache-arrow/fb/floating-point'
import { Int } from 'apache-arrow/fb/int'
import { Precision } from 'apache-arrow/fb/precision'
import type { Schema } from 'apache-arrow/fb/schema'
import { Type } from 'apache-arrow/fb/type'
import { Problem } from '../../errors.ts'
import { damaged } from './arrow-messages.ts'

const COLUMNS_MAX = 200

export type ArrowKind =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'utf8'
  | 'large_utf8'
  | 'null'

export interface ArrowField {
  name: string
  kind: ArrowKind
  /** Id of the dictionary and kind of the indices into it; then `kind` is that of the dictionary's values. */
  dictionary: { id: bigint; index: ArrowKind } | null
}

/**
 * The columns of a file, all of them flat.
 * @throws Problem arrow_invalid, too_many_columns, unsupported_arrow_type
 */
export function arrowFields(schema: Schema): ArrowField[] {
  if (schema.endianness() !== Endianness.Little) {
    throw new Problem('unsupported_arrow_type', 'The numbers are big-endian: write the file little-endian.')
  }
  const count = schema.fieldsLength()
  if (count > COLUMNS_MAX) {
    throw new Problem('too_many_columns', `The file has ${count} columns; send at most ${COLUMNS_MAX}.`)
  }
  return Array.from({ length: count }, (_, index) => arrowField(schema.fields(index)))
}

function arrowField(field: Field | null): ArrowField {
  const name = field?.name()
  if (!field || name === null || name === undefined) throw damaged('a column has no name')
  const dictionary = field.dictionary()
  const kind = kindOf(field)
  if (kind === null || (dictionary !== null && kind !== 'utf8')) {
    throw new Problem(
      'unsupported_arrow_type',
      `The column ${JSON.stringify(name.slice(0, 100))} has a type that is not read: write numbers as float64 or int64 and customer_id as utf8.`
    )
  }
  if (dictionary === null) return { name, kind, dictionary: null }
  const index = dictionary.indexType()
  return {
    name,
    kind,
    // Signed 32 bits where nothing is said (Schema.fbs).
    dictionary: { id: dictionary.id(), index: index === null ? 'int32' : intKind(index) }
  }
}

function kindOf(field: Field): ArrowKind | null {
  switch (field.typeType()) {
    case Type.Int:
      return intKind(field.type(new Int()))
    case Type.FloatingPoint: {
      const precision = (field.type(new FloatingPoint()) as FloatingPoint).precision()
      return precision === Precision.DOUBLE ? 'float64' : precision === Precision.SINGLE ? 'float32' : null
    }
    case Type.Utf8:
      return 'utf8'
    case Type.LargeUtf8:
      return 'large_utf8'
    case Type.Null:
      return 'null'
    default:
      return null
  }
}

function intKind(int: Int): ArrowKind {
  const bits = int.bitWidth()
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) throw damaged('an integer has an odd number of bits')
  return `${int.isSigned() ? 'int' : 'uint'}${bits}`
}
