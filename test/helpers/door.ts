import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type AppOptions, buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { Folders } from '../../src/data/folders.ts'
import { openReferences } from '../../src/data/references/references.ts'
import { USUAL_LIMITS } from '../../src/data/references/source.ts'
import { Uploads } from '../../src/data/uploads.ts'
import { FEATURES } from '../../src/domain/vocabulary.ts'
import { describeAssignFile, listAssignFiles, removeAssignFile } from '../../src/flows/assign-files.ts'
import { authenticate } from '../../src/flows/authenticate.ts'
import { checkReadiness } from '../../src/flows/check-health.ts'
import { describeDataset, listDatasets, removeDataset } from '../../src/flows/datasets.ts'
import { explainModel } from '../../src/flows/explain-model.ts'
import type { Flows } from '../../src/flows/flows.ts'
import { idempotency } from '../../src/flows/idempotency.ts'
import { describeJob, listJobs } from '../../src/flows/jobs.ts'
import { describeChampion, describeModel, listModels, promoteModel, removeModel } from '../../src/flows/models.ts'
import { discardFile, receiveFile, receiveOrders } from '../../src/flows/receive-file.ts'
import { refreshDataset, registerReference } from '../../src/flows/register-dataset.ts'
import { describeSegment, editSegment, listSegments } from '../../src/flows/segments.ts'
import type { Tools } from '../../src/flows/tools.ts'
import { openApiKeys } from '../../src/stores/api-keys.ts'
import { cursors } from '../../src/stores/cursors.ts'
import { openStores } from '../../src/stores/open.ts'

export interface DoorOptions {
  /** Settings as the environment would give them. */
  environment?: Record<string, string>
  /** Contents of API_KEYS_FILE; without it there are no keys. */
  keys?: readonly object[]
  pace?: AppOptions['pace']
}

/**
 * The HTTP door on the real stores, uploads and stories, without threads and processes that compute.
 *
 * A story that needs those throws, which would be a 500: what a test expects to be refused is refused before that.
 */
export async function openDoor({ environment = {}, keys, pace }: DoorOptions = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'tessera-door-'))
  const keysFile = join(dataDir, 'keys.json')
  if (keys) await writeFile(keysFile, JSON.stringify({ keys }))
  const config = readConfig({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATA_DIR: dataDir,
    ...(keys && { API_KEYS_FILE: keysFile }),
    ...environment
  })
  const lines: string[] = []
  const logger = pino({ level: config.LOG_LEVEL }, { write: (line: string) => void lines.push(line) })
  const clock = () => new Date()
  const stores = await openStores({ store: 'memory', redisUrl: undefined, dataDir, clock, logger })
  const apiKeys = keys && (await openApiKeys({ file: keysFile, clock, logger }))
  const folders = new Folders(dataDir)
  let files = 0
  const known = {
    stores,
    cursors,
    folders,
    uploads: new Uploads(folders),
    references: openReferences(new Uploads(folders), {
      remote: { allow: config.REMOTE_ALLOW ?? [], ports: config.REMOTE_PORTS },
      importDirs: config.IMPORT_DIRS ?? [],
      s3: {
        endpoint: undefined,
        region: config.S3_REGION,
        buckets: config.S3_BUCKETS ?? [],
        pathStyle: false,
        accessKeyId: undefined,
        secretAccessKey: undefined,
        sessionToken: undefined
      },
      connections: [],
      limits: { ...USUAL_LIMITS, maxBytes: config.UPLOAD_MAX_BYTES, rowsMax: 1000, totalMs: 60_000 }
    }),
    authenticate: apiKeys && ((key: string) => apiKeys.authenticate(key)),
    clock,
    newId: (prefix: string) => `${prefix}_test${files++}`,
    limits: { uploadMaxBytes: config.UPLOAD_MAX_BYTES, queryMemoryBytes: 0 },
    service: { version: 'test', startedAt: 0, draining: () => false }
  }
  const tools = absent(known, 'tool') as unknown as Tools
  const stories = {
    receiveFile: receiveFile(tools),
    receiveOrders: receiveOrders(tools),
    discardFile: discardFile(tools),
    registerReference: registerReference(tools),
    refreshDataset: refreshDataset(tools),
    listDatasets: listDatasets(tools),
    describeDataset: describeDataset(tools),
    removeDataset: removeDataset(tools),
    listModels: listModels(tools),
    describeModel: describeModel(tools),
    removeModel: removeModel(tools),
    describeChampion: describeChampion(tools),
    explainModel: explainModel(tools),
    promoteModel: promoteModel(tools),
    listSegments: listSegments(tools),
    describeSegment: describeSegment(tools),
    editSegment: editSegment(tools),
    listAssignFiles: listAssignFiles(tools),
    describeAssignFile: describeAssignFile(tools),
    removeAssignFile: removeAssignFile(tools),
    listFeatures: () => FEATURES,
    listJobs: listJobs(tools),
    describeJob: describeJob(tools),
    authenticate: authenticate(tools),
    idempotency: idempotency(tools),
    checkReadiness: checkReadiness(tools)
  }
  const app = await buildApp({
    flows: absent(stories, 'story') as unknown as Flows,
    config,
    logger,
    version: 'test',
    ...(pace && { pace })
  })
  return {
    app,
    stores,
    dataDir,
    /** What was logged, parsed. */
    logged: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    async close() {
      await app.close()
      await stores.close()
      await rm(dataDir, { recursive: true, force: true })
    }
  }
}

function absent<Present extends object>(present: Present, kind: string): Present {
  return new Proxy(present, {
    get(target, name) {
      if (name in target) return target[name as keyof Present]
      return () => {
        throw new Error(`this door has no ${kind} ${String(name)}`)
      }
    }
  })
}
