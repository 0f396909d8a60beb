/** One record of a text of one character a byte, as the search for the dialect sees it. */
export interface DialectRecord {
  values: string[]
  /** Values that stand in quotes, from delimiter to delimiter. */
  quotedValues: number
  wellQuoted: boolean
  /** Where the next record begins. */
  end: number
}

/** A quoted value that is longer is taken for one whose quote is not closed. */
const QUOTED_CHARACTERS_MAX = 64 * 1024

export interface Marks {
  delimiter: string
  quote: string
  escape: string | null
}

/** undefined at the end. A quote that is not closed takes all the rest. */
export function readRecord(text: string, start: number, marks: Marks): DialectRecord | undefined {
  if (start >= text.length) return undefined
  const { delimiter, quote } = marks
  const values: string[] = []
  let quotedValues = 0
  let wellQuoted = true
  let at = start
  while (true) {
    let value = ''
    let open = at
    while (text[open] === ' ') open++
    if (text[open] === quote) {
      const quoted = quotedValue(text, open + 1, marks)
      if (quoted === undefined) return { values, quotedValues, wellQuoted: false, end: text.length }
      value = quoted.value
      at = quoted.end
      while (text[at] === ' ') at++
      const behind = text[at]
      if (behind === undefined || behind === delimiter || behind === '\n' || behind === '\r') quotedValues++
      else wellQuoted = false
    }
    const rest = at
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++
    values.push(value + text.slice(rest, at))
    if (text[at] === delimiter) {
      at++
      continue
    }
    const end = text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : Math.min(at + 1, text.length)
    return { values, quotedValues, wellQuoted, end }
  }
}

function quotedValue(
  text: string,
  from: number,
  { quote, escape: escaping }: Marks
): { value: string; end: number } | undefined {
  let value = ''
  let kept = from
  const end = Math.min(text.length, from + QUOTED_CHARACTERS_MAX)
  for (let at = from; at < end; at++) {
    if (text[at] === escaping) at++
    else if (text[at] === quote) {
      value += text.slice(kept, at)
      if (text[at + 1] !== quote) return { value, end: at + 1 }
      at++
      kept = at
    }
  }
  return undefined
}

/** The first lines that hold something besides blanks and delimiters. */
export function lineStarts(text: string, start: number, most: number): { at: number; text: string }[] {
  const found: { at: number; text: string }[] = []
  for (let at = start; at < text.length && found.length < most; ) {
    let end = at
    while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++
    const line = text.slice(at, end)
    if (/[^\s,;|]/.test(line)) found.push({ at, text: line })
    at = text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1
  }
  return found
}
