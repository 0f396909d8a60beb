// Regular expressions and SQL for texts of numbers.

/** Signs of money, the longer before those that they contain. */
const SIGNS = [
  'US$',
  'CA$',
  'AU$',
  'NZ$',
  'HK$',
  'A$',
  'C$',
  'R$',
  'S$',
  '$',
  '£',
  '€',
  '¥',
  '₹',
  '₽',
  '₩',
  '₺',
  '₪',
  '₫',
  '₴',
  '฿'
]
const WORDS = ['zł', 'Kč', 'kr', 'Ft', 'lei', 'лв', 'Fr']

/** The currency that a sign or word stands for; none where several use it. */
const CODE_OF_SIGN: Readonly<Record<string, string>> = {
  US$: 'USD',
  CA$: 'CAD',
  C$: 'CAD',
  AU$: 'AUD',
  A$: 'AUD',
  NZ$: 'NZD',
  HK$: 'HKD',
  S$: 'SGD',
  R$: 'BRL',
  '£': 'GBP',
  '€': 'EUR',
  '₹': 'INR',
  '₽': 'RUB',
  '₩': 'KRW',
  '₺': 'TRY',
  '₪': 'ILS',
  '₫': 'VND',
  '₴': 'UAH',
  '฿': 'THB',
  ZŁ: 'PLN',
  KČ: 'CZK',
  FT: 'HUF',
  LEI: 'RON',
  ЛВ: 'BGN',
  FR: 'CHF'
}
const SHARED_SIGNS: Readonly<Record<string, readonly string[]>> = {
  $: ['USD', 'CAD', 'AUD', 'NZD', 'HKD', 'SGD', 'MXN', 'TWD', 'CLP', 'COP', 'ARS'],
  '¥': ['JPY', 'CNY'],
  KR: ['SEK', 'NOK', 'DKK', 'ISK']
}

const CODES = Intl.supportedValuesOf('currency')
export const isCurrencyCode = (text: string): boolean => CODES.includes(text)

/** A mark as it stands in a file: the code of its currency, or the sign that several currencies share. */
export const currencyOfMark = (mark: string): string => CODE_OF_SIGN[mark.toUpperCase()] ?? mark.toUpperCase()

/** Whether two of what currencyOfMark gives can be the same money. */
export const mayBeOne = (one: string, other: string): boolean =>
  one === other || SHARED_SIGNS[one]?.includes(other) === true || SHARED_SIGNS[other]?.includes(one) === true

const escaped = (text: string): string => text.replace(/[$]/g, '[$]')
const MARKS = [...SIGNS.map(escaped), `(?i:${[...WORDS, ...CODES].join('|')})[.]?`].join('|')

/** A mark of a currency where one may stand: at the start or at the end of a number. */
export const CURRENCY_MARK = `(?:${MARKS})`

const BLANKS = '[ \\t\\x{a0}\\x{202f}\\x{2009}\\x{2007}]*'
/** What stands for no value. */
export const MISSING = `(?i)${BLANKS}(null|nan|none|n/a|<na>)?${BLANKS}`
export const PLAIN = `${BLANKS}[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?${BLANKS}`
/** A plain number whose point might as well stand before thousands. */
export const GROUPED_BY_POINTS = `${BLANKS}[-+]?[1-9][0-9]{0,2}([.][0-9]{3})${BLANKS}`

/** Bare numbers by what stands before their decimals; lakhs and crores are grouped by two. */
export const READ_WITH = {
  '.': numberWith('[.]', ['[0-9]{1,3}(,[0-9]{3})+', '[0-9]{1,2}(,[0-9]{2})+,[0-9]{3}']),
  ',': numberWith(',', ['[0-9]{1,3}([.][0-9]{3})+'])
} as const

function numberWith(decimal: string, grouped: readonly string[]): string {
  const wholes = [
    ...grouped.map((each) => each.replace('[0-9]{1,3}', '[1-9][0-9]{0,2}')),
    '[0-9]{1,3}( [0-9]{3})+',
    "[0-9]{1,3}('[0-9]{3})+",
    '[0-9]+'
  ]
  return `[-+]?(?:(?:${wholes.join('|')})(?:${decimal}[0-9]*)?|${decimal}[0-9]+)(?:[eE][-+]?[0-9]+)?`
}

/**
 * SQL of a number's text without marks of money, with one kind of blank and of apostrophe, and its sign in front:
 * `(5.00)` and `5.00-` are negative.
 */
export function bareNumber(text: string): string {
  const mark = CURRENCY_MARK.replaceAll("'", "''")
  const uniform = `trim(translate(${text}, '−' || chr(160) || chr(8239) || chr(8201) || chr(8199) || chr(9) || '’´', '-     '''''))`
  const unmarked = `regexp_replace(regexp_replace(${uniform}, '^([-+(]?) ?${mark} ?', '\\1'), ' ?${mark} ?([-)]?)$', '\\1')`
  const signed = `regexp_replace(regexp_replace(${unmarked}, '^[(](.*)[)]$', '-\\1'), '^([^-+(]*[0-9]) ?-$', '-\\1')`
  return `regexp_replace(${signed}, '^([-+]) ', '\\1')`
}
