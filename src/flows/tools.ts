import type { AssignFolders } from '../data/assign-files/assign-folders.ts'
import type { Calendar } from '../data/calendar.ts'
import type { Folders } from '../data/folders.ts'
import type { Intake } from '../data/intake/intake.ts'
import type { MemberLibrary } from '../data/member-library.ts'
import type { ModelFolders } from '../data/model-folders.ts'
import type { ProfileFolders } from '../data/profile-folders.ts'
import type { References } from '../data/references/references.ts'
import type { RejectedRows } from '../data/rejected.ts'
import type { Uploads } from '../data/uploads.ts'
import type { IdPrefix } from '../domain/ids.ts'
import type { Principal } from '../domain/records/principal.ts'
import type { RowKernel } from '../domain/serving/row-kernel.ts'
import type { Board } from '../jobs/board.ts'
import type { Budget } from '../jobs/budget.ts'
import type { MemoryBudget } from '../jobs/memory-budget.ts'
import type { Pool } from '../jobs/pool.ts'
import type { Stores } from '../stores/contract.ts'
import type { Cursors } from '../stores/cursors.ts'

/** What a flow is handed: the adapters, and what would make it differ from run to run: the clock and the ids. */
export interface Tools {
  stores: Stores
  cursors: Cursors
  folders: Folders
  uploads: Uploads
  references: References
  intake: Intake
  modelFolders: ModelFolders
  profiles: ProfileFolders
  rejected: RejectedRows
  /** Queries over rejected rows that run at the same time. */
  downloads: Budget
  assignFolders: AssignFolders
  members: MemberLibrary
  /** Places many customers at a time. */
  placing: RowKernel
  calendar: Calendar
  board: Board
  pool: Pool
  trainingMemory: MemoryBudget
  /** Undefined where the service runs without keys: then everyone is the default tenant. */
  authenticate: ((key: string) => Principal | undefined) | undefined
  clock: () => Date
  /** An unguessable id, for example `ds_…`. */
  newId: (prefix: IdPrefix) => string
  limits: {
    uploadMaxBytes: number
    /** DuckDB's memory in a training's feature step. */
    queryMemoryBytes: number
    decompressedMaxBytes: number
    /** In one file. */
    rowsMax: number
    assignFilesRetentionDays: number
  }
  service: { version: string; startedAt: number; draining: () => boolean }
}
