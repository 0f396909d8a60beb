import type { StoredProfile } from '../data/profile-folders.ts'
import type { RejectedSelection, RuleTouch } from '../data/rejected.ts'
import type { AssignFile } from '../domain/records/assign-file.ts'
import type { Dataset, DatasetOptions, QualityReport, RuleReport } from '../domain/records/dataset.ts'
import type { Job, JobEvent } from '../domain/records/job.ts'
import type { KRange, Model, OutlierOptions, OwnVocabulary } from '../domain/records/model.ts'
import type { Preview } from '../domain/records/preview.ts'
import type { Principal } from '../domain/records/principal.ts'
import type { Reference, SourceVersion } from '../domain/records/reference.ts'
import type { Segment, SegmentEdit } from '../domain/records/segment.ts'
import type { Contributions } from '../domain/serving/explain.ts'
import type { Placements } from '../domain/serving/placements.ts'
import type { Tenant } from '../domain/tenant.ts'
import type {
  AssignFormat,
  AssignOnError,
  Distance,
  FeatureDefinition,
  Scale,
  TrainingMethod,
  Transform,
  VocabularyName
} from '../domain/vocabulary.ts'

/** A page of a list; `next_cursor` is opaque to callers and null at the end. */
export interface PageOf<Item> {
  data: Item[]
  next_cursor: string | null
}

export interface PageRequest {
  limit: number
  cursor?: string | undefined
}

/** A file that has arrived and lies on disk, not yet read. */
export interface ReceivedFile {
  id: string
  filename: string | null
  bytes: number
  sha256: string
  type: 'upload' | 'inline' | Reference['type']
  /** Of a reference: what may be told of it, and by what the source knows this version. */
  location?: string
  query?: string
  version?: SourceVersion
  /** Files that came with it, to be joined. */
  joined?: ReceivedFile[]
}

/** What a job that makes a dataset needs, also after a restart. */
export interface IngestRequest {
  dataset_id: string
  options: DatasetOptions
  /** Has arrived; of a reference, noted here once it was fetched. */
  file?: ReceivedFile
  source?: Reference
  /** The dataset whose reference is fetched again. */
  refreshes?: string
}

/** The cleansing report as a page of numbers. */
export interface QualityDescription extends Omit<QualityReport, 'rules'> {
  dataset_id: string
  currency: string | null
  rejected: {
    rows: number
    share: number
    revenue: number
    customers: number | null
    /** Of them, those of whom no row was kept. */
    lost_customers: number | null
  }
  rules: (RuleReport & RuleTouch & { meaning: string; download: string })[]
}

/** The body of POST /models: what is absent takes the documented default. */
export interface TrainingRequest {
  dataset_id: string
  name?: string | undefined
  reference_date?: string | undefined
  window_days?: number | undefined
  features?: string[] | undefined
  transform?: Transform | undefined
  scale?: Scale | undefined
  outliers?: { [Key in keyof OutlierOptions]?: OutlierOptions[Key] | undefined } | undefined
  k?: number | KRange | undefined
  min_segment_share?: number | undefined
  min_segment_size?: number | undefined
  distance?: Distance | undefined
  restarts?: number | undefined
  max_iterations?: number | undefined
  seed?: number | undefined
  vocabulary?: VocabularyName | OwnVocabulary | undefined
  method?: TrainingMethod | undefined
  promote?: boolean | undefined
}

export interface OrderLine {
  product_id?: string | undefined
  category?: string | undefined
  quantity: number
  unit_price: number
  discount?: number | undefined
}

/** An order as a shop sends it to /assign. */
export interface CustomerOrder {
  order_id: string
  ordered_at: string
  lines: OrderLine[]
}

export interface AssignCustomer {
  customer_id: string
  /** Exactly one of the two; null stands for a feature the customer does not have. */
  features?: Record<string, number | null> | undefined
  orders?: CustomerOrder[] | undefined
}

export interface AssignRequest {
  customers: AssignCustomer[]
  model_id?: string | undefined
  reference_date?: string | undefined
  /** What is said of each customer beside its segment; all of it where absent. */
  include?: ('nearest' | 'features')[] | undefined
}

