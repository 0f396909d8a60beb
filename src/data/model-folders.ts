import { mkdir, rm } from 'node:fs/promises'
import type { Tenant } from '../domain/tenant.ts'
import type { Folders } from './folders.ts'
import { publishFolder } from './published-folder.ts'

/** A model's folder while it is made: unseen by readers until it is published whole. */
export interface ModelDraft {
  /** The training writes its files here. */
  readonly folder: string
  /** Scratch for queries that do not fit into memory. */
  readonly spillFolder: string
  publish(): Promise<void>
  /** Removes what is left of the draft; does nothing after `publish` but clear the scratch. */
  clear(): Promise<void>
}

export class ModelFolders {
  constructor(private readonly folders: Folders) {}

  /** Starts afresh: whatever an earlier, interrupted attempt left for this model is removed. */
  async draft(tenant: Tenant, modelId: string, jobId: string): Promise<ModelDraft> {
    const final = this.folders.model(tenant, modelId)
    const folder = `${final}.partial`
    const spillFolder = this.folders.work(tenant, jobId)
    await rm(final, { recursive: true, force: true })
    for (const each of [folder, spillFolder]) {
      await rm(each, { recursive: true, force: true })
      await mkdir(each, { recursive: true })
    }
    return {
      folder,
      spillFolder,
      publish: async () => void (await publishFolder(folder, final)),
      clear: async () => {
        await rm(folder, { recursive: true, force: true })
        await rm(spillFolder, { recursive: true, force: true })
      }
    }
  }
}
