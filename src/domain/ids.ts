export const ID_PREFIXES = {
  dataset: 'ds',
  model: 'mdl',
  segment: 'seg',
  job: 'job',
  upload: 'upl',
  assignFile: 'asg'
} as const
export type IdPrefix = (typeof ID_PREFIXES)[keyof typeof ID_PREFIXES]

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'

/**
 * An opaque id: prefix, underscore and 24 characters out of 36 (124 bits), safe in file names and URLs.
 *
 * @param chance at least 24 random bytes; a byte of 252 or more would favour some letters and is skipped
 * @throws RangeError when fewer than 24 usable bytes were given
 */
export function formatId(prefix: IdPrefix, chance: Uint8Array): string {
  let text = ''
  for (const byte of chance) {
    if (byte >= 252) continue
    text += ALPHABET[byte % 36]
    if (text.length === 24) return `${prefix}_${text}`
  }
  throw new RangeError('an id needs 24 usable random bytes')
}
