import type { Members } from '../data/members.ts'
import type { Dataset } from '../domain/records/dataset.ts'
import { roundDistance } from '../domain/records/decimal-text.ts'
import type { Job } from '../domain/records/job.ts'
import type { Model, ModelFit } from '../domain/records/model.ts'
import type { Segment } from '../domain/records/segment.ts'
import { type Assigner, prepareAssigner } from '../domain/serving/assign.ts'
import type { Tenant } from '../domain/tenant.ts'
import { isFeatureName } from '../domain/vocabulary.ts'
import { type FieldError, Problem } from '../errors.ts'
import type { AtHand } from './messages/at-hand.ts'
import type { SegmentMember } from './messages/customers.ts'
import type { ModelWithState } from './messages/models.ts'
import type { ReceivedFile } from './messages/orders.ts'
import type { PageOf, PageRequest } from './messages/pages.ts'
import type { Tools } from './tools.ts'

// How a caller's word is found, or refused with the sentence that says which one was meant.
// Another tenant's id is looked up among one's own, so it is missing exactly as one that never was.

export async function findDataset({ stores }: Tools, tenant: Tenant, id: string): Promise<Dataset> {
  const dataset = await stores.datasets.get(tenant, id)
  if (dataset === undefined)
    throw new Problem('dataset_not_found', `There is no dataset ${id}. GET /datasets lists them.`)
  return dataset
}

export async function findModel({ stores }: Tools, tenant: Tenant, id: string): Promise<ModelWithState> {
  const model = await stores.models.get(tenant, id)
  if (model === undefined) throw new Problem('model_not_found', `There is no model ${id}. GET /models lists them.`)
  return withState(model, await stores.champions.get(tenant))
}

/** The model that speaks for the tenant. */
export async function findChampion(tools: Tools, tenant: Tenant): Promise<ModelWithState> {
  const id = await tools.stores.champions.get(tenant)
  const model = id === undefined ? undefined : await tools.stores.models.get(tenant, id)
  if (model === undefined) {
    throw new Problem(
      'champion_not_found',
      'Train a model with POST /models, or promote one with PUT /models/champion.'
    )
  }
  return withState(model, model.id)
}

/** The model asked for, or the champion: without a promise where the store has it at hand. */
export const findModelOrChampion = (tools: Tools, tenant: Tenant, id: string | undefined): AtHand<ModelWithState> =>
  id === undefined ? (championAtHand(tools, tenant) ?? findChampion(tools, tenant)) : findModel(tools, tenant, id)

function championAtHand({ stores }: Tools, tenant: Tenant): ModelWithState | undefined {
  const id = stores.champions.known?.(tenant)
  const model = id === undefined ? undefined : stores.models.known?.(tenant, id)
  return model && withState(model, model.id)
}

/** A segment and its model. The champion's come first, as they are asked for most. */
export async function findSegment(
  tools: Tools,
  tenant: Tenant,
  id: string
): Promise<{ model: ModelWithState; segment: Segment; index: number }> {
  const champion = await tools.stores.champions.get(tenant)
  for await (const model of championFirst(tools, tenant, champion)) {
    const index = model.segments.findIndex((segment) => segment.id === id)
    const segment = model.segments[index]
    if (segment !== undefined) return { model: withState(model, champion), segment, index }
  }
  throw new Problem('segment_not_found', `There is no segment ${id}. GET /segments lists the champion's.`)
}

async function* championFirst({ stores }: Tools, tenant: Tenant, champion: string | undefined): AsyncGenerator<Model> {
  const first = champion === undefined ? undefined : await stores.models.get(tenant, champion)
  if (first !== undefined) yield first
  let after: string | undefined
  do {
    const page = await stores.models.list(tenant, { limit: 100, after })
    yield* page.records.filter((model) => model.id !== champion)
    after = page.next ?? undefined
  } while (after !== undefined)
}

const withStates = { true: new WeakMap<Model, ModelWithState>(), false: new WeakMap<Model, ModelWithState>() }

