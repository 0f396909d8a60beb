/** One way to understand dates. */
export interface Family {
  /** As a person would say it. */
  name: string
  /** strftime formats; none where the family has SQL of its own. */
  formats: readonly string[]
  /** Name under which a caller may ask for it where it has no formats; also what `source.date.format` says. */
  label?: string
  /** Its numbers are instants, not times of a timezone. */
  instants?: boolean
  /** SQL of a TIMESTAMP or NULL from the SQL of a text; for families without formats. */
  read?(text: string): string
  /** Whether it may read texts of that shape; for families without formats. */
  mayRead?(shape: string): boolean
}

const TIMES = ['', ' %H:%M', ' %H:%M:%S', ' %H:%M:%S.%f', ' %I:%M %p', ' %I:%M:%S %p', ' %I:%M%p', ' %I:%M:%S%p']
const timed = (...days: string[]): string[] => days.flatMap((day) => TIMES.map((time) => day + time))

export const ISO: Family = { name: 'ISO 8601 (year-month-day)', formats: [], label: 'iso8601' }

const isNumber = (shape: string): boolean => /^[Y9]+([.,][Y9]+)?$/.test(shape)

/** From 1990 to 2099, so that no number is of two families: 5 digits, 9 or 10, 12 or 13, and so on. */
const SECONDS = { from: 631_152_000, to: 4_102_444_799 }

/**
 * @param places by which a number is to be moved to be microseconds. Not as decimals of more than 18 digits: DuckDB
 * takes 30 microseconds to read one.
 */
function epoch(unit: string, digits: string, places: number): Family {
  const guard = (text: string) => `regexp_full_match(${text}, '${digits}([.][0-9]{1,9})?')`
  const microseconds = (text: string) =>
    places >= 0
      ? `try_cast(round(try_cast(${text} as double) * 1e${places}) as bigint)`
      : `try_cast(split_part(${text}, '.', 1)[:${places - 1}] as bigint)`
  return {
    name: `epoch ${unit} (of 1990 to 2099)`,
    formats: [],
    label: `epoch_${unit}`,
    instants: true,
    mayRead: isNumber,
    read: (text) => `case
      when ${guard(text)} and ${microseconds(text)} between ${SECONDS.from}000000 and ${SECONDS.to}999999
      then make_timestamp(${microseconds(text)}) end`
  }
}

const EXCEL: Family = {
  name: 'Excel serial days (of 1990 to 2099)',
  formats: [],
  label: 'excel_serial',
  mayRead: isNumber,
  // Day 1 is 1 January 1900, and Excel believes in a 29 February 1900. Fractions of days are no whole milliseconds.
  read: (text) => `case
    when regexp_full_match(${text}, '[0-9]{5}([.,][0-9]{1,15})?') and ${text}[1:5] between '32874' and '73050'
    then timestamp '1899-12-30' + to_milliseconds(round(try_cast(replace(${text}, ',', '.') as double) * 86400000)) end`
}

const COMPACT_FORMATS = ['%Y%m%d', '%Y%m%d%H%M', '%Y%m%d%H%M%S']

const COMPACT: Family = {
  name: 'YYYYMMDD',
  formats: [],
  label: '%Y%m%d',
  mayRead: (shape) => /^YY($|[ Tt]?[Y9:]+$)/.test(shape),
  read: (text) => `case
    when regexp_full_match(${text}, '[0-9]{8}([ tT]?[0-9]{2}:?[0-9]{2}(:?[0-9]{2})?)?')
    then try_strptime(regexp_replace(${text}, '[ tT:]', '', 'g'), [${COMPACT_FORMATS.map((format) => `'${format}'`).join(', ')}]) end`
}

/** As date-texts.ts writes dates with the name of a month. */
export const NAMED: Family = {
  name: 'dates with the month by name',
  formats: timed('%d@%m@%Y', '%d@%m@%y'),
  label: 'month_names'
}

/** Of two that read a column equally well and alike, the earlier is taken. */
export const FAMILIES: readonly Family[] = [
  ISO,
  { name: 'month/day/year', formats: timed('%m/%d/%Y', '%m/%d/%y') },
  { name: 'day/month/year', formats: timed('%d/%m/%Y', '%d/%m/%y') },
  { name: 'year/month/day', formats: timed('%Y/%m/%d') },
  { name: 'day.month.year', formats: timed('%d.%m.%Y', '%d.%m.%y') },
  { name: 'year.month.day', formats: timed('%Y.%m.%d') },
  { name: 'day-month-year', formats: timed('%d-%m-%Y', '%d-%m-%y') },
  { name: 'month-day-year', formats: timed('%m-%d-%Y', '%m-%d-%y') },
  NAMED,
  COMPACT,
  epoch('seconds', '[0-9]{9,10}', 6),
  epoch('milliseconds', '[0-9]{12,13}', 3),
  epoch('microseconds', '[0-9]{15,16}', 0),
  epoch('nanoseconds', '[0-9]{18,19}', -3),
  EXCEL
]

/** The shape, as date_values.sql makes it, of all texts that a format can read. */
export const shapeOf = (format: string): string =>
  format
    .replace('%f', 'f')
    .replace('%p', 'P')
    .replace('%Y', 'Y')
    .replace(/%[mdyHMIS]/g, '9')

/** What `source.date.format` says of texts of these shapes, the commonest first. */
export function formatName(family: Family, formats: readonly string[], shapes: readonly string[]): string {
  if (family !== COMPACT) return family.label ?? formats[0]!
  const digits = shapes.find((shape) => COMPACT.mayRead!(shape))?.replace(/[^Y9]/g, '') ?? 'YY'
  return COMPACT_FORMATS[digits === 'YY' ? 0 : digits === 'YYY' ? 1 : 2]!
}