/** What assignCustomers finds: AssignAnswer before it is put into words. */
export interface AssignedCustomers {
  model: ModelWithState
  reference_date: string
  /** In the order of the request, with the features as given or as counted from the orders. */
  customers: { customer_id: string; features: Record<string, number | null> }[]
  /** With the distances to all segments where `include.nearest` asks for them. */
  placements: Placements
  include: { nearest: boolean; features: boolean }
}

export interface Assignment {
  customer_id: string
  segment_id: string
  segment_name: string
  distance: number
  margin: number
  out_of_domain: boolean
  nearest?: { segment_id: string; distance: number }[]
  features?: Record<string, number | null>
}

export interface AssignAnswer {
  model_id: string
  reference_date: string
  data: Assignment[]
  limitations: string[]
}

/** Customers by their features, in columns of one length: `customer_id`, and one column for each feature. */
export interface AssignColumnsRequest {
  columns: { customer_id: string[] } & Record<string, (number | null)[] | string[]>
  model_id?: string | undefined
  reference_date?: string | undefined
}

/** What assignColumns finds: AssignColumnsAnswer before it is put into words. */
export interface AssignedColumns {
  model: ModelWithState
  reference_date: string
  placements: Placements
}

/** Customers by their features as numbers: what a body in either form is when it says nothing unusual. */
export interface CustomerTable {
  n: number
  /** Features that each customer has, none twice. */
  names: readonly string[]
  /** Of feature `f` customer `i` has columns[f][starts[f] + i * step]; NaN stands for null. */
  columns: readonly Float64Array[]
  starts: readonly number[]
  step: number
}

export interface AssignTableRequest extends Omit<AssignRequest, 'customers'> {
  table: CustomerTable
}

/** What assignTable finds, in the order of the table. */
export interface AssignedTable extends AssignedColumns {
  include: { nearest: boolean; features: boolean }
}

export interface AssignColumnsAnswer {
  model_id: string
  reference_date: string
  columns: {
    customer_id: string[]
    segment_id: string[]
    segment_name: string[]
    distance: number[]
    margin: number[]
    out_of_domain: boolean[]
  }
  limitations: string[]
}

/** What is absent takes the documented default. */
export interface AssignFileOptions {
  model_id?: string | undefined
  reference_date?: string | undefined
  format?: AssignFormat | undefined
  on_error?: AssignOnError | undefined
}

export interface SegmentMember {
  customer_id: string
  segment_id: string
  distance: number
  margin: number
  silhouette: number | null
  revenue: number
  features: Record<string, number | null>
}

export interface CustomerDescription extends SegmentMember {
  model_id: string
  reference_date: string
  segment_name: string
  nearest: { segment_id: string; distance: number }[]
  limitations: string[]
}

/** What describeCustomer finds: CustomerDescription before it is put into words. */
export interface KnownCustomer {
  model: ModelWithState
  member: SegmentMember
  /** Index in the model's list. */
  segment: number
  /** Of this one, with the distances to all segments. */
  placements: Placements
}

/** A model as a list shows it. */
export type ModelWithState = Model & { champion: boolean }

/** What tells the segments of a model apart. */
export interface ModelExplanation {
  model_id: string
  /** Null where the model has no tree. */
  surrogate: {
    depth: number
    fidelity: number
    leaves: { segment_id: string; rule: string; precision: number; coverage: number; customers: number }[]
  } | null
  /** In the model's order; of each segment the feature that sets it apart most comes first. */
  segments: {
    segment_id: string
    features: {
      feature: string
      /** Whether the model clusters on it, or it only differs too. */
      clustered: boolean
      relative_importance: number | null
      standardized_difference: number | null
    }[]
  }[]
  limitations: string[]
}

interface NamedSegment {
  segment_id: string
  segment_name: string
}

/** Why a customer is in its segment, and what would have to be otherwise for each other one. */
export interface CustomerExplanation extends NamedSegment {
  customer_id: string
  model_id: string
  reference_date: string
  /** The nearest other one. */
  next_segment: NamedSegment | null
  /** What each feature adds to the distances from the own and the next segment. */
  contributions: Contributions | null
  /** Features that are nearer to the own segment than to the next one, the strongest first. */
  speaks_for_segment: string[]
  /** To each other segment, the nearest first. */
  changes: (NamedSegment & {
    change: { features: { feature: string; from: number; to: number }[]; distance: number; text: string } | null
    /** Sentence; null where there is a change. */
    reason: string | null
  })[]
  limitations: string[]
}

