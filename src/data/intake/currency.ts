import { Problem } from '../../errors.ts'
import type { DuckDb } from '../duckdb.ts'
import { thousands } from './dates.ts'
import { currencyOfMark, isCurrencyCode, mayBeOne } from './number-texts.ts'

/** Lines by the currency that is written in them. */
export type CurrencyCounts = ReadonlyMap<string, number>

/**
 * @param rows SQL of the rows
 * @param marks SQL of what is written in them: codes of a column, signs beside numbers
 */
export async function countCurrencies(db: DuckDb, rows: string, marks: readonly string[]): Promise<CurrencyCounts> {
  const counts = new Map<string, number>()
  if (marks.length === 0) return counts
  const each = marks.map((mark) => `select ${mark} as mark, count(*) as lines from ${rows} group by all`)
  const found = await db.rows<{ mark: string; lines: number }>(`
    select mark, sum(lines)::double as lines
    from (${each.join(' union all ')})
    where mark is not null
    group by mark order by lines desc, mark limit 1000`)
  for (const { mark, lines } of found) {
    const currency = currencyOfMark(mark.trim().replace(/\.$/, ''))
    counts.set(currency, (counts.get(currency) ?? 0) + lines)
  }
  return counts
}

/** Whether some lines cannot be in the same money as others. */
export function areMixed(counts: CurrencyCounts): boolean {
  const all = [...counts.keys()]
  return all.some((one, at) => all.slice(at + 1).some((other) => !mayBeOne(one, other)))
}

/**
 * The one currency of the amounts, null where the file does not say; and a sentence where its sign says it by half.
 * @throws Problem mixed_currencies, currency_mismatch
 */
export function theCurrency(
  counts: CurrencyCounts,
  asked: string | undefined
): { currency: string | null; note: string | null } {
  const all = [...counts.keys()]
  if (areMixed(counts)) {
    const shown = [...counts]
      .slice(0, 10)
      .map(([currency, lines]) => `${currency.slice(0, 20)} (${thousands(lines)} lines)`)
    throw new Problem(
      'mixed_currencies',
      `The amounts are in several currencies: ${shown.join(', ')}. Send one file for each, convert them before, or keep the lines of one by options.countries.`,
      { extensions: { currencies: Object.fromEntries(counts) } }
    )
  }
  const code = all.find(isCurrencyCode)
  if (asked !== undefined) {
    const other = all.find((each) => !mayBeOne(each, asked) && (isCurrencyCode(each) || !/[A-Z]/.test(each)))
    if (other === undefined) return { currency: asked, note: null }
    throw new Problem(
      'currency_mismatch',
      `options.currency is ${asked}, but the amounts of the file are marked ${other}; leave the option out, or correct it.`
    )
  }
  if (code !== undefined) return { currency: code, note: null }
  const [sign] = all
  if (sign === undefined) return { currency: null, note: null }
  return {
    currency: null,
    note: `Amounts are marked ${sign.slice(0, 20)}, which names no single currency; say which by options.currency.`
  }
}
