import { join } from 'node:path'
import type { CustomerAttribute } from '../../domain/records/dataset.ts'
import { type DuckDb, sqlName } from '../duckdb.ts'
import { squeezed } from './columns/squeezed.ts'
import { textOf } from './fields.ts'
import { type Header, unmappedColumns } from './order-columns.ts'
import { copyTo, type Staged } from './stage.ts'

const ATTRIBUTES_MAX = 50
/** Rows of the customers among whom it is found out which columns say something of a customer. */
const SAMPLED_ROWS = 200_000
/** Customers and attributes that are gathered at a time: what is held in memory. */
const GATHERED = 1_000_000

/** Says who a customer is rather than what they are like: not kept beside the orders. */
const PERSONAL =
  /mail|phone|telefon|telefono|mobil|fax|name|nom$|nombre|street|strasse|address|adresse|direccion|iban|passwor|card|(^|customer|client)ip|note|comment|token|user|company/
/** Usual columns of customers, believed where there are few customers to tell by. */
const USUAL =
  /country|land$|pays|^pais|city|town|stadt|ville|ciudad|state|region|province|bundesland|gender|sex$|geschlecht|^age|alter$|birth|signup|registered|membersince|segment|tier|loyalty|membership|language|zip|postcode|postal|plz|income|occupation|marital|household/

/** What most customers with several orders, and at least so many of them, have but once. */
const CONSTANT_SHARE = 0.95
const USUAL_CONSTANT_SHARE = 0.8
const RETURNING_MIN = 20

interface Candidate {
  column: string
  /** SQL of its text in a row of the file, or in `kept`. */
  sql: string
  usual: boolean
}

/**
 * Writes customers.parquet where the file says something of its customers: customer_id and a text column for each
 * attribute, its value in the latest order that has one.
 * Reads: kept, judged_texts.
 * @returns the attributes, in the order of the file
 */
export async function writeAttributes(
  db: DuckDb,
  staged: Staged,
  header: Header,
  output: string
): Promise<CustomerAttribute[]> {
  const candidates = candidatesOf(staged, header)
  if (candidates.length === 0) return []
  const values = candidates.map(({ sql }, at) => `nullif(trim(${sql}), '') as a${at}`).join(', ')
  const ofTheFile = candidates.some(({ sql }) => sql !== 'country')
  const rows = ofTheFile ? '(select * from judged_texts where rule is null)' : 'kept'
  const source = `select customer_id, row, ordered_at, ${values} from ${rows}`
  const { kept, customers } = await constantOnes(db, source, candidates, staged.rows)
  if (kept.length === 0) return []

  const names = new Set(['customer_id'])
  const attributes = kept.map((at) => ({ at, name: uniqueName(candidates[at]!.column, names) }))
  const latest = attributes.map(
    ({ at, name }) => `arg_max(a${at}, (ordered_at, row)) filter (a${at} is not null) as ${sqlName(name)}`
  )
  const parts = Math.ceil((customers * kept.length) / GATHERED) || 1
  for (let part = 0; part < parts; part++) {
    const select = `select customer_id, ${latest.join(', ')} from (${source}) where hash(customer_id) % ${parts} = ${part} group by customer_id`
    await db.run(part === 0 ? `create temp table attributes as ${select}` : `insert into attributes ${select}`)
  }
  await copyTo(db, join(output, 'customers.parquet'), 'select * from attributes order by customer_id')
  const counts = attributes.flatMap(({ name }, at) => [
    `count(${sqlName(name)})::double as n${at}`,
    `count(distinct ${sqlName(name)})::double as d${at}`
  ])
  const [found] = await db.rows<Record<string, number>>(`select ${counts.join(', ')} from attributes`)
  return attributes.map(({ at, name }, place) => ({
    name,
    column: candidates[at]!.column,
    customers: found![`n${place}`]!,
    values: found![`d${place}`]!
  }))
}

function candidatesOf(staged: Staged, header: Header): Candidate[] {
  const { columns, names } = header
  const free = new Set(unmappedColumns(header))
  return names.flatMap((column, at): Candidate[] => {
    const key = squeezed(column)
    if (at === columns.country) return [{ column, sql: 'country', usual: true }]
    if (!free.has(column) || PERSONAL.test(key) || at === staged.calledOff) return []
    return [{ column, sql: textOf(at), usual: USUAL.test(key) }]
  })
}

/** Places of the candidates that are the same in all orders of a customer, and about how many customers there are. */
async function constantOnes(
  db: DuckDb,
  source: string,
  candidates: readonly Candidate[],
  rows: number
): Promise<{ kept: number[]; customers: number }> {
  const each = candidates.flatMap((_, at) => [`min(a${at}) as low${at}`, `max(a${at}) as high${at}`])
  const counts = candidates.flatMap((_, at) => [
    `count(low${at}) filter (returns)::double as returning${at}`,
    `count(*) filter (returns and low${at} = high${at})::double as constant${at}`,
    `(min(low${at}) is distinct from max(high${at}))::integer::double as varied${at}`
  ])
  const share = Math.ceil(rows / SAMPLED_ROWS)
  const [found] = await db.rows<Record<string, number>>(`
    select count(*)::double as customers, ${counts.join(', ')}
    from (
      select min(ordered_at)::date < max(ordered_at)::date as returns, ${each.join(', ')}
      from (${source})${share === 1 ? '' : ` where hash(customer_id) % ${share} = 0`}
      group by customer_id
    )`)
  const kept = candidates
    .flatMap(({ usual }, at) => {
      const [returning, constant] = [found![`returning${at}`]!, found![`constant${at}`]!]
      if (usual) return found![`varied${at}`]! > 0 && constant >= returning * USUAL_CONSTANT_SHARE ? [at] : []
      const sure = returning >= RETURNING_MIN && constant >= returning * CONSTANT_SHARE
      return sure && found![`varied${at}`]! > 0 ? [at] : []
    })
    .slice(0, ATTRIBUTES_MAX)
  return { kept, customers: found!.customers! * share }
}

function uniqueName(column: string, taken: Set<string>): string {
  const words = column.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1_$2').toLowerCase()
  const name = words.replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_+|_+$/g, '') || 'attribute'
  let unique = name
  for (let count = 2; taken.has(unique); count++) unique = `${name}_${count}`
  taken.add(unique)
  return unique
}
