import type { DuckDb } from '../duckdb.ts'

/** One way of reading dates compared with another, in lines. */
export interface Rival {
  /** Lines that only the winner reads. */
  onlyWinner: number
  /** Lines that only the rival reads. */
  onlyRival: number
  /** Values that both read, as different instants. */
  differ: number
  example: string | null
}

export interface Readings {
  /** Lines that each candidate reads. */
  counts: number[]
  /** How one candidate reads the lines compared with another. */
  rivals(winner: number, rival: number): Rival
}

/**
 * Reads every date in each of several ways, once, which is most of the work however many are compared.
 * Reads: date_values.
 * @param candidates SQL of a TIMESTAMP, or NULL, from a text called `value`
 */
export async function compareReadings(db: DuckDb, candidates: { expression: string }[]): Promise<Readings> {
  const lines = (condition: string) => `coalesce(sum(lines) filter (${condition}), 0)::double`
  const readings = candidates.map(({ expression }, at) => `, ${expression} as r${at}`)
  const figures = candidates.flatMap((_, one) => [
    `${lines(`r${one} is not null`)} as n${one}`,
    ...candidates.flatMap((_, other) => {
      if (one === other) return []
      const alone = `${lines(`r${one} is not null and r${other} is null`)} as alone_${one}_${other}`
      if (one > other) return [alone]
      const differ = `r${one} <> r${other}`
      return [
        alone,
        `${lines(differ)} as differ_${one}_${other}`,
        `min(value) filter (${differ}) as example_${one}_${other}`
      ]
    })
  ])
  const [row] = await db.rows<Record<string, number> & Record<`example_${string}`, string | null>>(
    `select ${['count(*)', ...figures].join(', ')} from (select lines, value${readings.join('')} from date_values)`
  )
  const counts = candidates.map((_, at) => row![`n${at}`]!)
  return {
    counts,
    rivals(winner, rival) {
      const pair = `${Math.min(winner, rival)}_${Math.max(winner, rival)}`
      return {
        onlyWinner: row![`alone_${winner}_${rival}`]!,
        onlyRival: row![`alone_${rival}_${winner}`]!,
        differ: row![`differ_${pair}`]!,
        example: row![`example_${pair}`] ?? null
      }
    }
  }
}
