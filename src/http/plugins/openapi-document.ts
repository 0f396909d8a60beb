/** A JSON value that is walked without knowing its shape. */
type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type JsonObject = { [name: string]: Json }

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const REF = '#/components/schemas/'

/** Every object and array in a document, innermost last. */
function* nodesOf(value: Json): Generator<JsonObject> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item)
  else if (isObject(value)) {
    yield value
    for (const item of Object.values(value)) yield* nodesOf(item)
  }
}

/** What zod prints for `.int()`, for a number that comes as digits, and beside a format says nothing to a reader. */
function dropNoise(node: JsonObject): void {
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum
  if (node.type === 'integer' || node.format === 'date' || node.format === 'date-time') delete node.pattern
  if (node.type === 'integer' && typeof node.default === 'string') node.default = Number(node.default)
  if (
    isObject(node.propertyNames) &&
    node.propertyNames.type === 'string' &&
    Object.keys(node.propertyNames).length === 1
  )
    delete node.propertyNames
}

/** An answer may get new fields: a client that refuses them would break on every addition. */
function loosen(value: Json): void {
  for (const node of nodesOf(value)) if (node.additionalProperties === false) delete node.additionalProperties
}

const refsIn = (value: Json) =>
  new Set([...nodesOf(value)].map((node) => node.$ref).filter((ref): ref is string => typeof ref === 'string'))

function renameRefs(value: Json, renamed: ReadonlyMap<string, string>): void {
  for (const node of nodesOf(value)) {
    if (typeof node.$ref !== 'string') continue
    const name = renamed.get(node.$ref.slice(REF.length))
    if (name !== undefined) node.$ref = REF + name
  }
}

/** The schemas that an operation reaches, directly or through others. */
function reachable(paths: Json, schemas: JsonObject): Set<string> {
  const found = new Set<string>()
  const open = [...refsIn(paths)]
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    const name = ref.slice(REF.length)
    if (found.has(name) || schemas[name] === undefined) continue
    found.add(name)
    open.push(...refsIn(schemas[name]))
  }
  return found
}

/** Every schema comes twice, as `Name` for answers and `NameInput` for requests. One that has one use gets one name. */
function mergeInputs(document: JsonObject, schemas: JsonObject): JsonObject {
  const used = reachable(document.paths!, schemas)
  const renamed = new Map<string, string>()
  const kept: JsonObject = {}
  for (const name of [...used].sort()) {
    const plain = name.replace(/Input$/, '')
    if (name === plain) kept[name] = schemas[name]!
    else if (!used.has(plain) || JSON.stringify(schemas[plain]) === JSON.stringify(schemas[name])) {
      kept[plain] = schemas[name]!
      renamed.set(name, plain)
    } else kept[name] = schemas[name]!
  }
  renameRefs(document.paths!, renamed)
  renameRefs(kept, renamed)
  return kept
}

const DESCRIPTIONS: Record<string, string> = {
  200: 'As asked.',
  201: 'Done: the new resource.',
  202: 'Under way: the job that makes it.',
  204: 'Done.',
  304: 'Not changed since the version in If-None-Match.',
  503: 'Not ready.'
}

/** Gives each operation the answers that any operation can have, and each answer a sentence. */
function completeResponses(operation: JsonObject): void {
  const responses = operation.responses as { [status: string]: JsonObject }
  for (const [status, response] of Object.entries(responses)) {
    if (response.description === 'Default Response') response.description = DESCRIPTIONS[status] ?? 'As asked.'
  }
  responses['4XX'] = { $ref: '#/components/responses/Refused' }
  responses['5XX'] = { $ref: '#/components/responses/Failed' }
}

const sortedByKey = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))

/**
 * What @fastify/swagger writes, made fit to publish: no unused or doubled schemas, answers open to new fields,
 * problems for each operation, paths and schemas in order. The argument is not changed.
 */
export function polishDocument(generated: unknown): JsonObject {
  const document = structuredClone(generated) as JsonObject
  const components = document.components as JsonObject
  const schemas = components.schemas as JsonObject
  for (const node of nodesOf(document)) dropNoise(node)
  for (const [name, schema] of Object.entries(schemas)) if (!name.endsWith('Input')) loosen(schema)
  for (const path of Object.values(document.paths as JsonObject)) {
    for (const operation of Object.values(path as JsonObject)) {
      if (!isObject(operation) || !isObject(operation.responses)) continue
      loosen(operation.responses)
      completeResponses(operation)
    }
  }
  components.schemas = sortedByKey({ Problem: schemas.Problem!, ...mergeInputs(document, schemas) })
  document.paths = sortedByKey(document.paths as JsonObject)
  return document
}
