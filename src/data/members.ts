import { isUtf8 } from 'node:buffer'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { MOST_GROUPS, type ProductGroups } from '../domain/features/product-groups.ts'
import type { FeatureColumns } from '../domain/records/model.ts'
import { CustomerIndex, encodeIds, type PreparedIndex, prepareIndex } from '../domain/serving/customer-index.ts'
import { corrupt, type NumberArray, readArrays, writeArrays } from './columnar-file.ts'

/** What a trained model says about each of its customers: one row each. */
export interface MemberTable {
  /** Ascending by code point, none twice. */
  customerIds: string[]
  /** Index of the segment in the model's list. */
  segments: Int32Array
  /** To the centre of the own segment. */
  distances: Float64Array
  /** How much nearer the own segment is than the next. */
  margins: Float64Array
  /** NaN where it was not computed. */
  silhouettes: Float64Array
  revenue: Float64Array
  features: FeatureColumns
}

export const TABLE_FILE = 'members.bin'
const GROUPS_FILE = 'groups.json'
const GROUPS_VERSION = 1
const MOST_SEGMENTS = 65_536
/** Before the name of a feature in the name of its array. */
export const FEATURE = 'feature:'

/**
 * Writes members.bin and groups.json into a folder that is not published yet.
 * @param poll called every few milliseconds; may throw to end
 * @throws RangeError for rows that do not fit together
 */
export async function writeMembers(
  folder: string,
  table: MemberTable,
  groups: ProductGroups | null,
  poll: () => void = () => {}
): Promise<void> {
  const ids = encodeIds(table.customerIds, poll)
  const arrays = new Map<string, NumberArray>([
    ['id_offsets', ids.offsets],
    ['id_bytes', ids.bytes],
    ['segments', table.segments],
    ['distances', table.distances],
    ['margins', table.margins],
    ['silhouettes', table.silhouettes],
    ['revenue', table.revenue],
    ...table.features.names.map((name, column) => [FEATURE + name, table.features.columns[column]!] as const)
  ])
  checkRows(arrays, table.customerIds.length)
  await writeArrays(join(folder, TABLE_FILE), arrays, poll)
  await writeGroups(folder, groups)
}

/** Writes groups.json beside members that are written in pieces. */
export async function writeGroups(folder: string, groups: ProductGroups | null): Promise<void> {
  await writeFile(join(folder, GROUPS_FILE), JSON.stringify({ version: GROUPS_VERSION, groups }), { flag: 'wx' })
}

/**
 * Reads what writeMembers wrote, with a turn for other requests every few milliseconds.
 * @throws Problem dataset_corrupt when a file is missing, damaged, or of a newer version
 */
export async function readMembers(folder: string): Promise<Members> {
  const [arrays, groups] = await Promise.all([
    readArrays(join(folder, TABLE_FILE)),
    readGroups(join(folder, GROUPS_FILE))
  ])
  try {
    return new Members(await inTurns(prepare(arrays, groups)))
  } catch (cause) {
    throw corrupt('its parts do not fit together', cause)
  }
}

async function inTurns<Result>(steps: Generator<undefined, Result>): Promise<Result> {
  let step = steps.next()
  while (!step.done) {
    await new Promise((resolve) => setImmediate(resolve))
    step = steps.next()
  }
  return step.value
}

/** A table that has been checked. All its numbers lie in shared memory: sent to a worker, they are not copied. */
export interface MemberParts {
  arrays: ReadonlyMap<string, NumberArray>
  /** What category_breadth and the preferences of the training data speak of. */
  groups: ProductGroups | null
  index: PreparedIndex
  /** The rows of each segment in ascending order. */
  rows: readonly Int32Array[]
}

/** @throws RangeError when the arrays do not make a table */
function* prepare(
  arrays: ReadonlyMap<string, NumberArray>,
  groups: ProductGroups | null
): Generator<undefined, MemberParts> {
  const ids = { bytes: take(arrays, 'id_bytes', Uint8Array), offsets: take(arrays, 'id_offsets', Uint32Array) }
  const index = yield* prepareIndex(ids)
  checkText(ids.bytes, ids.offsets)
  yield
  checkRows(arrays, ids.offsets.length - 1)
  return { arrays, groups, index, rows: yield* rowsBySegment(take(arrays, 'segments', Int32Array)) }
}

/** The customers of a trained model, by row or by id. Rows are in ascending order of the customer ids. */
export class Members {
  readonly n: number
  readonly featureNames: readonly string[]
  readonly groups: ProductGroups | null
  private readonly index: CustomerIndex
  private readonly segments: Int32Array
  private readonly distances: Float64Array
  private readonly margins: Float64Array
  private readonly silhouettes: Float64Array
  private readonly revenues: Float64Array
  private readonly columns: readonly Float64Array[]
  private readonly rows: readonly Int32Array[]

