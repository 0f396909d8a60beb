/** So much text is gathered before it becomes bytes: joined while it is still in the processor's cache. */
const PIECE = 4096
/** One UTF-16 unit takes at most so many bytes in UTF-8. */
const MOST_BYTES = 3

/**
 * JSON in the making. A short text stays a string, which Node sends together with the headers; a long one is turned into
 * bytes piece by piece, since joining thousands of pieces at the end costs as much as making them.
 */
export class JsonText {
  private pending = ''
  private bytes: Buffer | undefined
  private end = 0

  /** @param text well-formed Unicode */
  add(text: string): void {
    this.pending += text
    if (this.pending.length >= PIECE) this.flush()
  }

  done(): string | Buffer {
    if (this.bytes === undefined) return this.pending
    this.flush()
    return this.bytes.subarray(0, this.end)
  }

  private flush(): void {
    const most = this.end + this.pending.length * MOST_BYTES
    if (this.bytes === undefined || most > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(16 * PIECE, 2 * most))
      this.bytes?.copy(larger, 0, 0, this.end)
      this.bytes = larger
    }
    this.end += this.bytes.write(this.pending, this.end, 'utf8')
    this.pending = ''
  }
}

/** Longer texts are left to JSON.stringify, which scans them faster. */
const SHORT = 64

/** The text as JSON.stringify writes it. */
export function quoted(text: string): string {
  if (text.length > SHORT) return JSON.stringify(text)
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit <= 0xdfff)) return JSON.stringify(text)
  }
  return `"${text}"`
}

/** The number as JSON.stringify writes it: what JSON has no word for is null. */
export const numeral = (value: number): string => (Number.isFinite(value) ? String(value) : 'null')

/** Names and numbers as JSON.stringify writes them. */
export function record(values: Readonly<Record<string, number | null>>): string {
  let text = '{'
  for (const name of Object.keys(values)) {
    const value = values[name]!
    text += `${text.length > 1 ? ',' : ''}${quoted(name)}:${value === null ? 'null' : numeral(value)}`
  }
  return `${text}}`
}