export interface HealthReport {
  status: 'ok' | 'degraded'
  version: string
  uptime_seconds: number
  store: { type: 'memory' | 'redis'; status: 'ok' | 'unreachable' }
  workers: { size: number; busy: number; queued: number }
  champion: { model_id: string; trained_at: string; age_seconds: number } | null
}

export interface Readiness {
  ready: boolean
  /** Sentences; empty when ready. */
  reasons: string[]
}

export type Announce = (jobId: string) => Promise<void>

/** Every story the service can tell. A door translates its caller's words into one of these and back. */
export interface Flows {
  // Orders in
  /** Streams the file to disk. @throws Problem upload_too_large, upload_aborted, storage_full, draining */
  receiveFile(
    tenant: Tenant,
    file: AsyncIterable<Uint8Array>,
    about: { filename: string | null; signal?: AbortSignal }
  ): Promise<ReceivedFile>
  receiveOrders(tenant: Tenant, orders: readonly Record<string, unknown>[]): Promise<ReceivedFile>
  discardFile(tenant: Tenant, file: ReceivedFile): Promise<void>
  /**
   * Starts reading a received file; the job's result is the dataset. Takes over the file.
   * @param announce is told the job's id before the job exists, so that a crash in between leaves a trace of it
   */
  registerDataset(tenant: Tenant, file: ReceivedFile, options: DatasetOptions, announce?: Announce): Promise<Job>
  /**
   * Starts fetching orders from where they lie and reading them; the job's result is the dataset.
   * @throws Problem source_not_available, remote_forbidden, path_forbidden
   */
  registerReference(tenant: Tenant, source: Reference, options: DatasetOptions, announce?: Announce): Promise<Job>
  /**
   * Starts fetching a dataset's reference again; the job's result is a new dataset, or the same one where nothing changed.
   * @throws Problem dataset_not_found, source_not_refreshable, as registerReference
   */
  refreshDataset(tenant: Tenant, id: string, announce?: Announce): Promise<Job>
  /**
   * What a received file seems to be, without making a dataset of it. Takes over the file; nothing of it stays.
   * @throws Problem intake_crashed, intake_memory, storage_full, job_timeout; what is wrong with the file is told
   */
  previewDataset(tenant: Tenant, file: ReceivedFile, options: DatasetOptions, signal: AbortSignal): Promise<Preview>
  /** As previewDataset, of orders that are fetched. @throws Problem also as fetching does */
  previewReference(tenant: Tenant, source: Reference, options: DatasetOptions, signal: AbortSignal): Promise<Preview>
  listDatasets(tenant: Tenant, page: PageRequest): Promise<PageOf<Dataset>>
  describeDataset(tenant: Tenant, id: string): Promise<Dataset>
  removeDataset(tenant: Tenant, id: string): Promise<void>
  /** The exploratory profile; undefined until startProfile's job has made it. */
  readProfile(tenant: Tenant, datasetId: string): Promise<StoredProfile | undefined>
  /** Starts the analysis of a dataset, or joins the one under way; readProfile has its result. */
  startProfile(tenant: Tenant, datasetId: string): Promise<Job>
  describeQuality(tenant: Tenant, datasetId: string): Promise<QualityDescription>
  /** The rejected rows as CSV. @throws Problem dataset_not_found, storage_full */
  streamRejected(
    tenant: Tenant,
    datasetId: string,
    selection: RejectedSelection,
    signal: AbortSignal
  ): Promise<AsyncIterable<Uint8Array>>

  // Models
  /** Starts a training; the job's result is the model. `announce` as for registerDataset. */
  trainModel(tenant: Tenant, request: TrainingRequest, announce?: Announce): Promise<Job>
  listModels(tenant: Tenant, page: PageRequest): Promise<PageOf<ModelWithState>>
  describeModel(tenant: Tenant, id: string): Promise<ModelWithState>
  explainModel(tenant: Tenant, id: string): Promise<ModelExplanation>
  removeModel(tenant: Tenant, id: string): Promise<void>
  describeChampion(tenant: Tenant): Promise<ModelWithState>
  promoteModel(tenant: Tenant, id: string): Promise<ModelWithState>

