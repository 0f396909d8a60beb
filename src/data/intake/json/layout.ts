import { isObject, type Json, type JsonObject, parseJson } from './parse.ts'

/** How the rows stand in a JSON text. */
export type Layout =
  | { kind: 'lines' }
  /** `from` is the byte behind the [; what stands before it and behind the ] belongs to one object around the array. */
  | { kind: 'array'; from: number }

/** Keys under which services hand out a list. */
const WRAPPERS = /^(orders?|data|results?|records|rows|values?|transactions|sales|response|payload)$/i
/** Keys under which they hand out a list of orders, and orders their lines. */
const EITHER = /^(items|entries|list|lines|products|edges|nodes)$/i
const WRAPPERS_MAX = 3

/**
 * Finds the list of rows: the text is an array, or an object around one, or else has an object on each line.
 * @param head the first bytes of the text, UTF-8 without a byte order mark
 * @param isOrder whether an object is an order or an order line by its keys
 */
export function findLayout(head: Buffer, isOrder: (object: JsonObject) => boolean): Layout {
  const text = head.toString('latin1')
  const start = /^\s*/.exec(text)![0].length
  if (text[start] === '[') return { kind: 'array', from: start + 1 }
  const from = insideObject(text, start, isOrder, WRAPPERS_MAX)
  return from === null ? { kind: 'lines' } : { kind: 'array', from }
}

/** Where the array under one of the object's keys begins; null where there is none, or the head does not reach it. */
function insideObject(
  text: string,
  open: number,
  isOrder: (object: JsonObject) => boolean,
  left: number
): number | null {
  let at = open + 1
  while (true) {
    const quote = behind(/[\s,]*/y, text, at)
    if (text[quote] !== '"') return null
    const colon = endOfString(text, quote)
    if (colon === null) return null
    const name = text.slice(quote + 1, colon - 1)
    at = behind(/\s*:\s*/y, text, colon)
    if (text[at] === '[' && (WRAPPERS.test(name) || EITHER.test(name)) && holdsOrders(text, at, name, isOrder)) {
      return at + 1
    }
    if (text[at] === '{' && WRAPPERS.test(name) && left > 1) {
      const inside = insideObject(text, at, isOrder, left - 1)
      if (inside !== null) return inside
    }
    const end = endOfValue(text, at)
    if (end === null) return null
    at = end
  }
}

function holdsOrders(text: string, open: number, name: string, isOrder: (object: JsonObject) => boolean): boolean {
  const at = behind(/\s*/y, text, open + 1)
  if (text[at] !== '{') return WRAPPERS.test(name) && text[at] === ']'
  if (WRAPPERS.test(name)) return true
  const end = endOfValue(text, at)
  const element = end === null ? undefined : parsed(text.slice(at, end))
  return isObject(element) && isOrder(element)
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** The character behind a value; null where the text ends before it does. */
function endOfValue(text: string, from: number): number | null {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const character = text[at]!
    if (character === '"') {
      const end = endOfString(text, at)
      if (end === null) return null
      at = end - 1
    } else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') {
      if (depth === 0) return at
      depth--
    } else if (character === ',' && depth === 0) return at
    if (depth === 0 && (character === '}' || character === ']')) return at + 1
  }
  return null
}

/** The character behind the string that begins at a quote; null where the text ends before it does. */
function endOfString(text: string, quote: number): number | null {
  for (let at = quote + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return null
}

/** The character behind what a sticky pattern matches, or the same where it does not. */
function behind(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