  /** @param parts may have come from another thread */
  constructor(readonly parts: MemberParts) {
    const { arrays, groups, index, rows } = parts
    this.groups = groups
    this.index = new CustomerIndex(index)
    this.n = this.index.size
    this.segments = take(arrays, 'segments', Int32Array)
    this.distances = take(arrays, 'distances', Float64Array)
    this.margins = take(arrays, 'margins', Float64Array)
    this.silhouettes = take(arrays, 'silhouettes', Float64Array)
    this.revenues = take(arrays, 'revenue', Float64Array)
    const features = [...arrays.keys()].filter((name) => name.startsWith(FEATURE))
    this.featureNames = features.map((name) => name.slice(FEATURE.length))
    this.columns = features.map((name) => take(arrays, name, Float64Array))
    this.rows = rows
  }

  rowOf(customerId: string): number | undefined {
    return this.index.rowOf(customerId)
  }

  customerId(row: number): string {
    return this.index.idOf(row)
  }

  segment(row: number): number {
    return this.segments[row]!
  }

  distance(row: number): number {
    return this.distances[row]!
  }

  margin(row: number): number {
    return this.margins[row]!
  }

  /** NaN where it was not computed. */
  silhouette(row: number): number {
    return this.silhouettes[row]!
  }

  revenue(row: number): number {
    return this.revenues[row]!
  }

  /** @param column index into featureNames. @returns NaN where absent */
  feature(row: number, column: number): number {
    return this.columns[column]![row]!
  }

  /** Ascending, and so in the order of the customer ids; empty for a segment without members. Not to be changed. */
  rowsOf(segment: number): Int32Array {
    return this.rows[segment] ?? new Int32Array()
  }
}

function take<Kind extends NumberArray>(
  arrays: ReadonlyMap<string, NumberArray>,
  name: string,
  kind: abstract new (...values: never[]) => Kind
): Kind {
  const values = arrays.get(name)
  if (!(values instanceof kind)) throw new RangeError(`there must be an array ${name} of the right type`)
  return values
}

function checkRows(arrays: ReadonlyMap<string, NumberArray>, n: number): void {
  for (const [name, { length }] of arrays) {
    const expected = name === 'id_bytes' ? length : name === 'id_offsets' ? n + 1 : n
    if (length !== expected) throw new RangeError(`${name} must have one value for each of ${n} customers`)
  }
}

/** Every id on its own must be UTF-8: the whole is, and no id begins inside a character. */
function checkText(bytes: Uint8Array, offsets: Uint32Array): void {
  let splits = false
  for (let row = 0; row < offsets.length; row++) splits ||= (bytes[offsets[row]!]! & 0xc0) === 0x80
  if (splits || !isUtf8(bytes)) throw new RangeError('the ids must be UTF-8')
}

/** The rows of each segment in ascending order, by a counting sort. */
function* rowsBySegment(segments: Int32Array): Generator<undefined, Int32Array[]> {
  const sizes: number[] = []
  for (const segment of segments) {
    if (segment < 0 || segment >= MOST_SEGMENTS) throw new RangeError(`no segment has the index ${segment}`)
    while (sizes.length <= segment) sizes.push(0)
    sizes[segment]!++
  }
  yield
  const rows = sizes.map((size) => new Int32Array(new SharedArrayBuffer(size * Int32Array.BYTES_PER_ELEMENT)))
  const filled = sizes.map(() => 0)
  for (let row = 0; row < segments.length; row++) {
    const segment = segments[row]!
    rows[segment]![filled[segment]!++] = row
  }
  return rows
}

const groupsSchema = z
  .strictObject({
    kind: z.enum(['category', 'co_purchase']),
    groups: z.array(z.strictObject({ slug: z.string(), name: z.string() })).max(MOST_GROUPS),
    members: z.array(z.tuple([z.string(), z.int().min(0)]))
  })
  .refine(({ groups, members }) => members.every(([, index]) => index < groups.length))

const groupsFileSchema = z.strictObject({ version: z.int(), groups: groupsSchema.nullable() })

async function readGroups(path: string): Promise<ProductGroups | null> {
  let content: { version?: unknown }
  try {
    content = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw corrupt('a part cannot be read', cause)
  }
  if (Number(content?.version) > GROUPS_VERSION) throw corrupt('it was written by a newer version of this service')
  const parsed = groupsFileSchema.safeParse(content)
  if (!parsed.success) throw corrupt('a part has another form', parsed.error)
  return parsed.data.groups
}
