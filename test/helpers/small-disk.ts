import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk in memory that is full after so many bytes. Needs Linux and the right to mount. */
export function mountSmallDisk(bytes: number): { folder: string; unmount(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw error
  }
  return {
    folder,
    unmount() {
      // Lazily: a process that ends may still hold a file.
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

export const canMount = (() => {
  try {
    mountSmallDisk(4096).unmount()
    return true
  } catch {
    return false
  }
})()
