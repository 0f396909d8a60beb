import type { FastifySchemaCompiler } from 'fastify'
import { type core, safeParse, type ZodType } from 'zod'
import { type FieldError, Problem } from '../../errors.ts'
import { NoQuery } from '../schemas/common.ts'
import type { App } from '../types.ts'

type Issue = core.$ZodIssue
type Part = 'body' | 'querystring' | 'params' | 'headers'

/** More would bury the first; a batch of 10,000 bad customers must not become a 10 MB answer. */
const MOST_ERRORS = 100

const ROOT = { body: '', querystring: '/query', params: '/path', headers: '/headers' } as const
const NOUN = { body: 'body', querystring: 'query', params: 'path', headers: 'headers' } as const

/** RFC 6901: `~` and `/` inside a name are escaped. */
const pointer = (root: string, path: readonly PropertyKey[]) =>
  [root, ...path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/')

const CODES: Partial<Record<Issue['code'], string>> = {
  invalid_type: 'invalid_type',
  too_small: 'too_small',
  too_big: 'too_big',
  invalid_format: 'invalid_format',
  invalid_value: 'invalid_value',
  invalid_key: 'invalid_key'
}

/**
 * The branch of a union that the caller meant: the one that got past the outermost type. Null where none did,
 * or where the union has a sentence of its own.
 */
function branchMeant(issue: Issue & { code: 'invalid_union' }): Issue[] | null {
  if (issue.message !== 'Invalid input') return null
  return (
    issue.errors.find((issues) =>
      issues.every((inner) => inner.path.length > 0 || inner.code !== 'invalid_type' || 'format' in inner)
    ) ?? null
  )
}

function* fieldErrors(issues: readonly Issue[], root: string, base: readonly PropertyKey[]): Generator<FieldError> {
  for (const issue of issues) {
    const path = [...base, ...issue.path]
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, MOST_ERRORS)) {
        yield {
          pointer: pointer(root, [...path, key.slice(0, 200)]),
          code: 'unknown_field',
          message: 'is not known here'
        }
      }
    } else if (issue.code === 'invalid_union') {
      const meant = branchMeant(issue)
      if (meant !== null) yield* fieldErrors(meant, root, path)
      else yield { pointer: pointer(root, path), code: 'invalid_value', message: issue.message }
    } else {
      const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
      const own = issue.code === 'custom' && typeof issue.params?.code === 'string' ? issue.params.code : undefined
      yield {
        pointer: pointer(root, path),
        code: missing ? 'required' : (own ?? CODES[issue.code] ?? 'invalid_value'),
        message: missing ? 'is missing' : issue.message
      }
    }
  }
}

/** The issues of one part of a request as a Problem that names each field by its pointer. */
export function validationProblem(issues: readonly Issue[], part: Part): Problem {
  const errors: FieldError[] = []
  for (const error of fieldErrors(issues, ROOT[part], [])) {
    errors.push(error)
    if (errors.length === MOST_ERRORS) break
  }
  const [first] = errors
  const rest = errors.length > 1 ? `, and ${errors.length - 1} more` : ''
  const where = first === undefined || first.pointer === '' ? 'it' : first.pointer
  return new Problem(
    'validation_failed',
    `The ${NOUN[part]} does not fit: ${where} ${sentence(first?.message ?? 'is wrong')}${rest}.`,
    { errors }
  )
}

const sentence = (message: string) => (message.startsWith('Invalid') ? `has an ${message.toLowerCase()}` : message)

/**
 * `value` as the schema has it.
 * @throws Problem body_required or validation_failed
 */
export function parsed<Output>(schema: ZodType<Output>, value: unknown, part: Part): Output {
  if (part === 'body' && value === undefined) {
    throw new Problem('body_required', 'Send a JSON body with Content-Type: application/json.')
  }
  const result = safeParse(schema, value)
  if (result.success) return result.data
  throw validationProblem(result.error.issues, part)
}

/** Fastify's validator, which gets null for no body. An Error that is returned reaches the error handler as it is. */
export const validatorCompiler: FastifySchemaCompiler<ZodType> = ({ schema, httpPart }) => {
  const part = (httpPart ?? 'body') as Part
  return (value) => {
    try {
      return { value: parsed(schema, part === 'body' ? (value ?? undefined) : value, part) }
    } catch (error) {
      if (error instanceof Problem) return { error }
      throw error
    }
  }
}

/** Where a route says nothing of queries, it takes none: a misspelt parameter must not pass for none. Probes may add any. */
export function strictQueries(app: App): void {
  app.addHook('onRoute', (route) => {
    if (!route.config?.scope || route.schema?.querystring !== undefined) return
    route.schema = { ...route.schema, querystring: NoQuery }
  })
}
