import { isObject, type Json, type JsonObject } from './parse.ts'

/** What only answers of GraphQL, and the files that Shopify makes of them, have in them. */
const MARKS = /"(edges|nodes|shopMoney)"\s*:\s*[[{]|"__parentId"\s*:\s*"/
/** The member by which a line of a file names what it belongs to. */
export const PARENT = '__parentId'

/** Whether a text is an answer of GraphQL, by its beginning. */
export const isGraphql = (head: Buffer): boolean => MARKS.test(head.toString('latin1'))

/** Whether the lines of orders stand beside them, by the beginning of the text. */
export const hasLinesApart = (head: Buffer): boolean => head.includes(`"${PARENT}"`)

/**
 * An object of GraphQL as the older interfaces would give it: lists without edges and nodes around each element, amounts
 * in the currency of the shop as the number they are. Changes the object.
 */
export function withoutEdges(object: JsonObject): JsonObject {
  const inner = object.get('node')
  if (isObject(inner) && [...object.keys()].every((key) => ['node', 'cursor', '__typename'].includes(key))) {
    return withoutEdges(inner)
  }
  for (const [key, value] of object) object.set(key, plain(value))
  return object
}

function plain(value: Json): Json {
  if (Array.isArray(value)) return value.map((each) => plain(each))
  if (!isObject(value)) return value
  const list = value.get('edges') ?? value.get('nodes')
  if (Array.isArray(list)) return list.map((each) => plain(each))
  const money = value.get('shopMoney')
  if (isObject(money)) return money.get('amount') ?? null
  return withoutEdges(value)
}

const snakes = new Map<string, string>()
const camels = new Map<string, string>()

/** The names of both interfaces are the same but for the way in which their words are put together: createdAt, created_at. */
export const snakeCase = (name: string): string => known(snakes, name, toSnake)

const toSnake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
const toCamel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** A member by its name in snake_case, or by the same in camelCase. */
export const member = (object: JsonObject, name: string): Json | undefined =>
  object.has(name) ? object.get(name) : object.get(known(camels, name, toCamel))

/** Keys of strangers: no more of them are remembered than orders have. */
function known(names: Map<string, string>, name: string, make: (name: string) => string): string {
  let made = names.get(name)
  if (made === undefined) {
    made = make(name)
    if (names.size < 2000) names.set(name, made)
  }
  return made
}
