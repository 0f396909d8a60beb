/** Rows that are looked at before a file without a header is taken for the one it looks like. */
const ROWS_MIN = 20
const ROWS = 2000

const SAMPLE = /^(\d{5})\t(\d{4})\t(\d{8})\t\d{1,3}\t\d+\.\d\d$/
const MASTER = /^(\d{5})\t(\d{8})\t\d{1,3}\t\d+\.\d\d$/

/**
 * Columns of the CDNOW data set (Fader and Hardie), which comes without a header and is what many try first.
 *
 * A column of dollars may be a price or a total, and no content tells which; so the columns are taken only of a file that
 * is this one: blanks between values, ids of five digits, and every order between January 1997 and June 1998.
 *
 * @param text its first bytes, with one tab between values
 */
export function cdnowColumns(text: string): { columns: (string | null)[]; note: string } | null {
  const rows = text.split(/[\r\n]+/, ROWS).slice(0, -1)
  if (rows.length < ROWS_MIN) return null
  for (const [shape, columns] of [
    [SAMPLE, ['customer_id', null, 'ordered_at', 'quantity', 'line_total']],
    [MASTER, ['customer_id', 'ordered_at', 'quantity', 'line_total']]
  ] as const) {
    const fits = rows.every((row) => {
      const day = shape.exec(row)?.at(-1)
      return day !== undefined && day >= '19970101' && day <= '19980630'
    })
    if (!fits) continue
    return {
      columns: [...columns],
      note: 'The file has no header and looks like the CDNOW data set: its columns were taken for customer, date, number of items and total of the order. Say options.columns if they are not.'
    }
  }
  return null
}
