/** A value of JSON with every scalar as text: a number keeps all its digits, whatever a double would make of them. */
export type Json = string | null | Json[] | JsonObject
export type JsonObject = Map<string, Json>

/** Orders nest four or five deep. */
const DEPTH_MAX = 64

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORDS: readonly [word: string, value: string | null][] = [
  ['true', 'true'],
  ['false', 'false'],
  ['null', null]
]
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: ' ',
  f: ' ',
  n: '\n',
  r: '\r',
  t: '\t'
}

/** The text is no JSON. */
export class JsonSyntaxError extends Error {}
/** The text is JSON that is not taken for a row: nested too deeply, or with a key that has two values. */
export class JsonRefusal extends Error {}

/**
 * One JSON text (RFC 8259).
 * @throws JsonSyntaxError, JsonRefusal
 */
export function parseJson(text: string): Json {
  const parser = new Parser(text)
  const value = parser.value(0)
  parser.end()
  return value
}

export const isObject = (value: Json | undefined): value is JsonObject => value instanceof Map

class Parser {
  private at = 0

  constructor(private readonly text: string) {}

  value(depth: number): Json {
    this.blanks()
    switch (this.text.charCodeAt(this.at)) {
      case 0x22:
        return this.string()
      case 0x7b:
        return this.object(depth + 1)
      case 0x5b:
        return this.array(depth + 1)
      default:
        return this.scalar()
    }
  }

  end(): void {
    this.blanks()
    if (this.at < this.text.length) throw new JsonSyntaxError()
  }

  private object(depth: number): JsonObject {
    if (depth > DEPTH_MAX) throw new JsonRefusal()
    const object: JsonObject = new Map()
    this.at++
    if (this.closes(0x7d)) return object
    do {
      this.blanks()
      if (this.text.charCodeAt(this.at) !== 0x22) throw new JsonSyntaxError()
      const key = this.string()
      this.blanks()
      if (this.text.charCodeAt(this.at++) !== 0x3a) throw new JsonSyntaxError()
      if (object.has(key)) throw new JsonRefusal()
      object.set(key, this.value(depth))
    } while (this.goesOn(0x7d))
    return object
  }

  private array(depth: number): Json[] {
    if (depth > DEPTH_MAX) throw new JsonRefusal()
    const items: Json[] = []
    this.at++
    if (this.closes(0x5d)) return items
    do items.push(this.value(depth))
    while (this.goesOn(0x5d))
    return items
  }

  private closes(end: number): boolean {
    this.blanks()
    if (this.text.charCodeAt(this.at) !== end) return false
    this.at++
    return true
  }

  private goesOn(end: number): boolean {
    this.blanks()
    const code = this.text.charCodeAt(this.at++)
    if (code === 0x2c) return true
    if (code === end) return false
    throw new JsonSyntaxError()
  }

  private string(): string {
    const from = this.at + 1
    let at = from
    let escaped = false
    for (; ; at++) {
      const code = this.text.charCodeAt(at)
      if (code === 0x22) break
      // Also NaN, behind the end of the text.
      if (!(code >= 0x20)) throw new JsonSyntaxError()
      if (code !== 0x5c) continue
      escaped = true
      at++
    }
    this.at = at + 1
    const text = this.text.slice(from, at)
    return escaped ? unescaped(text) : text
  }

  private scalar(): string | null {
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, this.at)) continue
      this.at += word.length
      return value
    }
    NUMBER.lastIndex = this.at
    const number = NUMBER.exec(this.text)?.[0]
    if (number === undefined) throw new JsonSyntaxError()
    this.at += number.length
    return number
  }

  private blanks(): void {
    for (; ; this.at++) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
    }
  }
}

/** Control characters become blanks: no value of a row may hold one. */
function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|(.?))/gs, (_, hex: string | undefined, letter: string) => {
    if (hex !== undefined) {
      const code = Number.parseInt(hex, 16)
      return code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d ? ' ' : String.fromCharCode(code)
    }
    const character = ESCAPES[letter]
    if (character === undefined) throw new JsonSyntaxError()
    return character
  })
}
