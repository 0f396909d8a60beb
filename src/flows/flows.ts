import type { StoredProfile } from '../data/profile-folders.ts'
import type { RejectedSelection } from '../data/rejected.ts'
import type { AssignFile } from '../domain/records/assign-file.ts'
import type { Dataset, DatasetOptions } from '../domain/records/dataset.ts'
import type { Job, JobEvent } from '../domain/records/job.ts'
import type { Preview } from '../domain/records/preview.ts'
import type { Principal } from '../domain/records/principal.ts'
import type { Reference } from '../domain/records/reference.ts'
import type { Segment, SegmentEdit } from '../domain/records/segment.ts'
import type { Tenant } from '../domain/tenant.ts'
import type { FeatureDefinition } from '../domain/vocabulary.ts'
import type { AssignedCustomers, AssignRequest } from './messages/assigning.ts'
import type {
  AssignColumnsRequest,
  AssignedColumns,
  AssignedTable,
  AssignFileOptions,
  AssignTableRequest
} from './messages/assigning-tables.ts'
import type { AtHand } from './messages/at-hand.ts'
import type { CustomerExplanation, KnownCustomer, SegmentMember } from './messages/customers.ts'
import type { HealthReport, Readiness } from './messages/health.ts'
import type { IdempotencyFlow } from './messages/idempotency.ts'
import type { ModelExplanation, ModelWithState, TrainingRequest } from './messages/models.ts'
import type { QualityDescription, ReceivedFile } from './messages/orders.ts'
import type { PageOf, PageRequest } from './messages/pages.ts'

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
   * As the two above, for customers whose features are numbers already; of few without a promise, where the model is in memory.
   * @returns undefined when one cannot be assigned: the stories above tell which, and why
   */
  assignTable(tenant: Tenant, request: AssignTableRequest): AtHand<AssignedTable | undefined>
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
  /** Without a promise where all is in memory. @throws Problem model_not_found, champion_not_found, customer_not_found */
  describeCustomer(tenant: Tenant, customerId: string, modelId?: string): AtHand<KnownCustomer>
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