  // Segments and customers
  /** The champion's segments, or those of `modelId`. */
  listSegments(tenant: Tenant, modelId?: string): Promise<{ model: ModelWithState; segments: Segment[] }>
  describeSegment(tenant: Tenant, id: string): Promise<{ model: ModelWithState; segment: Segment }>
  editSegment(
    tenant: Tenant,
    id: string,
    edit: SegmentEdit,
    ifRevision?: number
  ): Promise<{ model: ModelWithState; segment: Segment }>
  listMembers(tenant: Tenant, segmentId: string, page: PageRequest): Promise<PageOf<SegmentMember>>
  /** All members in the order of listMembers; `features` names the columns. */
  streamMembers(tenant: Tenant, segmentId: string): Promise<{ features: string[]; members: Iterable<SegmentMember> }>
  assignCustomers(tenant: Tenant, request: AssignRequest): Promise<AssignedCustomers>
  /** As assignCustomers without orders, for many customers at a time. */
  assignColumns(tenant: Tenant, request: AssignColumnsRequest): Promise<AssignedColumns>
  /**
   * As the two above, for customers whose features are numbers already.
   * @returns undefined when one cannot be assigned: the stories above tell which, and why
   */
  assignTable(tenant: Tenant, request: AssignTableRequest): Promise<AssignedTable | undefined>
  /**
   * Starts assigning the customers of a received file; the job's result is a file of assignments. Takes over the file.
   * `announce` as for registerDataset.
   */
  assignFile(tenant: Tenant, file: ReceivedFile, options: AssignFileOptions, announce?: Announce): Promise<Job>
  /** What has expired is left out, so a page may be short. */
  listAssignFiles(tenant: Tenant, page: PageRequest): Promise<PageOf<AssignFile>>
  describeAssignFile(tenant: Tenant, id: string): Promise<AssignFile>
  /** The bytes of the assignments, or those from `start` to `end`, both included. */
  readAssignFile(
    tenant: Tenant,
    file: AssignFile,
    range?: { start: number; end: number }
  ): Promise<AsyncIterable<Uint8Array>>
  removeAssignFile(tenant: Tenant, id: string): Promise<void>
  describeCustomer(tenant: Tenant, customerId: string, modelId?: string): Promise<KnownCustomer>
  explainCustomer(tenant: Tenant, customerId: string, modelId?: string): Promise<CustomerExplanation>
  listFeatures(): readonly FeatureDefinition[]

  // Jobs
  listJobs(tenant: Tenant, page: PageRequest): Promise<PageOf<Job>>
  describeJob(tenant: Tenant, id: string): Promise<Job>
  /** Returns at the latest after `milliseconds`, with the job as it then is. */
  awaitJob(tenant: Tenant, id: string, milliseconds: number, signal?: AbortSignal): Promise<Job>
  cancelJob(tenant: Tenant, id: string): Promise<Job>
  /** What has happened after event `after`, then what happens; ends with the job. */
  followJob(tenant: Tenant, id: string, after: number, signal: AbortSignal): Promise<AsyncIterable<JobEvent>>

  // Doors
  /** @throws Problem unauthenticated */
  authenticate(key: string | undefined): Principal
  /** Answers a repeated request once; see Idempotency-Key in the contract. */
  readonly idempotency: IdempotencyFlow
  checkHealth(tenant: Tenant): Promise<HealthReport>
  checkReadiness(): Promise<Readiness>
}

export interface FirstAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

export interface IdempotencyFlow {
  /**
   * Claims the key for a request to `route`.
   * @returns a claim to finish or release, or the first answer when there is one; the caller checks the fingerprint
   *   through `claim.replay` once it knows the request's
   * @throws Problem idempotency_in_progress
   */
  begin(tenant: Tenant, route: string, key: string): Promise<IdempotencyClaim>
}

export interface IdempotencyClaim {
  /** True when the key has been used: then `replay` is to be called instead of doing the work. */
  readonly used: boolean
  /** The first answer. @throws Problem idempotency_mismatch when the request is another one */
  replay(fingerprint: string): Promise<FirstAnswer>
  /** Before the work is acknowledged: what the request is and which job it started. */
  note(fingerprint: string, jobId: string | null): Promise<void>
  finish(fingerprint: string, answer: FirstAnswer): Promise<void>
  release(): Promise<void>
}
