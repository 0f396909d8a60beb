import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Config, trainingThreads } from './config.ts'
import { AssignFolders } from './data/assign-files/assign-folders.ts'
import { calendar } from './data/calendar.ts'
import { Folders } from './data/folders.ts'
import { openIntake } from './data/intake/intake.ts'
import { placingModule } from './data/kernel-module.ts'
import { MemberLibrary } from './data/member-library.ts'
import { ModelFolders } from './data/model-folders.ts'
import { ProfileFolders } from './data/profile-folders.ts'
import { readConnections } from './data/references/connections.ts'
import { openReferences, type References } from './data/references/references.ts'
import { USUAL_LIMITS } from './data/references/source.ts'
import { RejectedRows } from './data/rejected.ts'
import { Uploads } from './data/uploads.ts'
import { formatId } from './domain/ids.ts'
import { RowKernel } from './domain/serving/row-kernel.ts'
import { FEATURES } from './domain/vocabulary.ts'
import { entryPoint } from './entry.ts'
import { assignColumns } from './flows/assign-columns.ts'
import { assignCustomers } from './flows/assign-customers.ts'
import { assignFile, fillAssignFile } from './flows/assign-file.ts'
import {
  describeAssignFile,
  expireAssignFiles,
  listAssignFiles,
  readAssignFile,
  removeAssignFile
} from './flows/assign-files.ts'
import { assignTable } from './flows/assign-table.ts'
import { authenticate } from './flows/authenticate.ts'
import { checkHealth, checkReadiness } from './flows/check-health.ts'
import { describeDataset, listDatasets, removeDataset } from './flows/datasets.ts'
import { describeCustomer } from './flows/describe-customer.ts'
import { explainCustomer } from './flows/explain-customer.ts'
import { explainModel } from './flows/explain-model.ts'
import type { Flows } from './flows/flows.ts'
import { idempotency } from './flows/idempotency.ts'
import { ingestDataset } from './flows/ingest-dataset.ts'
import { awaitJob, cancelJob, describeJob, followJob, listJobs } from './flows/jobs.ts'
import { describeChampion, describeModel, listModels, promoteModel, removeModel } from './flows/models.ts'
import { previewDataset, previewReference } from './flows/preview-dataset.ts'
import { profileDataset, readProfile, startProfile } from './flows/profile-dataset.ts'
import { discardFile, receiveFile, receiveOrders } from './flows/receive-file.ts'
import { recover } from './flows/recover.ts'
import { refreshDataset, registerDataset, registerReference } from './flows/register-dataset.ts'
import { describeQuality, streamRejected } from './flows/rejected-rows.ts'
import { describeSegment, editSegment, listMembers, listSegments, streamMembers } from './flows/segments.ts'
import type { Tools } from './flows/tools.ts'
import { fitModel, trainModel } from './flows/train-model.ts'
import { openBoard } from './jobs/board.ts'
import { Budget } from './jobs/budget.ts'
import { MemoryBudget } from './jobs/memory-budget.ts'
import { openPool } from './jobs/pool.ts'
import { openApiKeys } from './stores/api-keys.ts'
import { cursors } from './stores/cursors.ts'
import { lockDataDir } from './stores/lock.ts'
import { openStores } from './stores/open.ts'

/** The service without its doors: every story, and how to end. */
export interface Service {
  flows: Flows
  /** Refuse new work, let what runs finish for a while, then let go of everything. Unfinished jobs run at the next start. */
  close(graceMs: number): Promise<void>
}

