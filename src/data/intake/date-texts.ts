import { sqlText } from '../duckdb.ts'

// SQL that brings dates with names of months and weekdays, with words around the time and with zones into one form.

const WEEKDAYS = [
  'monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun',
  'montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so',
  'lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim',
  'lunes martes miercoles jueves viernes sabado domingo mie jue vie sab dom'
]

/** English, German, French and Spanish, in full and short, without accents. */
const MONTHS = [
  'january januar janner janvier enero jan janv ene',
  'february februar fevrier febrero feb fevr fev',
  'march marz maerz mars marzo mar mrz',
  'april avril abril apr avr abr',
  'may mai mayo',
  'june juni juin junio jun',
  'july juli juillet julio jul juil',
  'august aout agosto aug ago',
  'september septembre septiembre setiembre sept sep set',
  'october oktober octobre octubre oct okt',
  'november novembre noviembre nov',
  'december dezember decembre diciembre dec dez dic'
]

const anyOf = (words: string): string => `(?:${words.replaceAll(' ', '|')})`

const replace = (text: string, pattern: string, by: string, all = ''): string =>
  `regexp_replace(${text}, ${sqlText(pattern)}, ${sqlText(by)}${all === '' ? '' : `, '${all}'`})`

/** Every kind of blank as one, small letters, no accents. */
const plain = (text: string): string =>
  `lower(strip_accents(regexp_replace(${text}, '[\\s\\x{a0}\\x{202f}\\x{2009}]+', ' ', 'g')))`

const CLOCK = '[0-9]{1,2}[:h][0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?(?: ?[ap][.]? ?m[.]?)?'
const ZONE = '(z|utc|gmt|(?:utc|gmt)? ?[-+][0-9]{2}:?[0-9]{2})(?: ?[(][a-z ./]*[)])?'
const ZONED = `((?:^|[^0-9])${CLOCK}|[0-9]{8}t[0-9]{4,6}) ?${ZONE}( [0-9]{4})?$`

/** Zone at the end of a date with a time, as `z`, `utc+0100` or the like; empty where there is none. */
const zoneOf = (text: string): string => `regexp_extract(${plain(text)}, ${sqlText(ZONED)}, 2)`

/** Minutes east of UTC that a date names; NULL where it names no zone. */
export const zoneMinutes = (text: string): string => {
  const zone = zoneOf(text)
  const digits = `replace(regexp_extract(${zone}, '[-+][0-9:]+'), ':', '')`
  return `case
    when ${zone} = '' then null
    when ${digits} = '' then 0
    else (${digits}[1] || '1')::int * (60 * ${digits}[2:3]::int + ${digits}[4:5]::int) end`
}

/**
 * A date without weekday, zone and words around its time; one with the name of a month as `day@month@year`, for example
 * `10@12@2010 08:26`.
 */
export function tidyDate(text: string): string {
  let sql = replace(plain(text), ZONED, '\\1\\3')
  const next = '((?:[0-9]{1,2}(?:st|nd|rd|th|er|o)?[.]?[ -]+(?:de )?)?[a-z]|[0-9]+[-./][0-9a-z])'
  sql = replace(sql, `^${anyOf(WEEKDAYS.join(' '))}[.]?,? +${next}`, '\\1')
  for (const [at, names] of MONTHS.entries()) {
    sql = replace(sql, `(^|[^a-z])${anyOf(names)}[.]?([^a-z]|$)`, `\\1@${String(at + 1).padStart(2, '0')}\\2`)
  }
  const day = '([0-9]{1,2})(?:st|nd|rd|th|er|o)?'
  const year = '([0-9]{4}|[0-9]{2})(?:,? |t|,|$)'
  // The last of these is that of ctime, with the year behind the time.
  sql = replace(sql, `^${day}[-./ ]*(?:de |of )?@([0-9]{2})[-./, ]*(?:del? )?${year}`, '\\1@\\2@\\3 ')
  sql = replace(sql, `^@([0-9]{2})[-./ ]*${day}[-., ]+${year}`, '\\2@\\1@\\3 ')
  sql = replace(sql, `^([0-9]{4})[-./ ]*@([0-9]{2})[-./ ]*${day}(?:,? |t|,|$)`, '\\3@\\2@\\1 ')
  sql = replace(sql, `^@([0-9]{2}) +([0-9]{1,2}) (${CLOCK}) +([0-9]{4})$`, '\\2@\\1@\\4 \\3')
  sql = replace(sql, `([0-9])(?:,? *(?:at|um|a las|a|,|-|t) *| +)([0-9]{1,2}[:h][0-9]{2})`, '\\1 \\2')
  sql = replace(sql, '([0-9])h([0-9]{2})', '\\1:\\2')
  sql = replace(sql, ' ?uhr$', '')
  sql = replace(sql, '([ap])[.]? ?m[.]?$', '\\1m')
  return `trim(${sql})`
}
