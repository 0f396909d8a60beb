const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20

/** A text whose values are divided by runs of blanks and tabs, with one tab between them and none around the line. */
export async function* squeezeBlanks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let lineBegins = true
  let blanks = false
  let first = true
  for await (const chunk of chunks) {
    // Room for the tab that is owed from the chunk before.
    const squeezed = Buffer.allocUnsafe(chunk.length + 1)
    let end = 0
    let at = 0
    if (first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) {
      end = chunk.copy(squeezed, 0, 0, 3)
      at = 3
    }
    first = false
    for (; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (byte === SPACE || byte === TAB) {
        blanks = true
        continue
      }
      const lineEnds = byte === LF || byte === CR
      if (blanks && !lineBegins && !lineEnds) squeezed[end++] = TAB
      squeezed[end++] = byte
      blanks = false
      lineBegins = lineEnds
    }
    yield squeezed.subarray(0, end)
  }
}
