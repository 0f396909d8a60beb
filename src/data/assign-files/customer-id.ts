import { CUSTOMER_ID_MAX, textFault } from '../../domain/records/text-fault.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What is wrong with the id that bytes from `start` to `end` write in UTF-8, as the rest of a sentence; null when nothing is. */
export function customerIdFault(bytes: Uint8Array, start: number, end: number): string | null {
  if (start === end) return 'is empty'
  if (end - start <= CUSTOMER_ID_MAX && isPlain(bytes, start, end)) return null
  // A character of three bytes is one unit of UTF-16, so more bytes than this are too many units.
  if (end - start > 3 * CUSTOMER_ID_MAX) return `is longer than ${CUSTOMER_ID_MAX} characters`
  let text: string
  try {
    text = utf8.decode(bytes.subarray(start, end))
  } catch {
    return 'is not valid UTF-8'
  }
  if (text.length > CUSTOMER_ID_MAX) return `is longer than ${CUSTOMER_ID_MAX} characters`
  return textFault(text)
}

/** ASCII that can be seen, with spaces behind its first character. */
function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start]! === 0x20) return false
  for (let at = start; at < end; at++) if (bytes[at]! < 0x20 || bytes[at]! > 0x7e) return false
  return true
}

const lossy = new TextDecoder('utf-8')

/** An id that was refused, made fit to be shown: cut, and without what cannot be printed. */
export function shownId(bytes: Uint8Array, start: number, end: number): string {
  const text = lossy.decode(bytes.subarray(start, Math.min(end, start + CUSTOMER_ID_MAX)))
  return text.replace(/[\p{C}\ufffd]/gu, '').trim()
}