/** Made once for each record in memory: a record is large, and asked for with each request. */
export function withState(model: Model, champion: string | undefined): ModelWithState {
  const isChampion = model.id === champion
  const known = withStates[`${isChampion}`]
  let stated = known.get(model)
  if (stated === undefined) {
    stated = Object.freeze({ ...model, champion: isChampion })
    known.set(model, stated)
  }
  return stated
}

/** One page of a record list, with the store's position turned into the caller's cursor. */
export async function pageOf<Item>(
  { cursors }: Tools,
  tenant: Tenant,
  list: string,
  page: PageRequest,
  read: (page: { limit: number; after: string | undefined }) => Promise<{ records: Item[]; next: string | null }>
): Promise<PageOf<Item>> {
  const after = page.cursor === undefined ? undefined : cursors.read(tenant, list, page.cursor)
  const { records, next } = await read({ limit: page.limit, after })
  return { data: records, next_cursor: next === null ? null : cursors.write(tenant, list, next) }
}

/**
 * The row of a customer of the model's training.
 * @throws Problem customer_not_found
 */
export function findRow(members: Members, model: Model, customerId: string): number {
  const row = members.rowOf(customerId)
  if (row === undefined || model.segments[members.segment(row)] === undefined) {
    throw new Problem(
      'customer_not_found',
      `Model ${model.id} has not seen this customer: send its features or orders to POST /assign.`
    )
  }
  return row
}

/** One customer as training left it. NaN, which JSON does not know, is null on the wire. */
export function memberAt(
  members: Members,
  row: number,
  segmentId: string,
  customerId = members.customerId(row)
): SegmentMember {
  return {
    customer_id: customerId,
    segment_id: segmentId,
    distance: roundDistance(members.distance(row)),
    margin: roundDistance(members.margin(row)),
    silhouette: orNull(members.silhouette(row)),
    revenue: members.revenue(row),
    features: featuresAt(members, row)
  }
}

function featuresAt(members: Members, row: number): Record<string, number | null> {
  const features: Record<string, number | null> = {}
  for (const [column, name] of members.featureNames.entries()) features[name] = orNull(members.feature(row, column))
  return features
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)

const assigners = new WeakMap<ModelFit, Assigner>()

/** Prepared once for each model record in memory. */
export function assignerOf(fit: ModelFit): Assigner {
  let assigner = assigners.get(fit)
  if (assigner === undefined) {
    assigner = prepareAssigner(fit)
    assigners.set(fit, assigner)
  }
  return assigner
}

/** The instant as of which customers are assigned: the model's own, or the one that the caller names. */
export function referenceOf(tools: Tools, tenant: Tenant, model: Model, given: string | undefined): AtHand<string> {
  if (given === undefined) return model.reference_date
  return findDataset(tools, tenant, model.dataset_id).then(({ timezone }) =>
    tools.calendar.endOf(given, timezone).toISOString()
  )
}

export { isFeatureName }

/** Lets other requests have their turn. */
export const takeTurns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The first code decides the kind of answer: a list of customers that lack a feature reads as that. */
export function assignRefusal(errors: FieldError[]): Problem {
  const code = errors[0]?.code === 'feature_missing' ? 'feature_missing' : 'unassignable_customer'
  return new Problem(code, `${errors.length} values stand in the way, see errors; no customer was assigned.`, {
    errors: errors.slice(0, 1000)
  })
}

/** A received file and those that came with it. */
export const allFiles = (file: ReceivedFile): ReceivedFile[] => [file, ...(file.joined ?? [])]

/** The file that a job was given, or has fetched. */
export const fileOf = ({ request }: Job): ReceivedFile | undefined => (request as { file?: ReceivedFile }).file

export async function discardFiles(
  { uploads }: Pick<Tools, 'uploads'>,
  tenant: Tenant,
  file: ReceivedFile
): Promise<void> {
  for (const { id } of allFiles(file)) await uploads.discard(tenant, id)
}