export interface Logger {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** Models whose members are kept in memory at a time. */
const MEMBER_PLACES = 16
/** Rejected rows that are counted or written at the same time; each takes a thread of libuv and a quarter of a gigabyte. */
const DOWNLOADS = 2
const MIB = 1024 * 1024
const DAY_MS = 86_400_000

/**
 * Opens the adapters, hands them to the flows, and goes on with what the run before left.
 * @throws Error with a sentence for ops when the folder is in use, the keys cannot be read or the store cannot be opened
 */
export async function composeService(config: Config, logger: Logger, version: string): Promise<Service> {
  const dataDir = resolve(config.DATA_DIR)
  await mkdir(dataDir, { recursive: true })
  const lock = await lockDataDir(dataDir)
  try {
    return await openService(config, dataDir, logger, version, lock)
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function openService(
  config: Config,
  dataDir: string,
  logger: Logger,
  version: string,
  lock: { release(): Promise<void> }
): Promise<Service> {
  const clock = () => new Date()
  let draining = false
  const stores = await openStores({ store: config.STORE, redisUrl: config.REDIS_URL, dataDir, clock, logger })
  const keys =
    config.API_KEYS_FILE === undefined ? undefined : await openApiKeys({ file: config.API_KEYS_FILE, clock, logger })
  const folders = new Folders(dataDir)
  const entry = {
    train: entryPoint('jobs/workers/train.worker.ts'),
    assign: entryPoint('jobs/workers/assign.worker.ts'),
    profile: entryPoint('jobs/workers/profile.worker.ts')
  }
  const pool = openPool({
    workers: config.WORKERS,
    entry,
    threadData: { threads: trainingThreads(config) },
    ...(config.TRAINING_REHEARSAL && { rehearsal: 'train' as const }),
    logger
  })
  const intake = openIntake(folders, {
    processes: config.INTAKE_PROCESSES,
    memoryBytes: config.INTAKE_MEMORY_BYTES,
    decompressedMaxBytes: config.DECOMPRESSED_MAX_BYTES,
    rowsMax: config.ROWS_MAX,
    badRowsMaxShare: config.BAD_ROWS_MAX_SHARE,
    spare: config.INTAKE_SPARE
  })
  const board = openBoard({
    records: stores.jobs,
    limits: {
      ingest: config.INTAKE_PROCESSES,
      fetch: config.FETCHES,
      train: config.WORKERS,
      assign: config.WORKERS,
      profile: 1
    },
    queueMax: config.JOB_QUEUE_MAX,
    timeoutMs: config.JOB_TIMEOUT_MS,
    clock,
    logger
  })
  const uploads = new Uploads(folders)
  const tools: Tools = {
    stores,
    cursors,
    folders,
    uploads,
    references: await referencesOf(config, uploads),
    intake,
    modelFolders: new ModelFolders(folders),
    profiles: new ProfileFolders(folders),
    rejected: new RejectedRows(folders),
    downloads: new Budget(DOWNLOADS),
    assignFolders: new AssignFolders(folders),
    members: new MemberLibrary(folders, MEMBER_PLACES),
    placing: new RowKernel(placingModule()),
    calendar,
    board,
    pool,
    trainingMemory: new MemoryBudget(config.TRAINING_MEMORY_BYTES),
    authenticate: keys && ((key) => keys.authenticate(key)),
    clock,
    // Twice the letters needed, so that bytes skipped for evenness never leave too few.
    newId: (prefix) => formatId(prefix, randomBytes(48)),
    limits: {
      uploadMaxBytes: config.UPLOAD_MAX_BYTES,
      queryMemoryBytes: 512 * MIB,
      decompressedMaxBytes: config.DECOMPRESSED_MAX_BYTES,
      rowsMax: config.ROWS_MAX,
      assignFilesRetentionDays: config.ASSIGN_FILES_RETENTION_DAYS
    },
    service: { version, startedAt: clock().getTime(), draining: () => draining }
  }
  board.handle('ingest', ingestDataset(tools))
  board.handle('fetch', ingestDataset(tools))
  board.handle('train', fitModel(tools))
  board.handle('assign', fillAssignFile(tools))
  board.handle('profile', profileDataset(tools))
  const resumed = await recover(tools)
  if (resumed > 0) logger.info({ jobs: resumed }, 'jobs of the run before go on')
  await expireAssignFiles(tools)
  const expiry = setInterval(() => {
    expireAssignFiles(tools).catch((error) =>
      logger.warn({ err: error }, 'files of assignments were not removed in time')
    )
  }, DAY_MS)
  expiry.unref()

  return {
    flows: tellFlows(tools),
    async close(graceMs) {
      draining = true
      clearInterval(expiry)
      await board.drain(graceMs)
      await intake.close()
      await pool.close()
      await stores.close()
      await lock.release()
    }
  }
}

async function referencesOf(config: Config, uploads: Uploads): Promise<References> {
  return openReferences(uploads, {
    remote: { allow: config.REMOTE_ALLOW ?? [], ports: config.REMOTE_PORTS },
    importDirs: config.IMPORT_DIRS ?? [],
    s3: {
      endpoint: config.S3_ENDPOINT,
      region: config.S3_REGION,
      buckets: config.S3_BUCKETS ?? [],
      pathStyle: config.S3_PATH_STYLE ?? config.S3_ENDPOINT !== undefined,
      accessKeyId: config.AWS_ACCESS_KEY_ID,
      secretAccessKey: config.AWS_SECRET_ACCESS_KEY,
      sessionToken: config.AWS_SESSION_TOKEN
    },
    connections: config.CONNECTIONS_FILE === undefined ? [] : await readConnections(config.CONNECTIONS_FILE),
    limits: {
      ...USUAL_LIMITS,
      maxBytes: config.UPLOAD_MAX_BYTES,
      rowsMax: config.ROWS_MAX,
      totalMs: config.FETCH_TIMEOUT_MS
    }
  })
}

const tellFlows = (tools: Tools): Flows => ({
  receiveFile: receiveFile(tools),
  receiveOrders: receiveOrders(tools),
  discardFile: discardFile(tools),
  registerDataset: registerDataset(tools),
  registerReference: registerReference(tools),
  refreshDataset: refreshDataset(tools),
  previewDataset: previewDataset(tools),
  previewReference: previewReference(tools),
  listDatasets: listDatasets(tools),
  describeDataset: describeDataset(tools),
  removeDataset: removeDataset(tools),
  readProfile: readProfile(tools),
  startProfile: startProfile(tools),
  describeQuality: describeQuality(tools),
  streamRejected: streamRejected(tools),
  trainModel: trainModel(tools),
  listModels: listModels(tools),
  describeModel: describeModel(tools),
  explainModel: explainModel(tools),
  explainCustomer: explainCustomer(tools),
  removeModel: removeModel(tools),
  describeChampion: describeChampion(tools),
  promoteModel: promoteModel(tools),
  listSegments: listSegments(tools),
  describeSegment: describeSegment(tools),
  editSegment: editSegment(tools),
  listMembers: listMembers(tools),
  streamMembers: streamMembers(tools),
  assignCustomers: assignCustomers(tools),
  assignColumns: assignColumns(tools),
  assignTable: assignTable(tools),
  assignFile: assignFile(tools),
  listAssignFiles: listAssignFiles(tools),
  describeAssignFile: describeAssignFile(tools),
  readAssignFile: readAssignFile(tools),
  removeAssignFile: removeAssignFile(tools),
  describeCustomer: describeCustomer(tools),
  listFeatures: () => FEATURES,
  listJobs: listJobs(tools),
  describeJob: describeJob(tools),
  awaitJob: awaitJob(tools),
  cancelJob: cancelJob(tools),
  followJob: followJob(tools),
  authenticate: authenticate(tools),
  idempotency: idempotency(tools),
  checkHealth: checkHealth(tools),
  checkReadiness: checkReadiness(tools)
})
