import { createReadStream } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AssignFile } from '../../domain/records/assign-file.ts'
import type { Tenant } from '../../domain/tenant.ts'
import { Problem } from '../../errors.ts'
import { asStorageProblem } from '../durable.ts'
import { type Folders, PARTIAL } from '../folders.ts'
import { publishFolder } from '../published-folder.ts'

/** The one file in the folder, whatever its format. */
export const ASSIGNMENTS = 'assignments'

/** A folder of assignments while it is made: unseen until it is published. */
export interface AssignDraft {
  readonly folder: string
  /** @returns size and checksum of the assignments */
  publish(): Promise<{ bytes: number; sha256: string }>
  /** Removes what is left of the draft; does nothing after `publish`. */
  clear(): Promise<void>
}

/** Part of a file: from byte `start` to byte `end`, both included. */
export interface ByteRange {
  start: number
  end: number
}

export class AssignFolders {
  constructor(private readonly folders: Folders) {}

  /** Where the received file lies. */
  upload(tenant: Tenant, id: string): string {
    return this.folders.upload(tenant, id)
  }

  /** Starts afresh: whatever an earlier, interrupted attempt left is removed. */
  async draft(tenant: Tenant, id: string): Promise<AssignDraft> {
    const final = this.folders.assignFile(tenant, id)
    const folder = final + PARTIAL
    const clear = () => rm(folder, { recursive: true, force: true })
    await rm(final, { recursive: true, force: true })
    await clear()
    await mkdir(folder, { recursive: true }).catch((error) => {
      throw asStorageProblem(error)
    })
    return {
      folder,
      async publish() {
        const [file] = await publishFolder(folder, final).catch((error) => {
          throw asStorageProblem(error)
        })
        return { bytes: file!.bytes, sha256: file!.sha256 }
      },
      clear
    }
  }

  /**
   * The assignments, or part of them. Once this has resolved they can be read to their end, also when they are removed
   * meanwhile.
   * @throws Problem dataset_corrupt when they are not what was published
   */
  async read(tenant: Tenant, { id, bytes }: AssignFile, range?: ByteRange): Promise<AsyncIterable<Uint8Array>> {
    const path = join(this.folders.assignFile(tenant, id), ASSIGNMENTS)
    const handle = await open(path, 'r').catch((cause) => {
      throw corrupt(cause)
    })
    if ((await handle.stat()).size !== bytes) {
      await handle.close()
      throw corrupt()
    }
    return createReadStream(path, { fd: handle, highWaterMark: 256 * 1024, ...range })
  }

  remove(tenant: Tenant, id: string): Promise<void> {
    return this.folders.removeAssignFile(tenant, id)
  }
}

const corrupt = (cause?: unknown) =>
  new Problem('dataset_corrupt', 'The stored assignments are damaged: send the customers again.', { cause })
