/** What a column's name says, however it is written: no case, spaces, punctuation, accents; `#` and `%` mean something. */
export const squeezed = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^\p{L}\p{N}%#]+/gu, '')

const BRACKETS = /[([{][^)\]}]*[)\]}]/g
const MONEY_UNIT = /[\s_-]+(in[\s_-]+)?([$€£¥]|eur|euro|usd|gbp|chf|cad|aud|jpy|pln|sek|nok|dkk)$/i

/** The readings of a name, the surest first: as it is, without its unit, without the table it was joined from. */
export function readings(name: string): string[] {
  const bare = name.replace(BRACKETS, ' ').trim().replace(MONEY_UNIT, '')
  const unqualified = bare.slice(bare.lastIndexOf('.') + 1)
  return [...new Set([squeezed(name), squeezed(bare), squeezed(unqualified)])].filter((each) => each !== '')
}
