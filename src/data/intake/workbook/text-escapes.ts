/**
 * The text of a cell as it is shown: `_x000D_` and the like stand for characters that XML cannot hold (ECMA-376 part 1,
 * 22.9.2.19). Control characters other than blanks become blanks.
 */
export function plainText(text: string): string {
  if (!text.includes('_x')) return text
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => {
    const code = Number.parseInt(hex, 16)
    return code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d ? ' ' : String.fromCharCode(code)
  })
}

/** Excel keeps 15 digits; more are noise of the double they were stored as. */
const EXACT_LENGTH = 16

/**
 * The number of a cell as text. A double's noise, as in 2.5499999999999998 for 2.55, goes by the shortest text that gives
 * the same double; whole numbers keep all digits, for they may be ids.
 */
export function numberText(stored: string): string {
  if (stored.length <= EXACT_LENGTH && !/[eE]/.test(stored)) return stored
  if (/^[-+]?[0-9]+$/.test(stored)) return stored
  const number = Number(stored)
  return Number.isFinite(number) ? String(number) : stored
}
