import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatasetProfile } from '../domain/records/profile.ts'
import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../errors.ts'
import { asStorageProblem } from './durable.ts'
import { type Folders, PARTIAL } from './folders.ts'
import { publishFolder, verifyFolder } from './published-folder.ts'

const PROFILE_FILE = 'profile.json'
/** Grows with every change of what a profile says: one of another format is made anew. */
const FORMAT = 1

export interface StoredProfile {
  profile: DatasetProfile
  /** Changes with every byte of the profile. */
  tag: string
}

/** A profile's folder while it is made: unseen by readers until it is published whole. */
export interface ProfileDraft {
  readonly folder: string
  /** Scratch for queries that do not fit into memory. */
  readonly spillFolder: string
  publish(): Promise<void>
  /** Removes what is left of the draft; does nothing after `publish` but clear the scratch. */
  clear(): Promise<void>
}

/** Profiles that were made once and are kept, since a dataset never changes. What is lost or damaged is made again. */
export class ProfileFolders {
  constructor(private readonly folders: Folders) {}

  /** The dataset's profile; undefined where there is none, or none that can be read. */
  async read(tenant: Tenant, datasetId: string): Promise<StoredProfile | undefined> {
    const folder = this.folders.profile(tenant, datasetId)
    try {
      await verifyFolder(folder)
      const text = await readFile(join(folder, PROFILE_FILE), 'utf8')
      const { format, profile } = JSON.parse(text) as { format: number; profile: DatasetProfile }
      if (format !== FORMAT) return undefined
      return { profile, tag: createHash('sha256').update(text).digest('hex').slice(0, 32) }
    } catch (error) {
      const gone = (error as NodeJS.ErrnoException).code === 'ENOENT'
      if (gone || (error instanceof Problem && error.code === 'dataset_corrupt')) return undefined
      throw error
    }
  }

  /** Starts afresh: whatever is there of this profile is removed. @throws Problem storage_full */
  async draft(tenant: Tenant, datasetId: string, jobId: string): Promise<ProfileDraft> {
    const final = this.folders.profile(tenant, datasetId)
    const folder = final + PARTIAL
    const spillFolder = this.folders.work(tenant, jobId)
    const remove = (path: string) => rm(path, { recursive: true, force: true })
    const asProblem = (error: unknown) => {
      throw asStorageProblem(error)
    }
    await remove(final)
    for (const each of [folder, spillFolder]) {
      await remove(each)
      await mkdir(each, { recursive: true }).catch(asProblem)
    }
    return {
      folder,
      spillFolder,
      publish: async () => {
        await publishFolder(folder, final).catch(asProblem)
      },
      clear: async () => {
        await remove(folder)
        await remove(spillFolder)
      }
    }
  }

  async remove(tenant: Tenant, datasetId: string): Promise<void> {
    await this.folders.removeProfile(tenant, datasetId)
  }
}

/** Writes a profile into a folder that is not published yet. */
export async function writeProfile(folder: string, profile: DatasetProfile): Promise<void> {
  await writeFile(join(folder, PROFILE_FILE), JSON.stringify({ format: FORMAT, profile }), { flag: 'wx' })
}
