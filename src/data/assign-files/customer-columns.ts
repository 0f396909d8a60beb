import { isFeatureName } from '../../domain/vocabulary.ts'
import { type FieldError, Problem } from '../../errors.ts'

/** A feature as the model needs it. */
export interface NeededFeature {
  name: string
  /** Whether a customer may be without it. */
  optional: boolean
}

/** Where in each row what the assignment needs is. */
export interface CustomerColumns {
  /** Columns of the file. */
  width: number
  id: number
  /** One column for each feature of the model, in its order. */
  features: number[]
}

const ID = 'customer_id'
const COLUMNS_MAX = 200
const NAME_SHOWN = 100

/**
 * Finds the model's columns by their names, in whatever order they come. Features that other models have are passed over;
 * a name that no model knows is refused, for it may be a misspelt one.
 *
 * @throws Problem too_many_columns, column_missing, duplicate_column, unknown_feature, feature_missing
 */
export function findColumns(names: readonly string[], features: readonly NeededFeature[]): CustomerColumns {
  if (names.length > COLUMNS_MAX) {
    throw new Problem('too_many_columns', `The file has ${names.length} columns; send at most ${COLUMNS_MAX}.`)
  }
  if (!names.includes(ID)) {
    throw new Problem(
      'column_missing',
      `The file has no column ${ID}; its columns are ${names.slice(0, 20).map(shown).join(', ')}.`
    )
  }
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) {
    throw new Problem('duplicate_column', `The column ${shown(repeated)} is there twice: keep one of them.`)
  }
  const unknown = names.filter((name) => name !== ID && !isFeatureName(name))
  if (unknown.length > 0) {
    throw new Problem('unknown_feature', `Remove or rename ${unknown.map(shown).join(', ')}: no model has them.`, {
      errors: errorsOf(unknown, 'unknown_feature', 'GET /features lists the features')
    })
  }
  const missing = features.map(({ name }) => name).filter((name) => !names.includes(name))
  if (missing.length > 0) {
    throw new Problem('feature_missing', `Add ${missing.join(', ')}: the model needs one column for each feature.`, {
      errors: errorsOf(missing, 'feature_missing', 'the model needs this column')
    })
  }
  return { width: names.length, id: names.indexOf(ID), features: features.map(({ name }) => names.indexOf(name)) }
}

const shown = (name: string) => JSON.stringify(name.slice(0, NAME_SHOWN))

const errorsOf = (names: string[], code: string, message: string): FieldError[] =>
  names.map((name) => ({
    pointer: `/columns/${name.slice(0, NAME_SHOWN).replace(/~/g, '~0').replace(/\//g, '~1')}`,
    code,
    message
  }))
