import { existsSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.env.TESSERA_DATA ?? join(import.meta.dirname, '../../../shared/data')

/** A file of real orders that is not part of the project, or undefined where the folder is absent. */
export function sharedFile(path: string): string | undefined {
  const file = join(folder, path)
  return existsSync(file) ? file : undefined
}
